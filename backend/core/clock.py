"""The one place that asks what time it is, so that a test can say so."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

_ahead = timedelta()
_frozen: ContextVar[datetime | None] = ContextVar("dangol_frozen_clock", default=None)


def now() -> datetime:
    """The current time, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC) + _ahead


def run_ahead(by: timedelta) -> None:
    """Let the clock of this process run ahead of the machine's: a rehearsal does not wait for an hour to pass."""
    global _ahead  # noqa: PLW0603 - the one clock
    _ahead = by


def business_day(moment: datetime, time_zone: str) -> date:
    """The calendar day on which `moment` falls for a store in `time_zone` (an IANA name)."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def local_hour(moment: datetime, time_zone: str) -> int:
    """The hour (0 to 23) that a clock in a store in `time_zone` (an IANA name) shows at `moment`."""
    return moment.astimezone(ZoneInfo(time_zone)).hour


def rfc3339(moment: datetime) -> str:
    """`moment` as RFC 3339 text in UTC with a `Z`, microseconds only when there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold `now()` at `moment` (aware) inside the block."""
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
