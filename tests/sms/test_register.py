"""The register of senders, as an admin keeps it and as the commands tell of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.core import clock
from backend.core.audit import AuditEntry
from backend.core.db import db, run_in_unit_of_work
from backend.organization import StaffRole
from sms import provider_commands
from sms.providers.base import Checked
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

REGISTER = "/api/v1/sms/register"
NUMBERS, CERTIFICATES = f"{REGISTER}/sender-numbers", f"{REGISTER}/certificates"


@pytest.fixture(autouse=True)
def today(app: Flask) -> Iterator[None]:  # noqa: ARG001 - rows need the app's database
    """The 10th of November in Seoul, while it is still the 9th in UTC."""
    with clock.frozen(datetime(2026, 11, 9, 16, tzinfo=UTC)):
        yield


@pytest.fixture
def unit() -> Any:
    """A business unit for which nothing is entered."""
    return run_in_unit_of_work(lambda: factories.unit(registered=False, code="DFS"))


def number(**changes: Any) -> dict[str, Any]:
    plain = {"business_unit": "DFS", "provider": "simulator", "number": "1588-0000", "registered_on": "2026-03-02"}
    return plain | changes


def certificate(**changes: Any) -> dict[str, Any]:
    plain = {"provider": "simulator", "holder": "다온메시징(주)", "number": "26-0001", "valid_until": "2026-12-31"}
    return plain | changes


def standing(client: Any) -> dict[str, Any]:
    (unit,) = client.get(REGISTER).json["units"]
    return {"ready": unit["ready"]} | {each["what"]: each["state"] for each in unit["items"]}


def test_an_admin_enters_a_number_and_a_certificate(client: Any, sign_in: Any, unit: Any) -> None:
    admin = sign_in(role=StaffRole.ADMIN)
    missing = {"ready": False, "contact": "ok", "refusal": "ok", "sender_number": "missing", "certificate": "missing"}
    assert standing(client) == missing
    made = client.post(NUMBERS, json=number(note="대표번호"))
    assert made.status_code == 201
    about = {"business_unit_id": unit.id, "provider": "simulator", "number": "+8215880000", "note": "대표번호"}
    about |= {"registered_on": "2026-03-02", "valid_until": None, "replaces_id": None, "ended_at": None, "state": "ok"}
    assert about.items() <= made.json.items()
    answer = client.post(CERTIFICATES, json=certificate(valid_until="2026-12-09"))
    assert (answer.status_code, answer.json["state"]) == (201, "expiring")
    assert standing(client) == missing | {"ready": True, "sender_number": "ok", "certificate": "expiring"}
    written = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action.like("sms.%")).order_by(AuditEntry.id)
    ).all()
    assert [(each.action, each.staff_id) for each in written] == [
        ("sms.sender_number.add", admin.id),
        ("sms.certificate.add", admin.id),
    ]


@pytest.mark.usefixtures("unit")
def test_a_correction_ends_what_it_replaces_and_the_history_stays(client: Any, sign_in: Any) -> None:
    sign_in(role=StaffRole.ADMIN)
    wrong = client.post(NUMBERS, json=number()).json["id"]
    made = client.post(NUMBERS, json=number(valid_until="2027-03-01", replaces=wrong))
    assert made.json["replaces_id"] == wrong
    listed = client.get(REGISTER).json["sender_numbers"]
    assert [(each["id"], each["ended_at"] is None) for each in listed] == [(made.json["id"], True), (wrong, False)]
    assert client.post(NUMBERS, json=number(number="02-123-4567", replaces=wrong)).status_code == 409
    assert len(client.get(REGISTER).json["sender_numbers"]) == 2


@pytest.mark.usefixtures("unit")
def test_what_has_ended_counts_no_longer(client: Any, sign_in: Any) -> None:
    sign_in(role=StaffRole.ADMIN)
    one = client.post(NUMBERS, json=number()).json["id"]
    two = client.post(CERTIFICATES, json=certificate()).json["id"]
    assert standing(client)["ready"] is True
    assert client.post(f"{NUMBERS}/{one}/end").json["ended_at"] == "2026-11-09T16:00:00Z"
    assert standing(client)["ready"] is False
    assert client.post(f"{NUMBERS}/{one}/end").status_code == 409
    assert client.post(f"{CERTIFICATES}/{two}/end").status_code == 200
    assert client.post(f"{CERTIFICATES}/{one}/end").status_code == 404
    assert client.post(f"{NUMBERS}/x/end").status_code == 404
    assert client.post(NUMBERS, json=number()).status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"business_unit": "NO"}, "business_unit"),
        ({"provider": "twilio"}, "provider"),
        ({"number": "hello"}, "number"),
        ({"number": "010-1234"}, "number"),
        ({"number": "MG123"}, "number"),
        ({"number": ""}, "number"),
        ({"registered_on": "yesterday"}, "registered_on"),
        ({"registered_on": None}, "registered_on"),
        ({"valid_until": "2026-11-09"}, "valid_until"),
        ({"registered_on": "2027-01-02", "valid_until": "2027-01-01"}, "valid_until"),
        ({"replaces": "x"}, "replaces"),
        ({"note": "가" * 401}, "note"),
    ],
)
@pytest.mark.usefixtures("unit")
def test_a_number_that_cannot_be_names_the_field(client: Any, sign_in: Any, change: dict[str, Any], field: str) -> None:
    sign_in(role=StaffRole.ADMIN)
    answer = client.post(NUMBERS, json=number(**change))
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"provider": "nobody"}, "provider"),
        ({"holder": ""}, "holder"),
        ({"number": "x" * 61}, "number"),
        ({"valid_until": None}, "valid_until"),
        ({"valid_until": "2026-11-09"}, "valid_until"),
    ],
)
@pytest.mark.usefixtures("unit")
def test_a_certificate_that_cannot_be_names_the_field(
    client: Any, sign_in: Any, change: dict[str, Any], field: str
) -> None:
    sign_in(role=StaffRole.ADMIN)
    answer = client.post(CERTIFICATES, json=certificate(**change))
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


@pytest.mark.usefixtures("unit")
def test_the_same_entry_twice_is_refused_and_other_units_may_share_a_number(client: Any, sign_in: Any) -> None:
    sign_in(role=StaffRole.ADMIN)
    run_in_unit_of_work(lambda: factories.unit(registered=False, code="HTL"))
    assert [client.post(NUMBERS, json=number(number=each)).status_code for each in ("15880000", "1588-0000")] == [
        201,
        409,
    ]
    assert client.post(NUMBERS, json=number(business_unit="HTL")).status_code == 201
    assert [client.post(CERTIFICATES, json=certificate()).status_code for _ in range(2)] == [201, 409]


@pytest.mark.usefixtures("unit")
def test_a_messaging_service_may_stand_for_a_number(client: Any, sign_in: Any) -> None:
    sign_in(role=StaffRole.ADMIN)
    service = "MG" + "0" * 32
    assert client.post(NUMBERS, json=number(number=service)).json["number"] == service


def test_marketers_look_and_admins_write(client: Any, sign_in: Any, unit: Any) -> None:
    for role, may_look in ((StaffRole.ASSOCIATE, 403), (StaffRole.MANAGER, 403), (StaffRole.MARKETER, 200)):
        sign_in(role=role)
        assert client.get(REGISTER).status_code == may_look
        for path, body in ((NUMBERS, number()), (CERTIFICATES, certificate())):
            assert client.post(path, json=body).status_code == 403
            assert client.post(f"{path}/{unit.id}/end").status_code == 403


def test_the_command_says_who_sends_and_what_is_missing(app: Flask, unit: Any) -> None:
    told = app.test_cli_runner().invoke(args=["sms", "providers", "--json"])
    assert told.exit_code == 4
    found = json.loads(told.output)
    assert (found["routes"], found["home"]) == ({"*": ["simulator"]}, ["simulator"])
    (about,) = found["units"]
    assert (about["code"], about["ready"]) == ("DFS", False)
    assert about["missing"] == [
        "no number is registered at simulator",
        "no certificate (전송자격인증) is recorded for simulator",
    ]
    run_in_unit_of_work(lambda: (factories.sender_number(unit.id), factories.certificate()))
    plain = app.test_cli_runner().invoke(args=["sms", "providers"])
    assert (plain.exit_code, plain.output) == (0, "all countries: simulator\nDFS  ready\n")


@pytest.mark.parametrize(
    ("checked", "code", "line"),
    [
        (Checked(ok=True), 0, "simulator  right\n"),
        (Checked(ok=False, detail="HTTP 401"), 3, "simulator  wrong (HTTP 401)\n"),
        (Checked(ok=None), 0, "simulator  cannot be asked\n"),
    ],
)
@pytest.mark.usefixtures("unit")
def test_the_check_says_what_providers_say(
    app: Flask, monkeypatch: pytest.MonkeyPatch, checked: Checked, code: int, line: str
) -> None:
    class Provider:
        """A provider that is checked only."""

        def open(self) -> Any:
            """Be one's own transport."""
            return self

        async def __aenter__(self) -> Any:
            return self

        async def __aexit__(self, *error: object) -> None:
            return None

        async def check(self) -> Checked:
            """Say what the test says."""
            return checked

    monkeypatch.setattr(provider_commands, "provider_of", lambda *_: Provider())
    told = app.test_cli_runner().invoke(args=["sms", "check"])
    assert (told.exit_code, told.output) == (code, line)
    assert (
        json.loads(app.test_cli_runner().invoke(args=["sms", "check", "--json"]).output)["simulator"]["ok"]
        is checked.ok
    )
