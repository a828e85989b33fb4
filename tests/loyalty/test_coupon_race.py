"""Tablets that use one code in the same moment, on a database that has several writers at a time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.loyalty.coupons import CouponUse
from tests import factories

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Tablet

_TABLETS, _ROUNDS = 4, 12
_AT = "2026-11-20T10:00:00+09:00"


def test_of_tablets_that_use_a_code_at_once_one_does_and_the_others_are_flagged(app: Flask, make_tablet: Any) -> None:
    tablets: list[Tablet] = [make_tablet() for _ in range(_TABLETS)]
    with unit_of_work():
        factories.product(sku="A1", price=None)
        coupon = factories.coupon(per_member=None)
        rounds = [[factories.code(coupon) for _ in range(3)] for _ in range(_ROUNDS)]
    db.session.rollback()
    start = threading.Barrier(_TABLETS)

    def sell(number: int) -> list[tuple[str, bool]]:
        """Every code of each round, in an order of this tablet's own."""
        found = []
        for codes in rounds:
            start.wait(timeout=60)
            entries = [_sale(code) for code in (codes if number % 2 else reversed(codes))]
            results = tablets[number].push(*entries)
            assert {result["status"] for result in results} == {"applied"}
            found += [
                (entry["data"]["coupons"][0], "coupon_already_used" in result.get("flags", ()))
                for entry, result in zip(entries, results, strict=True)
            ]
        return found

    with ThreadPoolExecutor(_TABLETS) as threads:
        told = [each for found in threads.map(sell, range(_TABLETS)) for each in found]
    good = [code for code, flagged in told if not flagged]
    assert sorted(good) == sorted(code for codes in rounds for code in codes)
    with app.app_context():
        states = dict(db.session.execute(select(CouponUse.state, func.count()).group_by(CouponUse.state)).all())
    assert states == {"counted": 3 * _ROUNDS, "flagged": 3 * _ROUNDS * (_TABLETS - 1)}


def _sale(code: str) -> dict[str, Any]:
    lines = [{"sku": "A1", "quantity": 1, "amount": 9_000, "discount": 3_000}]
    data = {"customer_id": None, "currency": "KRW", "occurred_at": _AT, "lines": lines, "coupons": [code]}
    return {"id": new_id(), "kind": "sale.log", "at": _AT, "seq": 1, "data": data}
