"""What an invented member is reached by, likes and has before her; plainly invented, like everything in the demo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from backend.customers import CustomerPhone, LifeEvent, Preference, Trip
from backend.demo.chance import Weighted, id_at, one_of
from backend.unify import time_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from random import Random

    from backend.core.db import Base
    from backend.demo.members import Member

    Row = Callable[..., None]

COLUMNS: dict[type[Base], str] = {
    CustomerPhone: "id customer_id phone kind note",
    LifeEvent: "id customer_id kind day yearly note",
    Trip: "id customer_id flight departs_at zone from_airport to_airport note",
}
_WISHES: Weighted[tuple[str, tuple[str, ...]]] = Weighted(
    (("instruction", ("양파 빼고", "치즈 많이", "선물 포장은 늘 리본으로", "전화 대신 문자로")), 3),
    (("like", ("창가 자리", "한정판 향수", "따뜻한 설명", "신상품 견본")), 4),
    (("dislike", ("강한 향", "긴 대기", "비닐 포장")), 2),
)
_FLIGHTS = (("DG703", "NRT"), ("DG621", "HKG"), ("DG905", "CDG"), ("DG017", "LAX"))


_YEARLY = True


class Lives:
    """Adds the rows of one member after another; its own dice leave those of the rest as they are."""

    def __init__(self, chance: Random, add: Row, *, today: date) -> None:
        self._chance, self._add = chance, add
        self._midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)

    def email(self, member: Member, number: int) -> str | None:
        """An address that nobody can have: example.com belongs to no one."""
        name = "".join(letter for letter in member.name_latin.lower() if letter.isascii() and letter.isalpha())
        return f"{name or 'member'}.{number}@example.com" if self._happens(0.4) else None

    def served_by(self, staff: list[str]) -> str | None:
        """Who serves her best, for some."""
        return one_of(self._chance, staff) if self._happens(0.3) else None

    def add(self, member: Member, number: int) -> None:
        """Add what hangs on a member who is there."""
        if self._happens(0.15):
            # 02-0… is given to nobody.
            self._row(
                CustomerPhone, member, f"+8220{number % 10_000_000:07d}", one_of(self._chance, ("home", "work")), None
            )
        if self._happens(0.2):
            kind, values = _WISHES.pick(self._chance)
            self._row(Preference, member, kind, one_of(self._chance, values))
        if self._happens(0.4):
            self._row(LifeEvent, member, "birthday", member.birth_date.isoformat(), _YEARLY, None)
        if self._happens(0.15):
            day = (self._midnight - timedelta(days=int(self._chance.random() * 9_000))).date()
            self._row(
                LifeEvent,
                member,
                one_of(self._chance, ("wedding", "child", "anniversary")),
                day.isoformat(),
                _YEARLY,
                None,
            )
        if self._happens(0.08):
            flight, airport = one_of(self._chance, _FLIGHTS)
            departs = self._midnight + timedelta(days=1 + int(self._chance.random() * 20), hours=5, minutes=20)
            self._row(Trip, member, flight, time_text(departs), "Asia/Seoul", "ICN", airport, None)

    def _happens(self, share: float) -> bool:
        return self._chance.random() < share

    def _row(self, model: type[Base], member: Member, *values: object) -> None:
        self._add(model, id_at(self._chance, member.joined_at), member.id, *values)
