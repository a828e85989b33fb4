"""What proves what somebody agreed to: the words, how, when, where, by whom, and what she was told of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.consent import ConsentEntry, ConsentWording
from backend.core import clock
from backend.core.audit import SYSTEM, AccessEntry
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.delivery import Message, notices
from backend.unify import merges
from tests import factories
from tests.consent.test_consents import statement
from tests.consent.test_permissions import GUARDIAN

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from backend.customers import Customer
    from tests.conftest import Tablet

NOON = datetime(2026, 11, 21, 3, tzinfo=UTC)
REASON = "분쟁 조정 기관의 요청"
DRAWN = {"width": 300, "height": 100, "path": "M10 20l5 5l-3 12M40 20l0 30"}


@pytest.fixture
def person(tablet: Tablet) -> Customer:
    with unit_of_work():
        return factories.customer(name="한지원", home_store_id=tablet.store_id)


def proof(client: FlaskClient, customer_id: str, **values: Any) -> dict[str, Any]:
    answer = client.post(f"/api/v1/customers/{customer_id}/consents/proof", json={"reason": REASON} | values)
    assert answer.status_code == 200, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def test_an_entry_is_proven_with_its_words_evidence_place_and_what_was_told(
    client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer
) -> None:
    with clock.frozen(NOON):
        tablet.push(statement(person.id, language="en", evidence={"method": "signature", "signature": DRAWN}))
    with clock.frozen(NOON + timedelta(minutes=11)):
        notices.keep_duties()
    with unit_of_work():
        text = db.session.scalars(select(Message)).one()
        text.state, text.delivered_at, text.ended_at = "delivered", NOON + timedelta(minutes=12), NOON
    run_in_unit_of_work(notices.settle)
    admin = sign_in(role="admin")
    found = proof(client, person.id)
    (entry,) = found["entries"]
    wording = db.session.scalars(select(ConsentWording).where(ConsentWording.version == entry["wording_version"])).one()
    assert (entry["text"], entry["text_language"]) == (wording.text_en, "en")
    assert entry["evidence"]["signature"] == DRAWN
    assert (entry["occurred_at"], entry["recorded_at"]) == ("2026-11-20T10:00:00Z", clock.rfc3339(NOON))
    assert (entry["staff_id"], entry["store"], entry["device_id"]) == (
        tablet.staff_id,
        tablet.device.store.name,
        tablet.device.id,
    )
    assert entry["sender"] == {"code": tablet.device.store.business_unit.code, "name": "한빛면세점"}
    (told,) = entry["notices"]
    assert (told["kind"], told["state"], told["due_by"]) == ("consent_result", "told", "2026-12-04T10:00:00Z")
    assert (told["delivered_at"], "agreed" in told["text"] or "수신 동의" in told["text"]) == (
        "2026-11-21T03:12:00Z",
        True,
    )
    for word in ("한지원", wording.text_en, f'd="{DRAWN["path"]}"', "2026-11-20 19:00:00", found["digest"], "14일"):
        assert word in found["page"], word
    entry_of_log = db.session.scalars(select(AccessEntry).where(AccessEntry.what == "consent_proof")).one()
    assert (entry_of_log.staff_id, entry_of_log.reason, entry_of_log.customer_id) == (admin.id, REASON, person.id)


def test_a_childs_guardian_and_a_paper_form_stand_in_it(
    client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer
) -> None:
    with unit_of_work():
        db.session.merge(person).birth_date = date(2015, 1, 1)
    tablet.push(statement(person.id, purpose="privacy", channel=None, evidence={"guardian": GUARDIAN}))
    tablet.push(statement(person.id, granted=False, evidence={"method": "paper", "form": "A-17 <b>"}))
    sign_in(role="admin")
    page = proof(client, person.id, language="en")["page"]
    assert 'lang="en"' in page
    for word in (GUARDIAN["name"], GUARDIAN["verified"], "On paper", "form: A-17 &lt;b&gt;", "Refused or withdrawn"):
        assert word in page, word


def test_what_somebody_of_the_house_told_her_stands_in_it(
    client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer
) -> None:
    tablet.push(statement(person.id, granted=False))
    admin = sign_in(role="admin")
    (notice,) = client.get("/api/v1/notices").get_json()["items"]
    wanted = {"how": "post", "note": "등기 1234"}
    assert client.post(f"/api/v1/notices/{notice['id']}/told", json=wanted).status_code == 200
    found = proof(client, person.id)
    (told,) = found["entries"][0]["notices"]
    assert (told["told_how"], told["told_note"], told["told_by"]) == ("post", "등기 1234", admin.name)
    assert "우편: 등기 1234" in found["page"]


def test_a_paper_is_checked_against_the_ledger_by_its_digests(
    app: Flask, client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer
) -> None:
    def check(digest: str) -> int:
        return app.test_cli_runner().invoke(args=["privacy", "proof", hers, "--check", digest]).exit_code

    hers = person.id
    tablet.push(statement(hers))
    sign_in(role="admin")
    before = proof(client, hers)
    (entry,) = before["entries"]
    assert [check(each) for each in (before["digest"], entry["digest"][:16], "0" * 64, "0")] == [0, 0, 1, 1]
    tablet.push(statement(hers, granted=False))
    after = proof(client, hers)
    assert after["entries"][0] == entry, "what was said is as it was"
    assert after["digest"] != before["digest"]
    assert check(entry["digest"]) == 0
    with unit_of_work():
        db.session.get_one(ConsentEntry, entry["id"]).occurred_at = NOON
    assert check(entry["digest"]) == 1


def test_the_command_prints_a_page_or_json(app: Flask, tablet: Tablet, person: Customer) -> None:
    tablet.push(statement(person.id))
    run = app.test_cli_runner().invoke
    assert "동의 증빙" in run(args=["privacy", "proof", person.id]).output
    assert len(json.loads(run(args=["privacy", "proof", person.id, "--json"]).output)["entries"]) == 1
    assert run(args=["privacy", "proof", new_id()]).exit_code == 1


def test_entries_of_whoever_was_merged_into_her_are_hers_with_the_same_digest(
    client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer
) -> None:
    with unit_of_work():
        other = factories.customer(home_store_id=tablet.store_id)
    tablet.push(statement(other.id))
    sign_in(role="admin")
    hers, others = person.id, other.id
    (alone,) = proof(client, others)["entries"]
    run_in_unit_of_work(lambda: merges.merge(hers, others, acting_staff=SYSTEM))
    (merged,) = proof(client, hers)["entries"]
    assert (merged["digest"], merged["owner_id"]) == (alone["digest"], others)


@pytest.mark.parametrize(("role", "status"), [("associate", 403), ("manager", 403), ("marketer", 403), (None, 401)])
def test_only_an_admin_takes_it(
    client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer, role: str | None, status: int
) -> None:
    if role:
        sign_in(role=role, store_id=tablet.store_id)
    path = f"/api/v1/customers/{person.id}/consents/proof"
    assert client.post(path, json={"reason": REASON}).status_code == status
    assert db.session.query(AccessEntry).count() == 0


@pytest.mark.parametrize("reason", ["", "한지원 씨의 요청"])
def test_a_reason_is_given_and_does_not_name_her(
    client: FlaskClient, sign_in: Any, person: Customer, reason: str
) -> None:
    sign_in(role="admin")
    answer = client.post(f"/api/v1/customers/{person.id}/consents/proof", json={"reason": reason})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["reason"])
    assert client.post(f"/api/v1/customers/{new_id()}/consents/proof", json={"reason": REASON}).status_code == 404
