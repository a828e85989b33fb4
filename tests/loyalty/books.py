"""What must hold of the points ledger at every commit, asked of the tables themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import func, select

from backend.core.db import db
from backend.customers import CustomerFacts
from backend.loyalty.models import PointsDebt, PointsEntry, PointsLot, PointsUse
from backend.loyalty.reports import settlement


def check() -> None:
    """Every member's book, each business unit's, and what units owe each other."""
    db.session.rollback()
    lots, debts = _by_customer(PointsLot), _by_customer(PointsDebt)
    summed = select(PointsEntry.customer_id, func.sum(PointsEntry.points)).group_by(PointsEntry.customer_id)
    entries = dict(db.session.execute(summed).all())
    for row in db.session.scalars(select(CustomerFacts)):
        opened, owed = lots.get(row.customer_id, 0), debts.get(row.customer_id, 0)
        assert row.points == opened - owed == entries.get(row.customer_id, 0), row.customer_id
        assert not (opened and owed), "a debt is repaid as soon as there are points"
    assert not _strange_rows()
    _check_units()
    earned = Counter(db.session.scalars(select(PointsEntry.sale_id).where(PointsEntry.kind == "earn")))
    assert set(earned.values()) <= {1}, "a sale earns once"
    net = settlement()
    assert sum(each.net for each in net) == 0


def contents() -> list[list[Any]]:
    """Every row of the books and of the ledger."""
    db.session.rollback()
    models = (PointsEntry, PointsLot, PointsDebt, PointsUse)
    return [sorted(map(tuple, db.session.execute(select(*each.__table__.columns))), key=str) for each in models]


def _by_customer(model: type[PointsLot | PointsDebt]) -> dict[str, int]:
    query = select(model.customer_id, func.sum(model.open)).group_by(model.customer_id)
    return {customer_id: int(points) for customer_id, points in db.session.execute(query)}


def _strange_rows() -> list[Any]:
    """Lots, debts and uses below nothing, or lots with more than they were given."""
    return [
        *db.session.scalars(select(PointsLot.id).where((PointsLot.open < 0) | (PointsLot.expired < 0))),
        *db.session.scalars(select(PointsLot.id).where(PointsLot.open + PointsLot.expired > PointsLot.points)),
        *db.session.scalars(select(PointsDebt.id).where(PointsDebt.open <= 0)),
        *db.session.scalars(select(PointsUse.lot_id).where(PointsUse.points <= 0)),
    ]


def _check_units() -> None:
    """Issued + transferred in + adjusted + open debt = what became of it, for each business unit.

    That is redeemed + expired + reversed + transferred out + open lots. What was redeemed, reversed and transferred is
    charged to the unit whose lot paid for it, or, while nobody's did, to the unit where it happened.
    """
    left: dict[str, int] = defaultdict(int)
    right: dict[str, int] = defaultdict(int)
    lots = {row.id: row for row in db.session.scalars(select(PointsLot))}
    debts = {row.id: row for row in db.session.scalars(select(PointsDebt))}
    for lot in lots.values():
        left[lot.business_unit_id] += lot.points
        right[lot.business_unit_id] += lot.open + lot.expired
    for debt in debts.values():
        left[debt.business_unit_id] += debt.open
    charged: dict[str, int] = defaultdict(int)
    for use in db.session.scalars(select(PointsUse)):
        right[lots[use.lot_id].business_unit_id] += use.points
        charged[use.entry_id] += use.points
    for debt in debts.values():
        right[debt.business_unit_id] += debt.open
        charged[debt.id] += debt.open
    assert left == right
    back: dict[str, int] = defaultdict(int)
    given_back = PointsEntry.kind.in_(("restore", "transfer_back")) & (PointsEntry.points > 0)
    for entry in db.session.scalars(select(PointsEntry).where(given_back)):
        back[entry.sale_id or entry.transfer_id or ""] += entry.points - (
            lots[entry.id].points if entry.id in lots else 0
        )
    for entry in db.session.scalars(select(PointsEntry).where(PointsEntry.points < 0, PointsEntry.kind != "expire")):
        pays = entry.kind in {"redeem", "transfer_out"}
        came_back = back[entry.sale_id or entry.transfer_id or ""] if pays else 0
        assert charged[entry.id] == -entry.points - came_back, entry.kind
