"""Tablets that let one member pay with the same points in the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from backend.core import clock
from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.loyalty import balance
from backend.loyalty.models import PointsDebt, PointsLot, PointsUse
from tests import factories
from tests.loyalty import books

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Tablet

_TABLETS, _ROUNDS, _POINTS, _PAID = 4, 10, 1_000, 300


def test_points_that_are_spent_at_once_are_spent_once_and_every_overdraft_is_flagged(
    app: Flask, make_tablet: Any
) -> None:
    tablets: list[Tablet] = [make_tablet() for _ in range(_TABLETS)]
    with unit_of_work():
        factories.product(sku="A1", price=None)
        members = [str(factories.customer().id) for _ in range(_ROUNDS)]
        for member in members:
            factories.points(member, _POINTS)
    db.session.rollback()
    start = threading.Barrier(_TABLETS)
    at = clock.rfc3339(clock.now())

    def sell(number: int) -> list[tuple[str, bool]]:
        """Each member pays twice at each tablet, all tablets at a time; (member, whether it was flagged)."""
        found = []
        for member in members:
            start.wait(timeout=60)
            results = tablets[number].push(_sale(member, at), _sale(member, at))
            assert {result["status"] for result in results} == {"applied"}
            found += [(member, "points_overdrawn" in result.get("flags", ())) for result in results]
        return found

    with ThreadPoolExecutor(_TABLETS) as threads:
        told = [each for found in threads.map(sell, range(_TABLETS)) for each in found]
    paid = 2 * _TABLETS
    # Three of them she had points for, whichever were first.
    assert sorted(told) == sorted((member, number >= 3) for member in members for number in range(paid))
    with app.app_context():
        assert [balance(member) for member in members] == [_POINTS - paid * _PAID] * _ROUNDS
        assert db.session.scalar(select(func.sum(PointsUse.points))) == _POINTS * _ROUNDS
        assert db.session.scalar(select(func.min(PointsLot.open))) == 0
        assert db.session.scalar(select(func.sum(PointsDebt.open))) == (paid * _PAID - _POINTS) * _ROUNDS
        books.check()


def _sale(member: str, at: str) -> dict[str, Any]:
    lines = [{"sku": "A1", "quantity": 1, "amount": 9_000}]
    data = {"customer_id": member, "currency": "KRW", "occurred_at": at, "lines": lines, "points_redeemed": _PAID}
    return {"id": new_id(), "kind": "sale.log", "at": at, "seq": 1, "data": data}
