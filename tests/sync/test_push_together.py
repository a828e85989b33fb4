"""What arrives together is applied together, to the same effect as one by one."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.core.reading import reader
from backend.customers import CustomerFacts, StoreActivity
from backend.loyalty import PointsEntry, balance
from backend.sales import Sale, SaleLine, refresh_purchase_facts
from backend.sales.schemas import SaleData
from backend.sync import push as pushing
from backend.sync.clock import now_v
from backend.sync.contract import Caller
from backend.sync.registry import of
from tests import factories

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Tablet


@pytest.fixture
def one_by_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make every attempt to apply sales together fail, after it has written."""

    def forced() -> None:
        kind = of(app).kinds["sale.log"]

        def fail(mutations: Any) -> Any:
            assert kind.apply_all is not None
            kind.apply_all(mutations)
            message = "the last of them went wrong"
            raise ValueError(message)

        monkeypatch.setitem(of(app).kinds, "sale.log", replace(kind, apply_all=fail))

    return forced


def sales(customers: list[str], store: str, *, seed: int, count: int = 40, code: str = "SAME") -> list[dict[str, Any]]:
    """Sales of all sorts: several a day to one person, late ones, with points, coupons, strangers and odd lines."""
    chance = random.Random(seed)
    made = []
    for seq in range(count):
        day, hour = chance.randint(1, 20), chance.randint(0, 23)
        data: dict[str, Any] = {
            "customer_id": chance.choice([*customers, None, new_id()]),
            "lines": [
                {"sku": chance.choice(["A1", "B2", "NONE"]), "quantity": chance.randint(0, 3), "amount": 10_000 * each}
                for each in range(chance.randint(1, 7))
            ],
            "currency": chance.choice(["KRW", "KRW", "USD"]),
            "occurred_at": f"2026-{chance.choice(['10', '11'])}-{day:02}T{hour:02}:00:00+09:00",
        }
        data |= chance.choice([{}, {"store": store}, {"store": "NOWHERE"}, {"coupons": [code]}])
        data |= chance.choice([{}, {"points_redeemed": 400}])
        made.append({"id": new_id(), "kind": "sale.log", "at": "2026-11-20T10:00:00Z", "seq": seq, "data": data})
    return made


def kept() -> dict[str, Any]:
    """What the database holds of sales and of what follows from them, in terms that two runs have in common."""
    db.session.expire_all()
    found: dict[str, Any] = {}
    for model in (Sale, SaleLine, CustomerFacts, StoreActivity):
        columns = [column for column in model.__table__.columns if column.name != "received_at"]
        found[model.__name__] = sorted(map(tuple, db.session.execute(select(*columns))), key=str)
    found["points"] = sorted(
        map(tuple, db.session.execute(select(PointsEntry.customer_id, PointsEntry.sale_id, PointsEntry.points))),
        key=str,
    )
    return found


def members() -> list[str]:
    """Five members, two of whom have points; two articles."""
    with unit_of_work():
        factories.product(sku="A1", price=10_000)
        factories.product(sku="B2", price=20_000)
        people = [factories.customer(facts={"points": 700 if number < 2 else 0}).id for number in range(5)]
        for each in people[:2]:
            factories.points(each, 700)
    return people


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_batch_that_fails_as_a_whole_comes_to_the_same(tablet: Tablet, one_by_one: Any, seed: int) -> None:
    people = members()
    with unit_of_work():
        other = factories.store(currency="USD").code
        code = factories.code(factories.coupon())
    entries = sales(people, other, seed=seed, code=code)
    rehearsed, together = _rehearsed(tablet, entries)
    one_by_one()
    results = tablet.push(*entries)
    assert [{**result, "v": 0} for result in results] == [{**result, "v": 0} for result in rehearsed]
    assert kept() == together
    assert {result["status"] for result in results} == {"applied"}


def _rehearsed(tablet: Tablet, entries: list[dict[str, Any]]) -> tuple[list[Any], dict[str, Any]]:
    """The results of a push and what it leaves, which is then undone."""
    with unit_of_work() as session:
        results = _push_inside(tablet, entries)
        left = kept()
        session.rollback()
        session.info.pop("dangol.changed", None)
        session.info.pop("dangol.receipts", None)
    return results, left


def _push_inside(tablet: Tablet, entries: list[dict[str, Any]]) -> list[Any]:
    """Push within the open unit of work, so that it can be undone."""
    device = tablet.device
    caller = Caller(
        device_id=device.id,
        store_id=device.store_id,
        store_code=device.store.code,
        business_unit_id=device.store.business_unit_id,
        scope=device.scope,
        staff_id=device.staff_id,
        staff_login=device.staff.login,
    )
    return pushing.results(pushing.push(caller, entries, together=True))


@pytest.mark.parametrize("seed", range(4))
def test_facts_moved_on_by_batches_are_those_worked_out_from_all_sales(tablet: Tablet, seed: int) -> None:
    people = members()
    with unit_of_work():
        other = factories.store().code
    entries = sales(people, other, seed=seed, count=120)
    for start in range(0, len(entries), 30):
        tablet.push(*entries[start : start + 30])
    before = now_v()
    with unit_of_work():
        refresh_purchase_facts(None)
    assert now_v() == before, "working everything out again found something to change"
    with unit_of_work():
        for customer_id in people:
            db.session.expire_all()
            assert db.session.get_one(CustomerFacts, customer_id).points == balance(customer_id)


def test_sales_of_a_batch_are_read_as_their_schema_reads_them() -> None:
    people = [new_id()]
    schema = SaleData()
    read = reader(schema)
    for entry in sales(people, "S1", seed=7, count=60):
        assert read(entry["data"]) == schema.load(entry["data"])


def test_a_push_holds_all_customers_that_it_writes_to_before_it_writes(
    app: Flask, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unit_of_work():
        sold, edited, agreed, returned = (factories.customer().id for _ in range(4))
        sku = factories.product(price=1_000).sku

    def entry(kind: str, **data: Any) -> dict[str, Any]:
        return {"id": new_id(), "kind": kind, "at": "2026-11-20T10:00:00Z", "seq": 1, "data": data}

    def sale(customer_id: str) -> dict[str, Any]:
        line = {"sku": sku, "quantity": 1, "amount": 1_000}
        data = {"customer_id": customer_id, "lines": [line], "currency": "KRW", "occurred_at": "2026-11-20T10:00:00Z"}
        return entry("sale.log", **data)

    (before,) = tablet.push(bought := sale(returned))
    customers = of(app).collections["customers"]
    happened: list[Any] = []
    monkeypatch.setitem(
        of(app).collections, "customers", replace(customers, hold=lambda ids: happened.append(set(ids)))
    )
    for name, kind in of(app).kinds.items():

        def apply(mutation: Any, *, kind: Any = kind) -> Any:
            happened.append(mutation.kind)
            return kind.apply(mutation)

        monkeypatch.setitem(of(app).kinds, name, replace(kind, apply=apply, apply_all=None))
    said = {"purpose": "marketing", "channel": "sms", "granted": True, "occurred_at": "2026-11-20T09:00:00Z"}
    said_back = {"lines": [{"line": 0, "quantity": 1}], "occurred_at": "2026-11-20T11:00:00Z"}
    results = tablet.push(
        sale(sold),
        entry("customer.edit", customer_id=edited, changes={"memo": {"from": None, "to": "향수"}}),
        entry("consent.record", customer_id=agreed, wording_version="ko-1", **said),
        entry("sale.return", sale_id=bought["id"], reason="", **said_back),
    )
    assert [before["status"], *(result["status"] for result in results)] == ["applied"] * 5, results
    assert happened == [
        {sold, edited, agreed, returned},
        "sale.log",
        "customer.edit",
        "consent.record",
        "sale.return",
    ]
