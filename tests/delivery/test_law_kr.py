"""Korean law's rules, one by one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.delivery import law_kr


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (at(2026, 1, 31), 1, at(2026, 2, 28)),
        (at(2024, 2, 29), 24, at(2026, 2, 28)),
        (at(2026, 8, 31), 6, at(2027, 2, 28)),
        (at(2026, 12, 15), 6, at(2027, 6, 15)),
    ],
)
def test_months_end_on_a_day_that_exists(start: datetime, months: int, expected: datetime) -> None:
    assert law_kr.add_months(start, months) == expected


def test_the_frame_makes_any_body_lawful() -> None:
    text = law_kr.frame_advert("20% 할인", sender_name="하늘면세점", contact="1588-0000", free_refusal="080-123-4567")
    assert text == "(광고)하늘면세점 1588-0000\n20% 할인\n무료수신거부 080-123-4567"
    assert law_kr.advert_faults(text, sender_name="하늘면세점") == ()


def test_a_mark_the_writer_put_is_not_doubled() -> None:
    text = law_kr.frame_advert("(광고) 할인", sender_name="하늘", contact="1588-0000", free_refusal="080-123-4567")
    assert text.count("(광고)") == 1


def test_every_missing_part_is_named() -> None:
    assert law_kr.advert_faults("할인", sender_name="하늘") == ("prefix", "sender", "contact", "free_refusal")
