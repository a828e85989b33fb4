"""What people are told about their own consents: within 14 days, before two years are over, by day, once."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend import consent
from backend.core import clock
from backend.core.audit import SYSTEM, AccessEntry, AuditEntry
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.delivery import Message, access, notice_texts, notices
from backend.delivery.models import OwedNotice
from backend.organization import BusinessUnit
from backend.privacy import service as privacy
from backend.unify import merges
from tests import factories, plans
from tests.consent.test_consents import statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from backend.customers import Customer
    from tests.conftest import Tablet

NOON = datetime(2026, 11, 21, 3, tzinfo=UTC)
LATER = NOON + timedelta(minutes=11)
OLD = "2024-12-01T10:00:00Z"


@pytest.fixture(autouse=True)
def noon(app: Flask) -> Iterator[None]:  # noqa: ARG001 - rows need the app's database
    """By day in Seoul, whenever the tests run."""
    with clock.frozen(NOON):
        yield


@pytest.fixture
def person(tablet: Tablet) -> Customer:
    with unit_of_work():
        return factories.customer(home_store_id=tablet.store_id)


def owed(**values: Any) -> list[OwedNotice]:
    db.session.rollback()
    query = select(OwedNotice).filter_by(**values).order_by(OwedNotice.id)
    return list(db.session.scalars(query))


def told(at: datetime = LATER) -> list[str]:
    """Run the worker's job at a time; the texts in the outbox."""
    with clock.frozen(at):
        notices.keep_duties()
    db.session.rollback()
    return list(db.session.scalars(select(Message.body).order_by(Message.id)))


def test_every_statement_about_marketing_owes_a_notice_within_fourteen_days(tablet: Tablet, person: Customer) -> None:
    granted = statement(person.id)
    tablet.push(granted, statement(person.id, purpose="privacy", channel=None), statement(person.id, granted=False))
    assert [(each.granted, each.state) for each in owed()] == [(True, "owed"), (False, "owed")]
    assert owed(granted=True)[0].entry_id == granted["id"]
    assert owed(granted=True)[0].due_by == datetime(2026, 12, 4, 10, tzinfo=UTC)


def test_what_was_said_within_a_short_time_is_told_in_one_text(tablet: Tablet, person: Customer) -> None:
    tablet.push(statement(person.id), statement(person.id, night=True), statement(person.id, channel="call"))
    assert told(NOON + timedelta(minutes=9)) == [], "she may say more"
    (text,) = told()
    assert text.splitlines()[1:4] == [
        "2026.11.20 광고 문자 수신 동의",
        "2026.11.20 야간(21시-8시) 광고 문자 수신 동의",
        "2026.11.20 광고 전화 수신 동의",
    ]
    assert text.startswith("[한빛면세점] ")
    assert text.encode("euc_kr")
    assert {each.state for each in owed()} == {"queued"}
    assert len(told(LATER + timedelta(hours=1))) == 1, "once"


def test_texts_speak_the_customers_language_and_nobody_is_texted_at_night(tablet: Tablet) -> None:
    with unit_of_work():
        guest = factories.customer(home_store_id=tablet.store_id, language="zh")
    tablet.push(statement(guest.id, granted=False))
    assert told(datetime(2026, 11, 21, 13, tzinfo=UTC)) == []
    (text,) = told(datetime(2026, 11, 21, 23, 30, tzinfo=UTC))
    assert "2026-11-20 offers by text: refused" in text


def test_what_became_of_the_text_is_what_became_of_the_notice(tablet: Tablet, person: Customer) -> None:
    tablet.push(statement(person.id))
    told()
    for state, reason, becomes in (
        ("accepted", None, ("queued", None)),
        ("skipped", "too_late", ("owed", None)),
        ("undelivered", "undeliverable", ("impossible", "undeliverable")),
        ("delivered", None, ("told", None)),
    ):
        with unit_of_work():
            (notice,) = db.session.scalars(select(OwedNotice))
            message = db.session.scalars(select(Message)).one()
            notice.state, notice.reason, notice.message_id = "queued", None, message.id
            message.state, message.reason = state, reason
        run_in_unit_of_work(notices.settle)
        (notice,) = owed()
        assert (notice.state, notice.reason) == becomes


def test_who_has_no_phone_cannot_be_told_and_the_desk_says_so(
    client: FlaskClient, sign_in: Any, tablet: Tablet
) -> None:
    with unit_of_work():
        nobody = factories.customer(home_store_id=tablet.store_id, phone=None)
    tablet.push(statement(nobody.id))
    told()
    sign_in(role="admin")
    answer = client.get("/api/v1/notices?state=impossible", headers={"Accept-Language": "en"}).get_json()
    assert [(each["reason"], each["reason_text"]) for each in answer["items"]] == [
        ("no_phone", "No phone number is known.")
    ]
    assert client.get("/api/v1/notices").get_json()["items"] == []
    sign_in()
    assert client.get("/api/v1/notices").status_code == 403


def test_late_ones_are_found(client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer) -> None:
    tablet.push(statement(person.id, occurred_at="2026-11-01T00:00:00Z"))
    sign_in(role="marketer")
    assert len(client.get("/api/v1/notices?state=late").get_json()["items"]) == 1


def test_the_desk_reads_whose_notice_it_is_by_when_and_how_late_and_each_page_is_a_view(
    client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer
) -> None:
    with unit_of_work():
        other = factories.customer(home_store_id=tablet.store_id, name="한지원")
    tablet.push(statement(other.id, occurred_at="2026-11-01T00:00:00Z"), statement(person.id, occurred_at=OLD))
    told(NOON + timedelta(minutes=1))
    sign_in(role="manager", store_id=tablet.store_id)
    (late,) = client.get("/api/v1/notices?state=late&kind=consent_result&limit=1").get_json()["items"][:1]
    assert late["customer"] == {"id": person.id, "name": person.name}, "the most urgent first"
    page = client.get("/api/v1/notices?limit=1").get_json()
    answer = client.get(f"/api/v1/notices?limit=1&after={page['next']}")
    assert answer.status_code == 200, answer.get_json()
    following = answer.get_json()["items"]
    for strange in ('["2026", "x"]', f'["0001-01-01T00:00:00+14:00", "{new_id()}"]', f'["2026-01-01", "{new_id()}"]'):
        after = base64.urlsafe_b64encode(strange.encode()).decode().rstrip("=")
        assert client.get(f"/api/v1/notices?after={after}").status_code == 422, strange
    assert [(each["customer"]["name"], each["late"], each["may_tell"]) for each in following] == [
        ("한지원", True, True)
    ]
    assert following[0]["sender"] == tablet.device.store.business_unit.code
    (aged,) = client.get("/api/v1/notices?kind=reconfirmation").get_json()["items"]
    assert (aged["late"], aged["due_by"]) == (False, "2026-12-01T10:00:00Z")
    seen = [each.customer_id for each in db.session.scalars(select(AccessEntry).order_by(AccessEntry.id))]
    assert seen == [person.id, person.id, other.id, person.id]
    assert client.get("/api/v1/notices?kind=gossip").status_code == 422


def test_whoever_no_text_reaches_is_told_in_another_way_with_what_shows_it(
    client: FlaskClient, sign_in: Any, tablet: Tablet
) -> None:
    with unit_of_work():
        nobody = factories.customer(home_store_id=tablet.store_id, phone=None)
    tablet.push(statement(nobody.id))
    told()
    manager = sign_in(role="manager", store_id=tablet.store_id)
    (notice,) = client.get("/api/v1/notices?state=impossible").get_json()["items"]
    path = f"/api/v1/notices/{notice['id']}/told"
    for wrong in ({}, {"how": "call"}, {"how": "owl", "note": "x"}, {"how": "call", "note": " "}):
        assert client.post(path, json=wrong).status_code == 422, wrong
    answer = client.post(path, json={"how": "in_person", "note": "계산대에서 안내문을 드림"})
    assert answer.status_code == 200, answer.get_json()
    shown = answer.get_json()
    assert (shown["state"], shown["told_how"], shown["told_by"], shown["may_tell"], shown["reason"]) == (
        "told", "in_person", manager.name, False, None,
    )  # fmt: skip
    assert client.post(path, json={"how": "call", "note": "again"}).status_code == 409
    (listed,) = client.get("/api/v1/notices?state=told").get_json()["items"]
    assert (listed["told_note"], listed["told_at"], listed["late"]) == (
        "계산대에서 안내문을 드림",
        clock.rfc3339(NOON),
        False,
    )
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "notice.told")).one()
    assert (entry.subject_id, entry.detail) == (nobody.id, {"notice": notice["id"], "how": "in_person"})
    assert len(told(LATER + timedelta(hours=1))) == 1, "nothing but the text that could not go"


def test_a_text_under_way_is_waited_for_and_nobody_else_notes_anything(
    client: FlaskClient, sign_in: Any, tablet: Tablet, person: Customer
) -> None:
    tablet.push(statement(person.id))
    path = f"/api/v1/notices/{owed()[0].id}/told"
    wanted = {"how": "call", "note": "통화함"}
    for role in ("associate", "marketer"):
        sign_in(role=role, store_id=tablet.store_id)
        assert client.post(path, json=wanted).status_code == 403
    (shown,) = [each["may_tell"] for each in client.get("/api/v1/notices").get_json()["items"]]
    assert shown is False, "a marketer"
    told()
    sign_in(role="admin")
    assert client.post(path, json=wanted).status_code == 409
    assert client.get("/api/v1/notices?state=queued").get_json()["items"][0]["may_tell"] is False
    assert client.post(f"/api/v1/notices/{new_id()}/told", json=wanted).status_code == 404


def test_notices_that_another_unit_keeps_are_not_shown(
    client: FlaskClient, sign_in: Any, tablet: Tablet, make_tablet: Any
) -> None:
    other = make_tablet()
    with unit_of_work():
        hidden = factories.customer(home_store_id=tablet.store_id)
        db.session.get_one(BusinessUnit, tablet.device.store.business_unit_id).shares = "own"
    tablet.push(statement(hidden.id), statement(hidden.id, sender=other.device.store.business_unit.code))
    ids = [each.id for each in owed()]
    sign_in(role="manager", store_id=other.store_id)
    assert client.get("/api/v1/notices").get_json()["items"] == []
    for each in ids:
        assert client.post(f"/api/v1/notices/{each}/told", json={"how": "call", "note": "x"}).status_code == 404


def test_notices_of_a_state_are_found_by_index(app: Flask) -> None:
    with app.test_request_context():
        query = access.notices({"state": "told", "kind": None}).order_by(OwedNotice.due_by, OwedNotice.id).limit(9)
        assert "ix_owed_notice_state" in plans.steps(query, without=["ix_owed_notice_customer"])


def test_before_two_years_are_over_a_consent_that_stands_is_to_be_confirmed_once(
    tablet: Tablet, person: Customer
) -> None:
    with unit_of_work():
        others = [factories.customer(home_store_id=tablet.store_id) for _ in range(3)]
    withdrawn, confirmed, young = (each.id for each in others)
    tablet.push(
        statement(person.id, occurred_at=OLD),
        statement(withdrawn, occurred_at=OLD),
        statement(withdrawn, granted=False),
        statement(confirmed, occurred_at=OLD),
        statement(confirmed),
        statement(young, occurred_at="2025-06-01T10:00:00Z"),
    )
    told()
    told(LATER + timedelta(days=1))
    found = owed(kind="reconfirmation")
    assert {(each.customer_id, each.state, each.reason) for each in found} == {
        (person.id, "queued", None),
        (withdrawn, "impossible", "no_longer_stands"),
        (confirmed, "impossible", "no_longer_stands"),
    }
    assert owed(kind="reconfirmation", customer_id=person.id)[0].due_by == datetime(2026, 12, 1, 10, tzinfo=UTC)
    texts = [body for body in told() if "2년" in body]
    assert len(texts) == 1
    assert "2024.12.01 광고 문자 수신 동의" in texts[0]


def test_consents_that_come_of_age_are_found_by_index() -> None:
    query = consent.grants_between(NOON - timedelta(days=9), NOON).limit(9)
    assert "ix_consent_entry_marketing" in plans.steps(query)


def test_notices_follow_a_merge_and_part_again_and_none_is_told_twice(tablet: Tablet, person: Customer) -> None:
    with unit_of_work():
        other = factories.customer(home_store_id=tablet.store_id)
    tablet.push(statement(person.id), statement(other.id, granted=False))
    merge = run_in_unit_of_work(lambda: merges.merge(person.id, other.id, take=(), acting_staff=SYSTEM).id)
    assert {each.customer_id for each in owed()} == {person.id}
    assert len(told()) == 1, "one person, one text"
    run_in_unit_of_work(lambda: merges.undo(merge, acting_staff=SYSTEM))
    assert {(each.customer_id, each.granted) for each in owed()} == {(person.id, True), (other.id, False)}
    assert len(told(LATER + timedelta(hours=1))) == 1


def test_an_erased_person_is_told_nothing(tablet: Tablet, person: Customer) -> None:
    tablet.push(statement(person.id))
    run_in_unit_of_work(lambda: privacy.erase(person.id, acting_staff=SYSTEM))
    assert owed() == []
    assert told() == []


def test_a_text_is_counted_in_segments() -> None:
    assert [notice_texts.size("가" * length) for length in (1, 70, 71, 134, 135)] == [1, 1, 2, 2, 3]
