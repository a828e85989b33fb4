"""What a member may ask for: to read everything, and to have her data kept but not used."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend import customers
from backend.core.audit import SYSTEM, AccessEntry, AuditEntry
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer
from backend.delivery import Draft, decide
from backend.privacy.access_log import service as access_log
from backend.privacy.access_log import tending
from backend.sales import Sale
from backend.unify import merges
from tests import factories
from tests.privacy.planted import CARD, LATIN, NAME, PHONE, WORDS, mutation, plant

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

NOT_HERS = {
    # Where her row is to be found in the copy, and its versions; never a value of hers.
    "change_log", "scope_log",
    # What imports did to products and sales: of a sale nothing but which it is.
    "import_entry",
    # That she was erased; then nothing else is held.
    "erasure",
}  # fmt: skip


def refers(table: Any) -> bool:
    """Whether a table names a customer, by a reference or by what its columns are called."""
    names = {"customer_id", "survivor_id", "merged_id", "into_id", "address", "row_id", "subject_id", "payload", "raw"}
    to_her = any(key.column.table.name == "customer" for key in table.foreign_keys)
    return to_her or table.name == "customer" or bool(names & set(table.columns.keys()))


def test_every_table_that_names_a_customer_is_in_the_report(app: Flask) -> None:
    with app.app_context():
        told = {table for section in customers.sections() for table in section.tables}
        named = {table.name for table in db.metadata.sorted_tables if refers(table)}
    assert named - told - NOT_HERS == set(), "register what the table holds (`customers.holds`)"


def test_the_report_has_all_there_is_and_says_so_in_the_access_log(
    tablet: Tablet, client: FlaskClient, sign_in: Any
) -> None:
    planted = plant(tablet)
    admin = sign_in(role="admin")
    answer = client.post(f"/api/v1/customers/{planted.customer_id}/report", json={"reason": "본인이 매장에서 요청"})
    assert answer.status_code == 200, answer.get_json()
    found = answer.get_json()
    for secret in (NAME, LATIN, PHONE, CARD, WORDS):
        assert secret in json.dumps(found["sections"], ensure_ascii=False)
        assert secret in found["page"]
    assert found["sections"]["sale"][0]["lines"][0]["sku"] == "A1"
    assert found["sections"]["copies"] == [{"place": tablet.device.store.name, "tablets": 1}]
    assert [row["what"] for row in found["sections"]["access_entry"]] == ["export"]
    assert len(found["sections"]["receipt"]) == 2
    entry = db.session.scalars(select(AccessEntry).where(AccessEntry.what == "export")).one()
    assert (entry.staff_id, entry.reason) == (admin.id, "본인이 매장에서 요청")
    (listed,) = client.get(f"/api/v1/access-log?customer={planted.customer_id}").get_json()["items"]
    assert (listed["what"], listed["reason"]) == ("export", "본인이 매장에서 요청")
    tending.tend()
    assert access_log.verify().faults == []
    entry = db.session.scalars(select(AccessEntry).where(AccessEntry.what == "export")).one()
    with unit_of_work():
        entry.reason = "다른 사유"
    assert access_log.verify().faults == ["An entry under seal 1 was changed."]


def test_the_page_is_in_either_language_and_nothing_in_it_is_markup(
    tablet: Tablet, client: FlaskClient, sign_in: Any
) -> None:
    with unit_of_work():
        person = factories.customer(name="<b>굵은</b>", home_store_id=tablet.store_id)
    sign_in(role="admin")
    for language, title in (("ko", "개인정보 열람 보고서"), ("en", "What is held about you")):
        wanted = {"reason": "본인 요청", "language": language}
        page = client.post(f"/api/v1/customers/{person.id}/report", json=wanted).get_json()["page"]
        assert f'lang="{language}"' in page
        assert title in page
        assert "<b>굵은" not in page


@pytest.mark.parametrize("reason", ["", f"{NAME} 님 요청", "010-7771-2345 로 전화", f"카드 {CARD}"])
def test_a_reason_is_needed_and_does_not_name_her(
    tablet: Tablet, client: FlaskClient, sign_in: Any, reason: str
) -> None:
    with unit_of_work():
        person = factories.customer(name=NAME, phone=PHONE, cards=[CARD], home_store_id=tablet.store_id)
    sign_in(role="admin")
    answer = client.post(f"/api/v1/customers/{person.id}/report", json={"reason": reason})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["reason"])


def test_whoever_was_merged_into_her_is_in_her_report(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            stays, goes = factories.customer(name="서하린"), factories.customer(name=NAME, phone=PHONE)
        run_in_unit_of_work(lambda: merges.merge(stays.id, goes.id, acting_staff=SYSTEM).id)
        printed = app.test_cli_runner().invoke(args=["privacy", "report", stays.id, "--json"])
        assert printed.exit_code == 0, printed.output
        kept = json.loads(printed.stdout)["sections"]["merged_customer"]
        assert kept[0]["kept"]["customer"]["name"] == NAME
        assert app.test_cli_runner().invoke(args=["privacy", "report", new_id()]).exit_code != 0


def advert(customer_id: str, purpose: Any = "commercial") -> Draft:
    return Draft(
        channel="sms", purpose=purpose, customer_id=customer_id, sender_id=None, store_id=None, address=PHONE, body="x"
    )


def test_a_suspended_member_is_written_to_sold_to_and_not_made_use_of(
    tablet: Tablet, client: FlaskClient, sign_in: Any
) -> None:
    facts = {
        "last_purchase_on": date(2026, 11, 1),
        "cycle_days": 30,
        "purchase_gaps": [30, 30],
        "sms_senders": ["DF"],
        "last_basket": [["A1", 1, 1]],
    }
    with unit_of_work():
        factories.product(sku="A1")
        person = factories.customer(home_store_id=tablet.store_id, facts=facts).id
    cursor = tablet.get("/sync/snapshot").get_json()["cursor"]
    sign_in(role="admin")
    address = f"/api/v1/customers/{person}/suspension"
    answer = client.put(address, json={"reason": "본인 요청"})
    assert answer.status_code == 200, answer.get_json()
    assert answer.get_json()["suspended_at"] is not None
    row = next(each["row"] for each in tablet.pull(cursor)["changes"] if each["id"] == person)
    assert row["suspended"] is True
    assert [row[name] for name in ("cycle_days", "purchase_gaps", "sms_senders", "last_basket")] == [None, [], [], []]
    verdict = decide([advert(person)])[0]
    assert verdict.reason == "processing_suspended"  # type: ignore[union-attr]
    assert getattr(decide([advert(person, "service")])[0], "reason", None) != "processing_suspended"
    line = {"sku": "A1", "quantity": 1, "amount": 10_000}
    at = "2026-11-20T10:00:00+09:00"
    sale = mutation("sale.log", customer_id=person, lines=[line], currency="KRW", occurred_at=at)
    assert tablet.push(sale)[0]["status"] == "applied"
    assert db.session.get_one(Sale, sale["id"]).customer_id == person
    assert client.get(f"/api/v1/customers/{person}").get_json()["suspended_reason"] == "본인 요청"
    assert client.delete(address).get_json()["suspended_at"] is None
    row = next(each["row"] for each in tablet.pull(cursor)["changes"] if each["id"] == person)
    assert (row["suspended"], row["sms_senders"]) == (False, ["DF"])
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == person)).all()
    assert {"customer.suspend", "customer.resume"} <= set(actions)


def test_a_suspension_of_either_is_both_s_when_merged_and_stays_when_parted(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            stays, goes = factories.customer().id, factories.customer().id
        run_in_unit_of_work(lambda: customers.suspend(goes, "본인 요청", acting_staff=SYSTEM).id)
        merge = run_in_unit_of_work(lambda: merges.merge(stays, goes, acting_staff=SYSTEM).id)
        assert db.session.get_one(Customer, stays).suspended_reason == "본인 요청"
        run_in_unit_of_work(lambda: merges.undo(merge, acting_staff=SYSTEM).id)
        db.session.expire_all()
        assert all(db.session.get_one(Customer, each).suspended_at for each in (stays, goes))


def test_an_admin_erases_whom_she_names_and_nobody_by_a_slip(tablet: Tablet, client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        person = factories.customer(name="서하린", home_store_id=tablet.store_id).id
    sign_in(role="admin")
    address = f"/api/v1/customers/{person}/erasure"
    assert client.post(address, json={"name": "서하"}).status_code == 422
    assert db.session.get(Customer, person) is not None
    assert client.post(address, json={"name": "서하린"}).get_json()["customer_id"] == person
    db.session.expire_all()
    assert db.session.get(Customer, person) is None
    assert client.post(address, json={"name": "서하린"}).status_code == 404
