"""What relays report: signed within a window, read item by item, never twice and never for another's message."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.delivery import Draft, Message, enqueue
from backend.delivery.models import AddressBlock, MessageReport
from sms import config
from sms.config import Providers
from tests.sms import relays, worlds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

URL = "https://api.daon.example"
PATH = "/api/v1/sms/relay/daon/status"


class House:
    """A message at a relay, and a hand that signs what is told about it."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client(use_cookies=False)
        self.ids = [self._put() for _ in range(2)]

    def _put(self) -> str:
        draft = Draft(
            channel="sms",
            purpose="service",
            customer_id=None,
            sender_id=None,
            store_id=None,
            address="+821048214821",
            body="안녕하세요",
        )
        message: Message = run_in_unit_of_work(lambda: enqueue(draft, actor=SYSTEM))
        return message.id

    def report(self, status: str, place: int = 0, **more: Any) -> dict[str, Any]:
        """Word a report as the relay does."""
        return {"refkey": self.ids[place], "id": f"R{place}", "status": status} | more

    def tell(self, *reports: Any, age: int = 0, path: str = PATH) -> Any:
        """Post signed reports; the answer."""
        return self.post(json.dumps({"reports": list(reports)}).encode(), age=age, path=path)

    def post(self, body: bytes, *, age: int = 0, path: str = PATH, **headers: str) -> Any:
        """Post a signed body."""
        when = str(int(clock.now().timestamp()) - age)
        signed = {"X-Daon-Time": when, "X-Daon-Signature": signature(when, body)}
        return self._client.post(path, data=body, headers=signed | headers)

    def message(self, place: int = 0) -> Message:
        """A message as it stands now."""
        db.session.expire_all()
        found = db.session.get(Message, self.ids[place])
        assert found is not None
        return found


def signature(when: str, body: bytes) -> str:
    """Sign as the relay does."""
    return hmac.new(b"secret-of-daon", when.encode() + b"." + body, hashlib.sha256).hexdigest()


def kept() -> int:
    """How many reports are kept."""
    return db.session.scalar(select(func.count()).select_from(MessageReport)) or 0


@pytest.fixture
def house(app: Flask) -> Iterator[House]:
    """A shop whose relay is daon, by day."""
    found = relays.read(relays.signing_json(URL), relays.form_in_euc_kr(URL))
    turns = Providers(names=("daon", "olle"), relays=found, routes={"*": ("daon", "olle")}, own_sender=frozenset())
    before, app.extensions[config.KEY] = app.extensions[config.KEY], turns
    with clock.frozen(worlds.NOON):
        yield House(app)
    app.extensions[config.KEY] = before


def test_reports_move_messages_on_and_are_answered_as_the_relay_wants(house: House) -> None:
    answer = house.tell(house.report("2"), house.report("3", 1))
    assert (answer.status_code, answer.text) == (200, "OK")
    assert [house.message(place).state for place in range(2)] == ["sent", "delivered"]
    assert (house.message().provider, house.message().provider_ref) == ("daon", "daon:R0")


def test_reports_out_of_order_and_repeated_move_nothing_back(house: House) -> None:
    for status in ("3", "2", "4", "3", "3"):
        assert house.tell(house.report(status)).status_code == 200
        assert house.message().state == "delivered"
    assert kept() == 3


def test_a_failure_says_why_and_has_its_consequence(house: House) -> None:
    house.tell(house.report("4", result="3001"))
    assert (house.message().state, house.message().reason) == ("undelivered", "bad_number")
    assert db.session.scalars(select(AddressBlock.address)).all() == ["+821048214821"]
    house.tell(house.report("5", 1, result="unheard"))
    assert (house.message(1).state, house.message(1).reason) == ("failed", "undeliverable")


def test_a_report_may_name_the_relays_own_reference_alone(house: House) -> None:
    house.tell(house.report("2"))
    assert house.tell({"id": "R0", "status": "3"}).status_code == 200
    assert house.message().state == "delivered"
    # Before the answer to the call nobody knows it: the relay tells it again.
    assert house.tell({"id": "R9", "status": "3"}).status_code == 404


def test_no_relay_speaks_for_what_another_has(house: House) -> None:
    house.tell(house.report("2"))
    run_in_unit_of_work(lambda: setattr(house.message(), "provider_ref", "olle:R0"))
    assert house.tell(house.report("3")).status_code == 200
    assert house.message().state == "sent"


def test_a_status_that_nobody_knows_is_kept_and_moves_nothing(house: House) -> None:
    assert house.tell(house.report("99", more="x", deep={"a": 1})).status_code == 200
    assert house.message().state == "queued"
    raw = db.session.scalars(select(MessageReport.raw)).one()
    assert raw == {"refkey": house.ids[0], "id": "R0", "status": "99", "more": "x"}


def test_forged_unsigned_late_and_early_requests_are_forbidden(house: House, client: Any) -> None:
    body = json.dumps({"reports": [house.report("3")]}).encode()
    when = str(int(clock.now().timestamp()))
    right = signature(when, body)
    for headers in (
        {},
        {"X-Daon-Time": when},
        {"X-Daon-Signature": right},
        {"X-Daon-Time": when, "X-Daon-Signature": "0" * 64},
        {"X-Daon-Time": when, "X-Daon-Signature": "한글".encode().decode("latin-1")},
        {"X-Daon-Time": when + "1", "X-Daon-Signature": right},
        {"X-Daon-Time": "9" * 400, "X-Daon-Signature": right},
        {"X-Daon-Time": "yesterday", "X-Daon-Signature": right},
        {"X-Daon-Time": "2026-11-10T03:00:00", "X-Daon-Signature": right},
    ):
        assert client.post(PATH, data=body, headers=headers).status_code == 403
    signed = {"X-Daon-Time": when, "X-Daon-Signature": right}
    assert client.post(PATH, data=body + b" ", headers=signed).status_code == 403
    assert [house.tell(house.report("3"), age=age).status_code for age in (301, -301)] == [403, 403]
    assert (house.message().state, kept()) == ("queued", 0)
    assert client.post(PATH, data=body, headers=signed).status_code == 200
    assert client.post(PATH, data=body, headers=signed | {"X-Daon-Signature": right.upper()}).status_code == 200
    assert kept() == 1


def test_a_replay_within_the_window_changes_nothing_and_later_it_is_forbidden(house: House, app: Flask) -> None:
    body = json.dumps({"reports": [house.report("2")]}).encode()
    when = str(int(clock.now().timestamp()))
    headers = {"X-Daon-Time": when, "X-Daon-Signature": signature(when, body)}
    client = app.test_client(use_cookies=False)
    assert [client.post(PATH, data=body, headers=headers).status_code for _ in range(3)] == [200, 200, 200]
    assert kept() == 1
    with clock.frozen(worlds.NOON + timedelta(seconds=301)):
        assert client.post(PATH, data=body, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"\xff", "body"),
        (b"null", "body"),
        (b"[]", "body"),
        (b"5", "body"),
        (b'{"reports": []}', "body"),
        (b'{"reports": 5}', "body"),
        (b'{"reports": [null]}', "items.0.status"),
        (b'{"reports": [{"status": "3"}]}', "items.0.refkey"),
        (b'{"reports": [{"refkey": "x"}]}', "items.0.status"),
        (b'{"reports": [{"refkey": "x", "status": {}}]}', "items.0.status"),
        (b'{"reports": [{"refkey": "x", "status": "123456789012345678901"}]}', "items.0.status"),
        (b"[" * 100_000, "body"),
        (b'{"reports": [' + b"{}," * 1000 + b"{}]}", "body"),
    ],
)
def test_what_is_signed_and_cannot_be_read_names_the_field(house: House, body: bytes, field: str) -> None:
    answer = house.post(body)
    assert answer.status_code == 422
    assert next(iter(answer.json["errors"])) == field


def test_what_can_be_read_beside_what_cannot_is_kept(house: House) -> None:
    answer = house.tell({"refkey": "x"}, house.report("3"))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["items.0.status"])
    assert house.message().state == "delivered"


def test_oversized_requests_are_not_read(house: House) -> None:
    assert house.post(b"x" * 600_000).status_code == 413
    assert house.post(b"x" * 500_000).status_code == 422


def test_who_is_no_relay_or_does_not_report_is_forbidden(house: House) -> None:
    for name in ("nobody", "olle", "twilio", "x" * 500):
        assert house.tell(house.report("3"), path=f"/api/v1/sms/relay/{name}/status").status_code == 403


def test_odd_values_do_no_harm(house: House) -> None:
    told = house.report("3", id="x" * 200, result="y" * 200) | {"note": "\x00" * 10, "n" * 500: 1}
    assert house.tell(told).status_code == 404
    assert house.tell(house.report("3", result="y" * 200, note="\x00a")).status_code == 200
    assert house.tell({"refkey": "no id", "id": "R", "status": "3"}).status_code == 404
    unknown = {"refkey": "00000000-0000-7000-8000-000000000000", "id": "R", "status": "3"}
    assert house.tell(unknown).status_code == 200
