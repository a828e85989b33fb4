"""Reasons in words."""

from __future__ import annotations

import pytest

from backend.insight.scoring.rules import stake
from backend.insight.scoring.sentences import sentence, speaks_for_itself

RHYTHM = {"usual_gap": 21.0, "silence": 32.0, "late": 11.0, "own": 1.0, "horizon": 28}
SPEND = {"recent": 52_000.4, "usual": 40_000.0, "horizon": 28}
FREQUENCY = {"expected": 1.26, "alive": 0.923, "horizon": 28}


@pytest.mark.parametrize(
    ("code", "numbers", "korean", "english"),
    [
        ("rhythm", RHYTHM, "보통 21일마다 오시는데 32일째 소식이 없습니다", "usually every 21 days, 11 late"),
        (
            "rhythm",
            RHYTHM | {"silence": 5},
            "보통 21일마다 오시고, 마지막 구매는 5일 전입니다",
            "usually every 21 days, last purchase 5 days ago",
        ),
        (
            "rhythm",
            RHYTHM | {"silence": 21},
            "보통 21일마다 오시고, 마지막 구매는 21일 전입니다",
            "usually every 21 days, last purchase 21 days ago",
        ),
        ("rhythm", RHYTHM | {"usual_gap": 20.5}, "보통 21일마다 오시는데 32일째", "usually every 21 days, 11 late"),
        ("rhythm", RHYTHM | {"usual_gap": 1, "silence": 2}, "보통 1일마다", "usually every 1 day, 1 late"),
        (
            "rhythm",
            RHYTHM | {"own": 0},
            "회원들은 보통 21일 만에",
            "usually return after 21 days, silent for 32",
        ),
        ("rhythm", RHYTHM | {"silence": 0}, "기준일에도", "last purchase that very day"),
        (
            "spend",
            SPEND,
            "평균 52,000원, 평소(40,000원)보다 많이",
            "₩52,000 a visit in the last eight weeks, more",
        ),
        ("spend", SPEND | {"recent": 20_000}, "보다 적게", "less than the usual ₩40,000"),
        ("spend", SPEND | {"recent": 40_900}, "평소처럼", "as usual"),
        ("spend", SPEND | {"recent": 0}, "최근 8주 동안 구매가 없습니다", "nothing bought in the last eight weeks"),
        (
            "frequency",
            FREQUENCY,
            "28일 동안 1.3번 구매가 예상되고, 계속 이용하실 가능성은 92%",
            "1.3 visits expected within",
        ),
        ("frequency", FREQUENCY | {"alive": 1.0}, "구매가 예상됩니다", "1.3 visits expected within 28 days"),
        ("other", {}, "other", "other"),
    ],
)
def test_a_reason_is_said_in_both_languages(code: str, numbers: dict[str, float], korean: str, english: str) -> None:
    assert korean in sentence(code, numbers, currency="KRW", language="ko")
    assert english in sentence(code, numbers, currency="KRW", language="en")


@pytest.mark.parametrize(("currency", "said"), [("USD", "$520.00"), ("SGD", "520.00 SGD"), ("JPY", "¥52,000")])
def test_money_is_in_the_shop_s_currency(currency: str, said: str) -> None:
    assert said in sentence("spend", SPEND, currency=currency, language="en")


@pytest.mark.parametrize(
    ("worth", "returns", "alive", "lost"),
    [(1000, 0.25, 0.9, 750), (1000, None, 0.9, 100), (None, 0.2, 0.9, None), (1000, None, None, None), (0, 0.0, 1, 0)],
)
def test_at_stake_is_what_of_her_worth_a_model_that_is_used_gives_no_chance(
    worth: int | None, returns: float | None, alive: float | None, lost: int | None
) -> None:
    assert stake(worth, returns=returns, alive=alive) == lost


@pytest.mark.parametrize(
    ("code", "numbers", "effect", "shown"),
    [
        ("rhythm", {"usual_gap": 21.0, "silence": 32.0}, -0.8, True),
        ("rhythm", {"usual_gap": 21.0, "silence": 32.0}, 0.3, False),
        ("rhythm", {"usual_gap": 21.0, "silence": 3.0}, 0.3, True),
        ("spend", {"recent": 0.0, "usual": 900.0}, 0.1, False),
        ("spend", {"recent": 0.0, "usual": 900.0}, -0.1, True),
        ("spend", {"recent": 800.0, "usual": 900.0}, 0.1, True),
        ("frequency", {"expected": 0.1, "alive": 0.5, "horizon": 28.0}, -1.0, True),
    ],
)
def test_what_would_seem_to_contradict_itself_is_not_said(
    code: str, numbers: dict[str, float], effect: float, *, shown: bool
) -> None:
    assert speaks_for_itself(code, numbers, effect) == shown
