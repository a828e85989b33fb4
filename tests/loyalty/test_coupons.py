"""Coupons over the API: made and issued at the desk, used at the till, given back with what was sold."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, func, select

from backend.core.audit import SYSTEM, AccessEntry, AuditEntry
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.customers import CustomerFacts, erase
from backend.loyalty import EarningRule, PointsEntry, balance
from backend.loyalty.coupons import Coupon, CouponCode, CouponUse, issuing, tending
from backend.sales import Sale
from backend.unify import merges
from tests import factories

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

pytestmark = pytest.mark.usefixtures("app")
DAY, NEXT = "2026-11-20T10:00:00+09:00", "2026-11-21T10:00:00+09:00"
DATA = {"name": "가을 감사", "kind": "amount", "value": 5_000, "currency": "KRW", "audience": "anyone"}
DATA |= {"starts_on": "2026-01-01"}
API = "/api/v1/coupons"


@pytest.fixture
def member() -> str:
    """A member, and an article of 30,000 won."""
    with unit_of_work():
        factories.product(sku="A1", price=30_000, category="화장품")
        return str(factories.customer(facts={"grade": "gold"}).id)


def issued(customer_id: str | None = None, **values: Any) -> str:
    """A code of a new live coupon of 3,000 won."""
    with unit_of_work():
        return factories.code(factories.coupon(**values), customer_id)


def sale(member: str | None, *codes: str, discount: int = 3_000, **data: Any) -> dict[str, Any]:
    """One article with something taken off it."""
    lines = [{"sku": "A1", "quantity": 3, "amount": 90_000 - discount, "unit_price": 30_000, "discount": discount}]
    values = {"customer_id": member, "currency": "KRW", "occurred_at": DAY, "lines": lines, "coupons": list(codes)}
    return {"id": new_id(), "kind": "sale.log", "at": DAY, "seq": 1, "data": values | data}


def back(sale_id: str, quantity: int = 3) -> dict[str, Any]:
    """Articles come back a day later."""
    data = {"sale_id": sale_id, "lines": [{"line": 0, "quantity": quantity}], "reason": "", "occurred_at": NEXT}
    return {"id": new_id(), "kind": "sale.return", "at": NEXT, "seq": 2, "data": data}


def flags(tablet: Tablet, *entries: dict[str, Any]) -> list[list[str]]:
    """What a push of these is flagged with."""
    results = tablet.push(*entries)
    assert {result["status"] for result in results} == {"applied"}, results
    return [result.get("flags", []) for result in results]


def uses() -> list[tuple[str, int]]:
    """(state, worth) of every use, as they were written."""
    db.session.rollback()
    return [(use.state, use.worth) for use in db.session.scalars(select(CouponUse).order_by(CouponUse.id))]


def test_a_code_is_used_once_however_often_and_wherever_it_comes(make_tablet: Any, member: str) -> None:
    here, there, code = make_tablet(), make_tablet(), issued()
    first = sale(member, code, code)
    assert flags(here, first, sale(None, code)) == [[], ["coupon_already_used"]]
    assert flags(here, first) == [[]]
    assert flags(there, sale(None, code)) == [["coupon_already_used"]]
    assert uses() == [("counted", 3_000), ("flagged", 0), ("flagged", 0)]


def test_what_is_no_coupon_is_flagged_and_taken(tablet: Tablet, member: str) -> None:
    code = issued()
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert flags(tablet, sale(member, "WELCOME"), sale(member, wrong), sale(member, code, "x")) == [
        ["unknown_coupon"],
        ["unknown_coupon"],
        ["unknown_coupon"],
    ]
    assert uses() == [("counted", 3_000)]


@pytest.mark.parametrize(
    ("values", "flag"),
    [
        ({"ends_on": date(2026, 11, 19)}, "coupon_expired"),
        ({"least_spend": 90_001}, "coupon_not_fitting"),
        ({"category": "식품"}, "coupon_not_fitting"),
        ({"audience": "grade", "grade": "vip"}, "coupon_not_hers"),
        ({"stopped_at": datetime(2026, 11, 19, tzinfo=UTC), "state": "stopped"}, "coupon_not_fitting"),
    ],
)
def test_a_code_that_is_not_good_is_flagged_and_stays_unused(
    tablet: Tablet, member: str, values: dict[str, Any], flag: str
) -> None:
    code = issued(**values)
    assert flags(tablet, sale(member, code), sale(member, code)) == [[flag], [flag]]
    assert uses() == [("flagged", 0), ("flagged", 0)]


def test_what_counts_is_when_it_was_sold_not_when_it_was_heard_of(tablet: Tablet, member: str) -> None:
    code = issued(ends_on=date(2026, 11, 20), stopped_at=datetime(2026, 11, 20, 12, tzinfo=UTC), state="stopped")
    assert flags(tablet, sale(member, code)) == [[]]


def test_a_coupon_is_hers_and_stays_hers_through_a_merge_and_back(tablet: Tablet, member: str) -> None:
    with unit_of_work():
        other = str(factories.customer().id)
    code = issued(member)
    assert flags(tablet, sale(other, code), sale(None, code)) == [["coupon_not_hers"], ["coupon_not_hers"]]
    merge = run_in_unit_of_work(lambda: merges.merge(other, member, take=set(), acting_staff=SYSTEM).id)
    assert [each["code"] for each in tablet.get(f"/customers/{other}/coupons").get_json()["items"]] == [code]
    assert flags(tablet, sale(member, code)) == [["merged_customer"]]
    run_in_unit_of_work(lambda: merges.undo(merge, acting_staff=SYSTEM))
    assert tablet.get(f"/customers/{other}/coupons").get_json()["items"] == []
    (hers,) = tablet.get(f"/customers/{member}/coupons").get_json()["items"]
    assert (hers["code"], hers["state"], hers["worth"]) == (code, "used", 3_000)


def test_coupons_that_do_not_go_together_are_used_and_flagged(tablet: Tablet, member: str) -> None:
    alone, first, second = issued(), issued(stacks=True), issued(stacks=True, kind="percent", value=10)
    assert flags(tablet, sale(member, first, second, discount=20_000)) == [[]]
    # 3,000 of 90,000, then ten percent of 87,000.
    assert uses() == [("counted", 3_000), ("counted", 8_700)]
    assert flags(tablet, sale(member, alone, issued(stacks=True))) == [["coupons_do_not_stack"]]
    group = [issued(stacks=True, exclusion_group="봄") for _ in range(2)]
    assert flags(tablet, sale(member, *group)) == [["coupons_do_not_stack"]]


def test_a_member_uses_so_many_codes_of_a_coupon(tablet: Tablet, member: str) -> None:
    with unit_of_work():
        coupon = factories.coupon(per_member=2, stacks=True)
        codes = [factories.code(coupon) for _ in range(5)]
    assert flags(tablet, sale(member, *codes[:3])) == [["coupon_not_fitting"]]
    assert flags(tablet, sale(member, codes[3]), sale(None, codes[3], codes[4])) == [["coupon_not_fitting"], []]


def test_a_sale_that_comes_back_whole_gives_its_coupon_back(tablet: Tablet, member: str) -> None:
    code = issued()
    sold = sale(member, code)
    flags(tablet, sold, back(sold["id"], 2))
    assert flags(tablet, sale(member, code)) == [["coupon_already_used"]]
    flags(tablet, back(sold["id"], 1))
    assert tablet.get(f"/coupons/codes/{code}").get_json()["state"] == "open"
    assert flags(tablet, sale(member, code)) == [[]]
    assert [state for state, _ in uses()] == ["returned", "flagged", "counted"]


@pytest.mark.parametrize("together", [True, False])
def test_a_return_that_comes_first_gives_the_coupon_back_as_well(
    tablet: Tablet, member: str, *, together: bool
) -> None:
    code = issued()
    first, second = sale(member, code), sale(member, code)
    flags(tablet, back(first["id"]))
    got = flags(tablet, first, second) if together else [*flags(tablet, first), *flags(tablet, second)]
    assert got == [[], []]
    assert [state for state, _ in uses()] == ["returned", "counted"]


def test_a_multiplier_multiplies_what_rules_give_and_returns_take_its_share(tablet: Tablet, member: str) -> None:
    with unit_of_work():
        db.session.add(EarningRule(name="기본", kind="base", rate=100, starts_on=date(2026, 1, 1)))
    code = issued(kind="multiplier", value=250, currency=None)
    sold = sale(member, code, discount=0)
    flags(tablet, sold)
    coupon = db.session.scalars(select(Coupon)).one()
    earned = db.session.scalars(select(PointsEntry)).one()
    assert (earned.points, dict(earned.rules)[coupon.id]) == (900 + 1_350, 1_350)
    flags(tablet, back(sold["id"], 1))
    assert balance(member) == (2_250 * 2) // 3
    flags(tablet, back(sold["id"], 2))
    assert balance(member) == 0


def test_a_batch_without_coupons_asks_nothing_about_coupons(tablet: Tablet, member: str) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        flags(tablet, sale(member), sale(None))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert asked
    assert not [statement for statement in asked if "coupon" in statement]


def test_a_coupon_is_made_goes_live_is_prolonged_and_stopped(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="marketer")
    wrong = client.post(
        API, json=DATA | {"kind": "percent", "value": 101, "cap": 1, "currency": None, "ends_on": "2025-01-01"}
    )
    assert set(wrong.get_json()["errors"]) == {"value", "currency", "ends_on"}
    nowhere = client.post(API, json=DATA | {"store": "X", "business_unit": "Y"})
    assert set(nowhere.get_json()["errors"]) == {"store", "business_unit"}
    made = client.post(API, json=DATA | {"ends_on": "2026-12-31"}).get_json()
    assert (made["number"], made["state"]) == ("1000", "draft")
    path = f"{API}/{made['id']}"
    assert client.put(path, json=DATA | {"value": 7_000, "ends_on": "2026-12-31"}).get_json()["value"] == 7_000
    assert [client.post(f"{path}/{what}").status_code for what in ("stop", "live", "live")] == [409, 200, 200]
    assert client.put(path, json=DATA).status_code == 409
    assert client.post(f"{path}/prolong", json={"ends_on": "2026-12-30"}).status_code == 422
    assert client.post(f"{path}/prolong", json={"ends_on": "2027-01-31"}).get_json()["ends_on"] == "2027-01-31"
    stopped = [client.post(f"{path}/stop").get_json() for _ in range(2)]
    assert stopped[0] == stopped[1]
    assert client.post(f"{path}/live").status_code == 409
    entries = select(AuditEntry.action).where(AuditEntry.subject_kind == "coupon").order_by(AuditEntry.id)
    done = db.session.scalars(entries).all()
    assert done == ["coupon.add", "coupon.change", "coupon.live", "coupon.prolong", "coupon.stop"]
    second = client.post(API, json=DATA).get_json()
    assert second["number"] == "1001"
    assert [each["number"] for each in client.get(API).get_json()["items"]] == ["1001", "1000"]


def test_codes_are_issued_once_to_each_member_whoever_asks_and_however_often(
    client: FlaskClient, sign_in: Any, member: str
) -> None:
    with unit_of_work():
        coupon = factories.coupon(audience="person", valid_days=30, per_member=1)
        other = str(factories.customer(cards=["CARD-1"]).id)
    sign_in(role="marketer")
    path, order = f"{API}/{coupon.id}/issues", {"id": new_id(), "to": "members", "members": [member, "CARD-1", other]}
    first = client.post(path, json=order).get_json()
    assert (first["wanted"], first["issued"], first["skipped"], first["state"]) == (2, 2, 0, "finished")
    assert client.post(path, json=order).get_json() == first
    again = client.post(path, json=order | {"id": new_id()}).get_json()
    assert (again["issued"], again["skipped"]) == (0, 2)
    assert client.post(path, json=order | {"id": new_id(), "members": ["nobody"]}).status_code == 422
    assert client.post(path, json={"id": new_id(), "to": "bearer", "count": 3}).status_code == 422
    assert [each["id"] for each in client.get(path).get_json()["items"]] == [again["id"], first["id"]]
    codes = client.get(f"{API}/{coupon.id}/codes").get_json()["items"]
    assert {each["customer_id"] for each in codes} == {member, other}
    assert {each["state"] for each in codes} == {"open"}
    assert client.get(f"{API}/{coupon.id}/codes?state=used").get_json()["items"] == []
    seen = db.session.scalars(select(AccessEntry.customer_id).where(AccessEntry.what == "coupons")).all()
    assert set(seen) == {member, other}


def test_many_codes_are_issued_by_the_worker_part_by_part_and_only_once(
    client: FlaskClient, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "AT_ONCE", 3)
    with unit_of_work():
        coupon = factories.coupon(per_member=1)
        people = [factories.customer(facts={"grade": "vip"}).id for _ in range(7)]
    sign_in(role="admin")
    path = f"{API}/{coupon.id}/issues"
    asked = [
        client.post(path, json={"id": new_id()} | wanted).get_json()
        for wanted in (
            {"to": "grade", "grade": "vip"},
            {"to": "bearer", "count": 8},
            {"to": "members", "members": people},
        )
    ]
    assert [(each["state"], each["wanted"]) for each in asked] == [("running", 7), ("running", 8), ("running", 7)]
    # The worker dies after a part, somebody stops one, and both go on where they were.
    run_in_unit_of_work(lambda: issuing.go_on(asked[1]["id"]))
    assert client.post(f"{API}/issues/{asked[1]['id']}/stop").get_json()["issued"] == 3
    tending.issue_waiting()
    assert client.get(f"{API}/issues/{asked[1]['id']}").get_json()["state"] == "stopped"
    client.post(f"{API}/issues/{asked[1]['id']}/resume")
    assert (tending.issue_waiting(), tending.issue_waiting()) == (2, 0)
    done = [client.get(f"{API}/issues/{each['id']}").get_json() for each in asked]
    assert [(each["state"], each["issued"], each["skipped"]) for each in done] == [
        ("finished", 7, 0),
        ("finished", 8, 0),
        ("finished", 0, 7),
    ]
    assert db.session.scalar(select(func.count()).select_from(CouponCode)) == 15
    lines = client.get(f"{API}/issues/{asked[1]['id']}/codes.csv").get_data(as_text=True).split()
    assert (lines[0], len(lines)) == ("code,good_until", 9)
    assert all(line.startswith(coupon.number) for line in lines[1:])


def test_the_report_says_what_was_issued_used_and_sold(
    client: FlaskClient, sign_in: Any, tablet: Tablet, member: str
) -> None:
    with unit_of_work():
        coupon = factories.coupon(per_member=None)
        codes = [factories.code(coupon) for _ in range(5)]
        factories.code(coupon, good_until=date(2026, 1, 31))
    flags(tablet, sale(member, codes[0]), sale(member, codes[1], occurred_at=NEXT), sale(None, codes[2]))
    gone = sale(None, codes[3])
    part = sale(None, codes[4])
    flags(tablet, gone, back(gone["id"]), part, back(part["id"], 1), sale(None, codes[0]))
    sign_in(role="marketer")
    report = client.get(f"{API}/{coupon.id}/report").get_json()
    assert report["codes"] == {"issued": 6, "used": 4, "expired": 1, "flagged": 1}
    (row,) = report["sales"]
    assert (row["sales"], row["net"], row["discount"]) == (4, 4 * 87_000 - 29_000, 4 * 3_000)
    assert (row["new"], row["returning"]) == (1, 1)
    (flagged,) = client.get(f"{API}/{coupon.id}/flagged").get_json()["items"]
    assert (flagged["code"], flagged["flags"]) == (codes[0], ["coupon_already_used"])
    used = client.get(f"{API}/{coupon.id}/codes?state=used&limit=3").get_json()
    assert (len(used["items"]), used["next"] is None) == (3, False)


def test_a_tablet_holds_what_coupons_are_good_for_and_asks_about_a_code(tablet: Tablet, member: str) -> None:
    code = issued(member, name="생일 쿠폰", ends_on=date(2027, 1, 31), store_id=tablet.store_id)
    listed = tablet.get("/sync/snapshot").get_json()
    rows = [change for change in tablet.pull(listed["cursor"])["changes"] if change["collection"] == "coupons"]
    values = rows[0]["row"]
    assert (values["name"], values["number"], values["ends_on"]) == ("생일 쿠폰", code[:4], "2027-01-31")
    assert (values["store"], values["business_unit"]) == (tablet.device.store.code, None)
    told = tablet.get(f"/coupons/codes/{code}").get_json()
    assert (told["customer_id"], told["customer"], told["coupon"]["name"]) == (member, None, "생일 쿠폰")
    assert tablet.get(f"/coupons/codes/{code[::-1]}").status_code == 404


def test_her_coupons_go_with_her(tablet: Tablet, member: str) -> None:
    used, open_ = issued(member), issued(member)
    flags(tablet, sale(member, used))
    run_in_unit_of_work(lambda: erase(member))
    rows = db.session.execute(select(CouponCode.code, CouponCode.customer_id)).all()
    assert rows == [(used, None)]
    assert open_ not in {code for code, _ in rows}
    assert [use.customer_id for use in db.session.scalars(select(CouponUse))] == [None]


def test_the_command_issues_codes_into_a_file(app: Flask, tmp_path: Path) -> None:
    with unit_of_work():
        number = factories.coupon().number
    db.session.rollback()
    target = tmp_path / "codes.csv"
    run = app.test_cli_runner().invoke
    done = run(args=["coupons", "issue", number, "--bearer", "700", "--csv", str(target)])
    assert done.exit_code == 0, done.output
    assert len(set(target.read_text("utf-8").split())) == 701
    assert run(args=["coupons", "issue", number]).exit_code == 2
    refused = run(args=["coupons", "issue", "0000", "--grade", "vip"])
    assert refused.exit_code == 1
    assert number in run(args=["coupons", "list"]).output


def test_a_grade_s_codes_are_kept_by_who_had_the_grade(tablet: Tablet, member: str) -> None:
    code = issued(member, audience="grade", grade="gold")
    with unit_of_work():
        db.session.get_one(CustomerFacts, member).grade = "silver"
    assert flags(tablet, sale(member, code)) == [[]]
    assert json.dumps(db.session.scalars(select(Sale)).one().flags) == "[]"
