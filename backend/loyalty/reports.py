"""What is outstanding, and what business units owe each other for it. Sums in SQL, over the books as they stand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from backend.core.db import db
from backend.loyalty.models import PointsDebt, PointsEntry, PointsLot, PointsUse
from backend.organization import BusinessUnit

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Open points of a business unit that expire in a month (its first day; None: never), and in how many lots."""

    business_unit_id: str
    month: date | None
    points: int
    lots: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What a business unit gives and takes: its points that were taken elsewhere, others' that were taken here.

    `net` is what it is owed by the other units, in points; below nothing it owes.
    """

    business_unit_id: str
    taken_here: int
    taken_elsewhere: int

    @property
    def net(self) -> int:
        """Others' points taken here less own points taken elsewhere."""
        return self.taken_here - self.taken_elsewhere


def outstanding() -> list[Outstanding]:
    """Open lots by business unit and month of expiry, the soonest first; reads ix_points_lot_expires."""
    query = (
        select(
            PointsLot.business_unit_id,
            PointsLot.expires_on,
            func.sum(PointsLot.open),
            func.count(),
        )
        .where(PointsLot.open > 0)
        .group_by(PointsLot.business_unit_id, PointsLot.expires_on)
    )
    found: dict[tuple[str, date | None], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for unit_id, day, points, lots in db.session.execute(query):
        key = (unit_id, day.replace(day=1) if day else None)
        found[key] = (found[key][0] + int(points), found[key][1] + lots)
    rows = [Outstanding(*key, *values) for key, values in found.items()]
    return sorted(rows, key=lambda row: (row.month is None, str(row.month), row.business_unit_id))


def open_debt() -> dict[str, int]:
    """{business unit: points that were taken there and that nobody has yet}."""
    query = select(PointsDebt.business_unit_id, func.sum(PointsDebt.open)).group_by(PointsDebt.business_unit_id)
    return {unit_id: int(points) for unit_id, points in db.session.execute(query)}


def settlement() -> list[Settled]:
    """What units owe each other for points that one gave and another took, since the beginning; it sums to nothing."""
    taker, giver = aliased(PointsEntry), aliased(PointsLot)
    query = (
        select(taker.business_unit_id, giver.business_unit_id, func.sum(PointsUse.points))
        .join(taker, taker.id == PointsUse.entry_id)
        .join(giver, giver.id == PointsUse.lot_id)
        .where(taker.business_unit_id != giver.business_unit_id)
        .group_by(taker.business_unit_id, giver.business_unit_id)
    )
    here: dict[str, int] = defaultdict(int)
    elsewhere: dict[str, int] = defaultdict(int)
    for taken_at, given_by, points in db.session.execute(query):
        here[taken_at] += int(points)
        elsewhere[given_by] += int(points)
    return [Settled(unit_id, here[unit_id], elsewhere[unit_id]) for unit_id in sorted({*here, *elsewhere})]


def report() -> dict[str, Any]:
    """All of it, in the shape of `PointsReportSchema`: business units by their codes."""
    codes = dict(db.session.execute(select(BusinessUnit.id, BusinessUnit.code)).all())
    return {
        "outstanding": [
            {"business_unit": codes[row.business_unit_id], "month": row.month, "points": row.points, "lots": row.lots}
            for row in outstanding()
        ],
        "debt": {codes[unit_id]: points for unit_id, points in open_debt().items()},
        "settlement": [
            {"business_unit": codes[row.business_unit_id], "net": row.net}
            | {"taken_here": row.taken_here, "taken_elsewhere": row.taken_elsewhere}
            for row in settlement()
        ],
    }
