"""What Korean law says of consents themselves, each rule in one named place so that counsel can check it.

Sources: Act on Promotion of Information and Communications Network Utilization and Information Protection, article 50,
with its enforcement decree; Personal Information Protection Act, article 22-2. Read in November 2026. Not legal
advice. What it says of messages is in `backend.delivery.law_kr`. Pure.
"""

from __future__ import annotations

import calendar
from datetime import UTC
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date, datetime

EXISTING_CUSTOMER_MONTHS: Final = 6
"""Network Act, article 50 (1) 1: goods of the same kind, to whoever bought them, for six months from the deal's end."""

RECONFIRM_YEARS: Final = 2
"""Network Act, article 50 (8): whether consent still stands is confirmed every two years."""

RESULT_NOTICE_DAYS: Final = 14
"""Network Act, article 50 (7): within this the person is told the result of a consent, a refusal or a withdrawal."""

ZONE: Final = "Asia/Seoul"
"""Whose day it is where nothing says where something was said."""

OF_AGE_TO_CONSENT: Final = 14
"""Personal Information Protection Act, article 22-2 (1): for a younger child the legal guardian consents."""


def existing_customer_until(deal_ended_at: datetime) -> datetime:
    """Return the end of the time in which a buyer may be written to without a consent.

    Calendar months, by the clock of the zone that `deal_ended_at` is given in: the store's. It ends at the same minute
    of the same day of the month, which is no longer in it; a deal on the 31st, at that minute of a shorter month's last
    day.
    """
    return add_months(deal_ended_at, EXISTING_CUSTOMER_MONTHS).astimezone(UTC)


def reconfirm_by(confirmed_at: datetime) -> datetime:
    """Return when a consent given or confirmed at `confirmed_at` has to be confirmed anew."""
    return add_months(confirmed_at, 12 * RECONFIRM_YEARS)


def needs_guardian(birth_date: date | None, on: date) -> bool:
    """Tell whether somebody born on `birth_date` is under 14 on that day; not known for who gave no birth date."""
    if birth_date is None:
        return False
    had_birthday = (on.month, on.day) >= (birth_date.month, birth_date.day)
    return on.year - birth_date.year - (not had_birthday) < OF_AGE_TO_CONSENT


def add_months(moment: datetime, months: int) -> datetime:
    """Add calendar months; the 31st becomes the last day of a shorter month."""
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
