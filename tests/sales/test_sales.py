"""Sales as they are kept and shown."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from backend.catalog import ExchangeRate
from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.customers import CustomerFacts
from backend.loyalty import balance
from tests import factories

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.conftest import Tablet


def sale(**values: Any) -> dict[str, Any]:
    """A sale.log mutation of one article."""
    data = {
        "customer_id": None,
        "lines": [{"sku": "A1", "quantity": 1, "amount": 10_000}],
        "currency": "KRW",
        "occurred_at": "2026-11-20T16:30:00Z",
    }
    return {"id": new_id(), "kind": "sale.log", "at": "2026-11-20T16:31:00Z", "seq": 1, "data": data | values}


def test_the_business_day_is_the_store_s(client: FlaskClient, sign_in: Any, tablet: Tablet) -> None:
    entry = sale()
    tablet.push(entry)
    sign_in()
    assert client.get(f"/api/v1/sales/{entry['id']}").get_json()["business_day"] == "2026-11-21"


def test_lists_have_id_and_total_and_page_by_key(client: FlaskClient, sign_in: Any, tablet: Tablet) -> None:
    entries = [sale() for _ in range(5)]
    tablet.push(*entries)
    sign_in()
    seen: list[str] = []
    after = None
    while True:
        query = {"limit": "2"} | ({"after": after} if after else {})
        page = client.get("/api/v1/sales", query_string=query).get_json()
        assert all(item["total"] == 10_000 for item in page["items"])
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == sorted((entry["id"] for entry in entries), reverse=True)
    assert client.get("/api/v1/sales", query_string={"store": "nowhere"}).get_json()["items"] == []
    assert client.get("/api/v1/sales", query_string={"customer": "nobody"}).status_code == 422


def test_points_pay_once_and_an_overdraft_is_flagged_and_kept(tablet: Tablet) -> None:
    with unit_of_work():
        customer = factories.customer(facts={"points": 700})
        factories.points(customer.id, 700)
    first, second = (sale(customer_id=customer.id, points_redeemed=500) for _ in range(2))
    results = tablet.push(first, second, first)
    assert [result.get("flags") for result in results] == [
        ["unknown_product"],
        ["points_overdrawn", "unknown_product"],
        ["unknown_product"],
    ]
    assert balance(customer.id) == -300
    db.session.expire_all()
    assert db.session.get_one(CustomerFacts, customer.id).points == -300


def test_a_coupon_that_was_used_before_is_flagged(tablet: Tablet) -> None:
    with unit_of_work():
        code = factories.code(factories.coupon())
    results = tablet.push(sale(coupons=[code, code]), sale(coupons=[code]))
    assert "coupon_already_used" not in results[0]["flags"]
    assert "coupon_already_used" in results[1]["flags"]


def test_a_foreign_currency_keeps_the_rate_of_its_day(client: FlaskClient, sign_in: Any, tablet: Tablet) -> None:
    with unit_of_work():
        for day, rate in ((date(2026, 11, 1), "1380"), (date(2026, 11, 20), "1400"), (date(2026, 12, 1), "1500")):
            db.session.add(ExchangeRate(currency="USD", base="KRW", on=day, rate=rate))
    known, unknown = sale(currency="USD"), sale(currency="XTS")
    results = tablet.push(known, unknown)
    assert "unknown_rate" not in results[0]["flags"]
    assert "unknown_rate" in results[1]["flags"]
    sign_in()
    assert client.get(f"/api/v1/sales/{known['id']}").get_json()["rate"] == "1400"


def test_a_sale_at_another_store_is_counted_there(client: FlaskClient, sign_in: Any, tablet: Tablet) -> None:
    with unit_of_work():
        other = factories.store(time_zone="America/New_York", currency="USD")
    entry = sale(store=other.code, currency="USD")
    tablet.push(entry)
    sign_in()
    shown = client.get(f"/api/v1/sales/{entry['id']}").get_json()
    assert (shown["store"], shown["business_day"]) == (other.code, "2026-11-20")


def test_the_command_lists_every_sale_once(app: Flask, tablet: Tablet) -> None:
    entries = [sale() for _ in range(3)]
    tablet.push(*entries)
    done = app.test_cli_runner().invoke(args=["sales", "ids"])
    assert done.output.split() == [entry["id"] for entry in entries]
