"""Points over the API: what a sale earns, what a return takes and gives back, what is shown of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.catalog import ExchangeRate
from backend.core import clock
from backend.core.audit import SYSTEM, AccessEntry
from backend.core.db import db, unit_of_work
from backend.core.errors import ValidationFailed
from backend.core.ids import new_id
from backend.loyalty import EarningRule, PointsEntry, adjust, balance, expire_due
from backend.sales import Sale
from tests import factories
from tests.loyalty import books

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

pytestmark = pytest.mark.usefixtures("app")
DAY, NEXT = "2026-11-20T10:00:00+09:00", "2026-11-21T10:00:00+09:00"
RULE = {"name": "기본", "kind": "base", "rate": 100, "starts_on": "2026-01-01"}


@pytest.fixture
def member() -> str:
    """Somebody at a house that gives one point for a hundred won, good for a year."""
    with unit_of_work():
        factories.product(sku="A1", price=None)
        db.session.add(EarningRule(name="기본", kind="base", rate=100, valid_months=12, starts_on=date(2026, 1, 1)))
        return str(factories.customer().id)


def sale(member: str, amount: int = 30_000, **data: Any) -> dict[str, Any]:
    """Three articles, sold together."""
    lines = [{"sku": "A1", "quantity": 3, "amount": amount}]
    values = {"customer_id": member, "currency": "KRW", "occurred_at": DAY, "lines": lines} | data
    return {"id": new_id(), "kind": "sale.log", "at": DAY, "seq": 1, "data": values}


def sold(tablet: Tablet, *arguments: Any, **data: Any) -> str:
    """Sell `sale(…)`; its id."""
    entry = sale(*arguments, **data)
    (result,) = tablet.push(entry)
    assert result["status"] == "applied", result
    return str(entry["id"])


def back(tablet: Tablet, sale_id: str, quantity: int) -> None:
    """Bring articles back a day later."""
    data = {"sale_id": sale_id, "lines": [{"line": 0, "quantity": quantity}], "reason": "", "occurred_at": NEXT}
    (result,) = tablet.push({"id": new_id(), "kind": "sale.return", "at": NEXT, "seq": 2, "data": data})
    assert result["status"] == "applied", result


def entries(member: str) -> list[tuple[str, int]]:
    """(kind, points), as they were written."""
    db.session.rollback()
    query = select(PointsEntry.kind, PointsEntry.points).where(PointsEntry.customer_id == member)
    return [(kind, points) for kind, points in db.session.execute(query.order_by(PointsEntry.id))]


def test_a_sale_earns_and_what_comes_back_gives_back_both_ways(tablet: Tablet, member: str) -> None:
    with unit_of_work():
        factories.points(member, 6_000, occurred_at=datetime(2026, 1, 1, tzinfo=UTC), business_day=date(2026, 1, 1))
    sale_id = sold(tablet, member, points_redeemed=6_000)
    assert entries(member)[1:] == [("redeem", -6_000), ("earn", 240)]
    back(tablet, sale_id, 1)
    assert entries(member)[3:] == [("restore", 2_000), ("reverse", -80)]
    back(tablet, sale_id, 2)
    assert entries(member)[5:] == [("restore", 4_000), ("reverse", -160)]
    assert balance(member) == 6_000
    books.check()


def test_a_cap_a_month_counts_what_was_given_in_that_month_in_one_batch_and_later(tablet: Tablet, member: str) -> None:
    with unit_of_work():
        bonus = EarningRule(name="달의 덤", kind="bonus", rate=100, cap_month=500, starts_on=date(2026, 1, 1))
        db.session.add(bonus)
    first, second = sale(member), sale(member)
    tablet.push(first, second)
    sold(tablet, member)
    sold(tablet, member, occurred_at="2026-10-31T10:00:00+09:00")
    assert [points for _, points in entries(member)] == [300 + 300, 300 + 200, 300, 300 + 300]
    back(tablet, second["id"], 3)
    assert entries(member)[-1] == ("reverse", -500)
    sold(tablet, member, occurred_at="2026-11-21T12:00:00+09:00")
    assert entries(member)[-1] == ("earn", 300), "what came back makes no room"


def test_a_return_goes_by_the_rules_of_the_sale_whatever_they_are_by_now(tablet: Tablet, member: str) -> None:
    sale_id = sold(tablet, member)
    with unit_of_work():
        db.session.scalars(select(EarningRule)).one().retired_at = clock.now()
        db.session.add(EarningRule(name="새 규칙", kind="base", rate=900, starts_on=date(2026, 1, 1)))
    back(tablet, sale_id, 1)
    assert entries(member) == [("earn", 300), ("reverse", -100)]


def test_a_return_that_arrives_before_its_sale_counts_with_it(tablet: Tablet, member: str) -> None:
    entry = sale(member)
    back(tablet, entry["id"], 3)
    (result,) = tablet.push(entry)
    assert result["status"] == "applied"
    assert entries(member) == [("earn", 300), ("reverse", -300)]


def test_a_return_of_a_sale_that_never_earned_gives_nothing(tablet: Tablet, member: str) -> None:
    with unit_of_work():
        db.session.scalars(select(EarningRule)).one().retired_at = datetime(2026, 1, 2, tzinfo=UTC)
    sale_id = sold(tablet, member)
    with unit_of_work():
        db.session.add(EarningRule(name="나중 규칙", kind="base", rate=100, starts_on=date(2026, 1, 1)))
    back(tablet, sale_id, 1)
    assert entries(member) == []


def test_what_was_earned_before_rules_were_noted_goes_back_by_its_share(tablet: Tablet, member: str) -> None:
    with unit_of_work():
        db.session.scalars(select(EarningRule)).one().retired_at = datetime(2026, 1, 2, tzinfo=UTC)
    sale_id = sold(tablet, member)
    with unit_of_work():
        factories.points(member, 300, kind="earn", sale_id=sale_id, occurred_at=datetime(2026, 11, 20, 1, tzinfo=UTC))
    back(tablet, sale_id, 1)
    back(tablet, sale_id, 2)
    assert entries(member) == [("earn", 300), ("reverse", -100), ("reverse", -200)]


def test_the_command_says_what_it_gave_as_json(app: Flask, tablet: Tablet, member: str) -> None:
    with unit_of_work():
        rule = db.session.scalars(select(EarningRule)).one()
        rule.starts_on, rule_id = date(2027, 1, 1), rule.id
    sold(tablet, member)
    with unit_of_work():
        db.session.get_one(EarningRule, rule_id).starts_on = date(2026, 1, 1)
    command = ["sales", "award-points", "--from", "2026-11-01", "--to", "2026-11-30", "--json"]
    db.session.rollback()
    answers = [json.loads(app.test_cli_runner().invoke(args=command).stdout) for _ in range(2)]
    assert [(each["sales"], each["points"], each["by_rule"]) for each in answers] == [
        (1, 300, {rule_id: 300}),
        (1, 0, {}),
    ]


def test_points_of_the_same_batch_pay_and_what_nobody_has_is_flagged(tablet: Tablet, member: str) -> None:
    batch = [
        sale(member, 50_000, points_redeemed=points, occurred_at=DAY.replace("T10", f"T{hour}"))
        for points, hour in ((0, 11), (400, 12), (300, 13))
    ]
    assert [result.get("flags", []) for result in tablet.push(*batch)] == [[], [], []]
    (over,) = tablet.push(sale(member, points_redeemed=9_000))
    assert over["flags"] == ["points_overdrawn"]
    assert balance(member) < 0
    books.check()


def test_a_sale_in_another_currency_earns_at_the_rate_of_its_day_and_says_when_there_is_none(
    tablet: Tablet, member: str
) -> None:
    sale_id = sold(tablet, member, 10_000, currency="USD")
    assert "unknown_rate" in db.session.get_one(Sale, sale_id).flags
    assert entries(member) == []
    with unit_of_work():
        db.session.add(ExchangeRate(currency="USD", base="KRW", on=date(2026, 11, 1), rate="1400.0"))
    sold(tablet, member, 10_000, currency="USD")
    assert entries(member) == [("earn", 1_400)]


def test_the_card_shows_the_balance_what_expires_next_and_every_entry(tablet: Tablet, member: str) -> None:
    for _ in range(3):
        sold(tablet, member)
    page = tablet.get(f"/customers/{member}/points?limit=2").get_json()
    assert (page["balance"], page["expiring"]) == (900, [{"on": "2027-11-30", "points": 900}])
    assert [item["kind"] for item in page["items"]] == ["earn", "earn"]
    rest = tablet.get(f"/customers/{member}/points?limit=2&after={page['next']}").get_json()
    assert (len(rest["items"]), rest["next"]) == (1, None)
    seen = db.session.scalars(select(AccessEntry.what).where(AccessEntry.customer_id == member)).all()
    assert seen == ["points", "points"]


def test_a_lot_expires_once_its_last_day_is_over_everywhere(tablet: Tablet, member: str) -> None:
    sold(tablet, member)
    db.session.rollback()
    with clock.frozen(datetime(2027, 12, 1, 11, 59, tzinfo=UTC)):
        assert expire_due() == 0
    with clock.frozen(datetime(2027, 12, 1, 12, 0, tzinfo=UTC)):
        assert (expire_due(), expire_due()) == (1, 0)
    assert entries(member) == [("earn", 300), ("expire", -300)]
    assert tablet.get(f"/customers/{member}/points").get_json()["expiring"] == []
    books.check()


def test_a_correction_needs_points_and_a_reason(member: str) -> None:
    with pytest.raises(ValidationFailed) as wrong, unit_of_work():
        adjust(member, 0, business_unit_id="", reason=" ", expires_on=None, acting_staff=SYSTEM)
    assert set(wrong.value.fields) == {"points", "reason"}


def test_rules_are_added_and_retired_by_an_admin(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="admin")
    wrong = client.post("/api/v1/points/rules", json=RULE | {"rate": 0, "kind": "other"})
    assert wrong.status_code == 422
    assert set(wrong.get_json()["errors"]) == {"rate", "kind"}
    nowhere = client.post("/api/v1/points/rules", json=RULE | {"store": "X", "business_unit": "Y"})
    assert set(nowhere.get_json()["errors"]) == {"store", "business_unit"}
    early = client.post("/api/v1/points/rules", json=RULE | {"ends_on": "2025-01-01"})
    assert set(early.get_json()["errors"]) == {"ends_on"}
    made = client.post("/api/v1/points/rules", json=RULE)
    assert made.status_code == 201, made.get_json()
    retired = [client.post(f"/api/v1/points/rules/{made.get_json()['id']}/retire").get_json() for _ in range(2)]
    assert retired[0] == retired[1] != made.get_json()
    assert client.get("/api/v1/points/rules").get_json()["items"] == [retired[0]]


def test_the_report_says_what_is_outstanding_and_what_units_owe_each_other(
    make_tablet: Any, member: str, client: FlaskClient, sign_in: Any
) -> None:
    here, there = make_tablet(), make_tablet()
    sold(here, member, 100_000)
    sold(there, member, 0, points_redeemed=400)
    sign_in(role="marketer")
    report = client.get("/api/v1/points/report").get_json()
    assert [(row["month"], row["points"]) for row in report["outstanding"]] == [("2027-11-01", 600)]
    assert sorted((row["taken_here"], row["taken_elsewhere"], row["net"]) for row in report["settlement"]) == [
        (0, 400, -400),
        (400, 0, 400),
    ]


def test_what_a_bank_s_card_gave_on_top_is_named_in_the_history(
    client: FlaskClient, sign_in: Any, tablet: Tablet, member: str
) -> None:
    values = {
        "name": "가람카드 덤",
        "kind": "bonus",
        "rate": 50,
        "card_issuer": "가람은행",
        "starts_on": date(2026, 1, 1),
    }
    with unit_of_work():
        bonus = EarningRule(**values)
        db.session.add(bonus)
        db.session.flush()
        rule_id = bonus.id
    sold(tablet, member)
    sign_in(role="admin")
    token = {"number": "tok_91ab", "kind": "bank", "issuer": "가람은행"}
    assert client.post(f"/api/v1/customers/{member}/cards", json=token).status_code == 201
    sold(tablet, member)
    shown = client.get(f"/api/v1/customers/{member}/points").get_json()
    assert sorted(entry["points"] for entry in shown["items"]) == [300, 450]
    assert sorted(entry["by_rule"].get(rule_id, 0) for entry in shown["items"]) == [0, 150]
    assert shown["extras"] == [{"id": rule_id, "name": "가람카드 덤", "card_issuer": "가람은행"}]
