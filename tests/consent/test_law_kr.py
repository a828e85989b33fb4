"""What Korean law says of consents, rule by rule."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from backend.consent import law_kr


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


@pytest.mark.parametrize(
    ("born", "on", "needed"),
    [
        (None, date(2026, 11, 20), False),
        (date(2012, 11, 20), date(2026, 11, 20), False),
        (date(2012, 11, 21), date(2026, 11, 20), True),
        (date(2012, 12, 1), date(2026, 11, 20), True),
        (date(2026, 1, 1), date(2026, 11, 20), True),
        (date(1990, 3, 2), date(2026, 11, 20), False),
        # Born on the 29th of February: of age on the first of March where there is no such day.
        (date(2012, 2, 29), date(2026, 2, 28), True),
        (date(2012, 2, 29), date(2026, 3, 1), False),
    ],
)
def test_a_guardian_is_needed_until_the_fourteenth_birthday(born: date | None, on: date, *, needed: bool) -> None:
    assert law_kr.needs_guardian(born, on) is needed
