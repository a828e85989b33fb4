"""Counting agrees with Twilio's published rules and with what Korean carriers pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sms import encoding
from sms.encoding import Measure

GSM: Final = "GSM-7"
UCS: Final = "UCS-2"
VECTORS: Final = Path(__file__).parents[1] / "contract" / "text_segments.json"
CASES: Final[list[dict[str, Any]]] = json.loads(VECTORS.read_text())["cases"]
FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Measure(GSM, 0, 1)),
        ("a" * 160, Measure(GSM, 160, 1)),
        ("a" * 161, Measure(GSM, 161, 2)),
        ("a" * 306, Measure(GSM, 306, 2)),
        ("a" * 307, Measure(GSM, 307, 3)),
        ("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤", Measure(GSM, 30, 1)),
        ("line\r\nline\n", Measure(GSM, 11, 1)),
        ("^{}\\[~]|€", Measure(GSM, 18, 1)),
        ("€" * 80, Measure(GSM, 160, 1)),
        ("€" * 81, Measure(GSM, 162, 2)),
        # 153 is odd: the escape and its character move to the next segment together, so each carries 76 of them.
        ("€" * 152, Measure(GSM, 304, 2)),
        ("€" * 153, Measure(GSM, 306, 3)),
        ("a" * 152 + "€" + "a" * 152, Measure(GSM, 306, 3)),
        ("가" * 70, Measure(UCS, 70, 1)),
        ("가" * 71, Measure(UCS, 71, 2)),
        ("가" * 134, Measure(UCS, 134, 2)),
        ("가" * 135, Measure(UCS, 135, 3)),
        ("a" * 69 + "가", Measure(UCS, 70, 1)),
        ("a" * 160 + "ç", Measure(UCS, 161, 3)),
        ("“quoted”", Measure(UCS, 8, 1)),
        ("`", Measure(UCS, 1, 1)),
        ("😀", Measure(UCS, 2, 1)),
        ("😀" * 35, Measure(UCS, 70, 1)),
        ("😀" * 36, Measure(UCS, 72, 2)),
        # 67 is odd: 33 pairs a segment, never half of one.
        ("😀" * 66, Measure(UCS, 132, 2)),
        ("😀" * 67, Measure(UCS, 134, 3)),
        ("가" * 66 + "😀" + "가" * 66, Measure(UCS, 134, 3)),
        (FAMILY, Measure(UCS, 11, 1)),
        ("가" * 60 + FAMILY, Measure(UCS, 71, 2)),
        ("가" * 66 + "🇰🇷", Measure(UCS, 70, 1)),
        ("가" * 66 + "🇰🇷" + "가", Measure(UCS, 71, 2)),
    ],
)
def test_texts_are_counted_as_they_are_billed(text: str, expected: Measure) -> None:
    assert encoding.measure(text) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_table_of_published_rules_holds(case: dict[str, Any]) -> None:
    text = "".join(piece * times for piece, times in case["text"])
    assert encoding.measure(text) == Measure(case["encoding"], case["units"], case["segments"])
    if "euc_kr_fails" in case:
        assert [each.char for each in encoding.euc_kr_problems(text)] == case["euc_kr_fails"]


def test_the_table_is_large_and_names_each_case_once() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES) >= 60


@settings(deadline=None)
@given(st.text(max_size=400))
def test_segments_put_together_are_the_text_and_none_is_over_full(text: str) -> None:
    segments = encoding.split_segments(text)
    kind = encoding.encoding_of(text)
    assert "".join(segments) == text
    room = encoding.SINGLE[kind] if len(segments) == 1 else encoding.CHAINED[kind]
    for segment in segments:
        size = sum(2 if c in encoding.GSM_EXTENSION else 1 for c in segment)
        if kind == UCS:
            size = sum(2 if ord(c) > 0xFFFF else 1 for c in segment)
        assert size <= room


@pytest.mark.parametrize(
    ("char", "suggestion"),
    [
        ("₩", "원"),
        ("–", "-"),
        ("é", "e"),
        ("😀", ""),
        ("❤", "♥"),
        ("뷁", None),
        ("똠", None),
        ("们", None),
        ("\u00a0", " "),
    ],
)
def test_what_korean_carriers_drop_is_found_with_a_replacement(char: str, suggestion: str | None) -> None:
    problems = encoding.euc_kr_problems(f"가{char}")
    assert problems == (encoding.EucKrProblem(char, 1, suggestion),)


@pytest.mark.parametrize("text", ["(광고)하늘면세점 02-123-4567", "“따옴표” … ★ ♥ ☎ → ① ㎏", "漢字 ひらがな Ж α"])
def test_what_korean_carriers_pass_is_not_reported(text: str) -> None:
    assert encoding.euc_kr_problems(text) == ()


def test_replacing_leaves_only_what_has_no_suggestion() -> None:
    assert encoding.with_replacements("₩5,000 – café 😀뷁") == "원5,000 - cafe 뷁"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("가" * 45, "sms"), ("가" * 45 + "a", "lms"), ("가" * 1000, "lms"), ("가" * 1000 + "a", "too_long")],
)
def test_domestic_relays_count_bytes(text: str, kind: str) -> None:
    assert encoding.domestic_kind(text) == kind
