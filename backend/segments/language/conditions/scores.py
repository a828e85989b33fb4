"""What the models say: of members who agreed to profiling, the others have no scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.insight import MemberScore
from backend.segments.language import words
from backend.segments.language.conditions.common import CURRENCY, bound_en, bound_ko, compared
from backend.segments.language.registry import MOST_MONEY, Choice, Condition, Holds, Parameter, Phrase, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from backend.segments.language.names import Names
    from backend.segments.language.registry import Asking, Given

_HORIZON = Parameter(
    "days",
    Value("choice", choices=(Choice("28", "28일", "28 days"), Choice("56", "56일", "56 days"))),
    "기간",
    "Horizon",
    required=True,
)
_MONEY = Value("money", high=MOST_MONEY)
_BOUNDS = ("at_least", "at_most")


def _return(given: Given, _asking: Asking) -> Holds:
    chance = {"28": MemberScore.return_28, "56": MemberScore.return_56}[given.get("days")]
    return Holds(compared(given, chance, given.value / 100), (MemberScore,))


def _money(name: str) -> Callable[[Given, Asking], Holds]:
    def meaning(given: Given, _asking: Asking) -> Holds:
        column = getattr(MemberScore, name)
        return Holds(compared(given, column) & (MemberScore.currency == given.get("currency")), (MemberScore,))

    return meaning


def _say_return(given: Given, _names: Names) -> Phrase:
    days = given.get("days")
    en = f"have a chance of {bound_en(given)}{given.value}% to return within {days} days"
    ko = f"{days}일 이내에 다시 구매할 확률이 {given.value}%{bound_ko(given)}"
    return Phrase(ko, "이", en, en.replace("have", "do not have", 1))


def _say_money(ko: str, en: str) -> Callable[[Given, Names], Phrase]:
    def phrase(given: Given, names: Names) -> Phrase:
        amount = words.money(given.value, given.get("currency"), names.language)
        said = f"{en} {bound_en(given)}{amount}"
        return Phrase(f"{ko} {amount}{bound_ko(given)}", "이", f"are {said}", f"are not {said}")

    return phrase


CONDITIONS = (
    Condition(
        "return_chance",
        "scores",
        "다시 구매할 확률",
        "Chance of return",
        _BOUNDS,
        Value("number", high=100, unit="%"),
        _return,
        _say_return,
        (_HORIZON,),
    ),
    Condition(
        "worth",
        "scores",
        "1년 예상 가치",
        "Worth within a year",
        _BOUNDS,
        _MONEY,
        _money("worth"),
        _say_money("앞으로 1년 예상 구매액이", "expected to bring within a year"),
        (CURRENCY,),
    ),
    Condition(
        "stake",
        "scores",
        "이탈 시 손실",
        "At stake",
        _BOUNDS,
        _MONEY,
        _money("stake"),
        _say_money("돌아오지 않으면 잃을 것으로 예상되는 금액이", "expected to cost, should they not return,"),
        (CURRENCY,),
    ),
)
