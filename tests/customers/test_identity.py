"""Passports: encrypted, found by the whole number, shown with a reason, under another key while the server runs."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from backend import settings
from backend.core import crypto
from backend.core.audit import SYSTEM, AccessEntry, AuditEntry
from backend.core.crypto import Place
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.errors import SettingsError
from backend.core.ids import new_id
from backend.customers.identity import IdentityDocument, rotation
from backend.customers.identity.models import indexed, place_of
from backend.customers.identity.service import ring
from backend.privacy import service as privacy
from backend.unify import merges
from tests import factories
from tests.customers.test_preferences_and_life import agreed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from backend.customers import Customer
    from tests.conftest import Tablet

NUMBER, PASSPORT = "M70689098", {"country": "KR", "number": "m7068 9098", "expires_on": "2031-04-15"}
OLD, NEW = (f"{name}:{base64.b64encode(name.encode() * 32)[:43].decode()}=" for name in ("old", "new"))


@pytest.fixture
def member(tablet: Tablet) -> Customer:
    with unit_of_work():
        made = factories.customer(name="김민지", home_store_id=tablet.store_id)
    tablet.push(agreed(made.id, "unique_identifier"))
    return made


@pytest.fixture
def keys(app: Flask) -> Iterator[Any]:
    """Set the keys of the running app."""
    before = settings.current_settings()

    def chosen(*names: str) -> None:
        settings.attach(app, _with_keys(before, ",".join(names)))

    with app.app_context():
        yield chosen
    settings.attach(app, before)


def _with_keys(before: settings.Settings, keys: str) -> settings.Settings:
    return replace(before, data_keys=keys)


def add(client: FlaskClient, member: Customer, **data: Any) -> Any:
    return client.post(f"/api/v1/customers/{member.id}/documents", json=PASSPORT | data)


def test_it_needs_her_consent_and_goes_with_it(
    client: FlaskClient, sign_in: Any, tablet: Tablet, member: Customer
) -> None:
    sign_in(role="associate")
    with unit_of_work():
        other = factories.customer()
    refused = add(client, other)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "consent_needed")
    assert add(client, member).status_code == 201
    tablet.push(agreed(member.id, "unique_identifier", granted=False))
    db.session.rollback()
    assert db.session.scalars(select(IdentityDocument)).all() == []


def test_nobody_reads_the_number_but_a_manager_with_a_reason(
    client: FlaskClient, sign_in: Any, member: Customer
) -> None:
    sign_in(role="associate")
    made = add(client, member)
    document = made.get_json()["id"]
    path = f"/api/v1/customers/{member.id}/documents"
    for answer in (made, client.get(path), client.get(f"/api/v1/customers/{member.id}"), add(client, member)):
        assert NUMBER not in answer.get_data(as_text=True)
    stored = db.session.execute(text("SELECT number_cipher, number_index FROM identity_document")).one()
    assert all(NUMBER not in value for value in stored)
    assert client.get(f"{path}/{document}/reveal").status_code == 405
    assert client.post(f"{path}/{document}/reveal", json={"reason": "궁금해서"}).status_code == 403
    sign_in(role="manager")
    assert "reason" in client.post(f"{path}/{document}/reveal", json={}).get_json()["errors"]
    shown = client.post(f"{path}/{document}/reveal", json={"reason": "면세 한도 확인"}).get_json()
    assert (shown["number"], shown["expires_on"]) == (NUMBER, "2031-04-15")
    seen = db.session.scalars(select(AccessEntry.what).where(AccessEntry.customer_id == member.id)).all()
    assert seen.count("passport") == 1
    detail = db.session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "identity.reveal")).one()
    assert detail == {"reason": "면세 한도 확인"}
    everything = json.dumps([row.detail for row in db.session.scalars(select(AuditEntry))])
    assert NUMBER not in everything


def test_she_is_found_by_the_whole_number_only(client: FlaskClient, sign_in: Any, member: Customer) -> None:
    sign_in(role="associate")
    add(client, member)

    def found(country: str, number: str) -> list[str]:
        answer = client.post("/api/v1/customers/by-passport", json={"country": country, "number": number})
        return [each["id"] for each in answer.get_json()["items"]]

    assert found("KR", "M 7068-9098") == [member.id]
    assert found("JP", NUMBER) == found("KR", NUMBER[:-1]) == []
    assert "passport_lookup" in db.session.scalars(select(AccessEntry.what)).all()


def test_it_goes_along_in_a_merge_and_is_forgotten_with_her(
    client: FlaskClient, sign_in: Any, member: Customer
) -> None:
    sign_in(role="manager")
    with unit_of_work():
        first = factories.customer(name="김민지")
    document = add(client, member).get_json()["id"]
    one, two = first.id, member.id
    merge_id = run_in_unit_of_work(lambda: merges.merge(one, two, acting_staff=SYSTEM).id)
    path = f"/api/v1/customers/{one}/documents/{document}/reveal"
    assert client.post(path, json={"reason": "확인"}).get_json()["number"] == NUMBER
    run_in_unit_of_work(lambda: merges.undo(merge_id, acting_staff=SYSTEM))
    assert client.get(f"/api/v1/customers/{one}/documents").get_json()["items"] == []
    assert len(client.get(f"/api/v1/customers/{two}/documents").get_json()["items"]) == 1
    run_in_unit_of_work(lambda: privacy.erase(two, acting_staff=SYSTEM))
    assert db.session.scalars(select(IdentityDocument)).all() == []


def test_another_key_takes_over_while_she_is_found_all_the_time(
    app: Flask, client: FlaskClient, sign_in: Any, keys: Any
) -> None:
    sign_in(role="manager")
    keys(OLD)
    numbers = [f"M{number:08d}" for number in range(12)]
    with unit_of_work():
        people = [factories.customer() for _ in numbers]
    for person, number in zip(people, numbers, strict=True):
        _keep(person.id, number)
    keys(NEW, OLD)

    def found(number: str) -> bool:
        answer = client.post("/api/v1/customers/by-passport", json={"country": "KR", "number": number})
        return bool(answer.get_json()["items"])

    parts: list[int] = []

    def interrupted(done: int, total: int) -> None:
        parts.append(done)
        assert total == 12
        assert found(numbers[0])
        assert found(numbers[-1])
        if done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(interrupted, at_once=4)
    assert rotation.rows_by_key() == {"new": 8, "old": 4}
    status = app.test_cli_runner().invoke(args=["keys", "status", "--json"])
    assert json.loads(status.output)["removable"] == []
    done = app.test_cli_runner().invoke(args=["keys", "rotate", "--json"])
    assert json.loads(done.output) == {"rows": 4, "unreadable": [], "removable": ["old"]}
    keys(NEW)
    assert found(numbers[0])
    assert found(numbers[-1])
    keys(OLD)
    lost = app.test_cli_runner().invoke(args=["keys", "status"])
    assert (lost.exit_code, "MISSING" in lost.output) == (1, True)
    lost = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert lost.exit_code == 1


def test_a_row_that_changes_meanwhile_is_left_to_whoever_changed_it(keys: Any, member: Customer) -> None:
    keys(OLD)
    _keep(member.id, NUMBER)
    keys(NEW, OLD)
    read = db.session.scalars(select(IdentityDocument)).one()
    db.session.expunge(read)
    with unit_of_work():
        db.session.execute(text("UPDATE identity_document SET number_cipher = 'changed', key_id = 'new'"))
    with unit_of_work():
        assert rotation._write(read, crypto.Encrypted("new", "mine"), "KR|X") == 0  # noqa: SLF001 - the race itself
    assert db.session.scalars(select(IdentityDocument.number_cipher)).one() == "changed"


def _keep(customer_id: str, number: str) -> None:
    with unit_of_work():
        row_id = new_id()
        sealed = ring().encrypt(number, place_of(row_id))
        row = IdentityDocument(id=row_id, customer_id=customer_id, kind="passport", country="KR")
        row.number_cipher, row.key_id = sealed.text, sealed.key_id
        row.number_index = ring().current.index(indexed("KR", number))
        db.session.add(row)


def test_what_is_encrypted_is_bound_to_its_place() -> None:
    both = crypto.read_keys(f"{NEW},{OLD}")
    here, there = Place("t", "c", "1"), Place("t", "c", "2")
    first, second = both.encrypt(NUMBER, here), both.encrypt(NUMBER, here)
    assert first.text != second.text
    assert both.decrypt(first, here) == NUMBER
    with pytest.raises(crypto.Unreadable):
        both.decrypt(first, there)
    with pytest.raises(crypto.UnknownKey):
        crypto.read_keys(OLD).decrypt(first, here)
    assert len(set(both.indexes(NUMBER))) == 2
    assert OLD.split(":")[1] not in repr(both)


@pytest.mark.parametrize("setting", ["", " , ", "a", "a:b", "a:QUJD", f"{OLD},{OLD}", f"{OLD},x y:QUJD"])
def test_keys_that_are_none_are_refused_without_being_quoted(setting: str) -> None:
    with pytest.raises(SettingsError) as refused:
        crypto.read_keys(setting)
    assert OLD.split(":")[1] not in str(refused.value)
