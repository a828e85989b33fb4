"""Status callbacks: forged, repeated, out of order, truncated, oversized and strange ones are all answered rightly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.delivery import Draft, Message, enqueue
from backend.delivery.models import AddressBlock, MessageReport
from sms.config import account_of, base_url
from tests.sms import worlds

if TYPE_CHECKING:
    from flask import Flask


class Callback:
    """One message on its way, and a hand that signs what is told about it."""

    def __init__(self, app: Flask, *, customer: bool = False) -> None:
        self.shop = worlds.shop()
        self.customer = worlds.customer(self.shop, agreed=True) if customer else None
        draft = Draft(
            channel="sms",
            purpose="service",
            customer_id=self.customer.id if self.customer else None,
            sender_id=self.shop.unit.id,
            store_id=self.shop.store.id,
            address="+821048214821",
            body="안녕하세요",
        )
        self.id: str = run_in_unit_of_work(lambda: enqueue(draft, actor=SYSTEM)).id
        self.path = f"/api/v1/sms/status/{self.id}"
        self._settings = app.extensions["dangol.settings"]
        self._client = app.test_client(use_cookies=False)

    def signature(self, form: dict[str, str], path: str | None = None) -> str:
        """Sign a form for the message's address, or for another."""
        validator = RequestValidator(account_of(self._settings).token)
        return str(validator.compute_signature(base_url(self._settings) + (path or self.path), form))

    def tell(self, status: str, sid: str = "SM1", path: str | None = None, **more: str) -> int:
        """Post a signed report; the answer's status."""
        form = {"MessageSid": sid, "MessageStatus": status} | more
        headers = {"X-Twilio-Signature": self.signature(form, path)}
        return self._client.post(path or self.path, data=form, headers=headers).status_code

    @property
    def message(self) -> Message:
        """The message as it stands now."""
        db.session.expire_all()
        found = db.session.get(Message, self.id)
        assert found is not None
        return found

    @property
    def reports(self) -> int:
        """How many reports are kept."""
        return db.session.scalar(select(func.count()).select_from(MessageReport)) or 0


@pytest.fixture
def callback(app: Flask) -> Callback:
    """A queued message and its callbacks."""
    return Callback(app)


def test_reports_move_the_message_on(callback: Callback) -> None:
    for status, state in [
        ("queued", "accepted"),
        ("sending", "accepted"),
        ("sent", "sent"),
        ("delivered", "delivered"),
    ]:
        assert callback.tell(status) == 204
        assert callback.message.state == state
    assert callback.message.provider_ref == "SM1"
    assert callback.message.delivered_at is not None


def test_reports_out_of_order_never_move_it_back(callback: Callback) -> None:
    for status in ("delivered", "sent", "queued", "undelivered", "failed"):
        assert callback.tell(status) == 204
        assert callback.message.state == "delivered"
    assert callback.reports == 5


def test_a_repeated_report_is_kept_once(callback: Callback) -> None:
    assert [callback.tell("sent"), callback.tell("sent"), callback.tell("sent")] == [204, 204, 204]
    assert callback.reports == 1


def test_a_status_that_nobody_knows_is_kept_and_moves_nothing(callback: Callback) -> None:
    assert callback.tell("teleported", Novelty="yes") == 204
    assert callback.message.state == "queued"
    kept = db.session.scalars(select(MessageReport)).one()
    assert kept.raw["Novelty"] == "yes"


def test_a_failure_says_why_and_has_its_consequence(callback: Callback) -> None:
    callback.tell("undelivered", ErrorCode="21614")
    assert (callback.message.state, callback.message.reason) == ("undelivered", "landline")
    assert db.session.scalars(select(AddressBlock.address)).all() == ["+821048214821"]


def test_a_number_that_is_dead_again_and_again_is_not_written_to_any_more(app: Flask) -> None:
    for turn in range(3):
        assert not db.session.scalars(select(AddressBlock)).all()
        Callback(app).tell("undelivered", sid=f"SM{turn}", ErrorCode="30005")
    assert len(db.session.scalars(select(AddressBlock)).all()) == 1
    assert Callback(app).message.reason == "number_suppressed"


def test_an_opt_out_at_the_carrier_becomes_a_refusal_in_the_ledger(app: Flask, client: Any, sign_in: Any) -> None:
    callback = Callback(app, customer=True)
    assert callback.customer is not None
    callback.tell("failed", ErrorCode="21610")
    assert callback.message.reason == "unsubscribed"
    sign_in(store_id=callback.shop.store.id)
    worlds.template()
    answer = client.post(f"/api/v1/customers/{callback.customer.id}/texts", json={"template": "offer"})
    assert answer.json["reason"] == "refused"


def test_forged_and_unsigned_requests_are_forbidden(callback: Callback, client: Any) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert client.post(callback.path, data=form).status_code == 403
    for wrong in ("", "x", "AAAA", "한글", callback.signature({"MessageSid": "SM1", "MessageStatus": "sent"})):
        headers = {"X-Twilio-Signature": wrong.encode().decode("latin-1")}
        assert client.post(callback.path, data=form, headers=headers).status_code == 403
    right = {"X-Twilio-Signature": callback.signature(form)}
    assert client.post(callback.path, data=form | {"Extra": "1"}, headers=right).status_code == 403
    assert client.post(callback.path, data="MessageSid=SM1&Message", headers=right).status_code == 403
    assert client.post(callback.path, json=form, headers=right).status_code == 403
    assert callback.message.state == "queued"
    assert callback.reports == 0


def test_a_signature_holds_for_its_own_message_only(app: Flask, callback: Callback) -> None:
    other = Callback(app)
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    client = app.test_client()
    headers = {"X-Twilio-Signature": callback.signature(form)}
    assert client.post(other.path, data=form, headers=headers).status_code == 403


def test_a_report_with_another_sid_than_the_messages_is_kept_and_moves_nothing(callback: Callback) -> None:
    callback.tell("sent", sid="SM1")
    assert callback.tell("delivered", sid="SM2") == 204
    assert callback.message.state == "sent"
    assert callback.reports == 2


@pytest.mark.parametrize(
    "form",
    [
        {"MessageSid": "SM1"},
        {"MessageStatus": "sent"},
        {"MessageSid": "", "MessageStatus": "sent"},
        {"MessageSid": "x" * 65, "MessageStatus": "sent"},
        {"MessageSid": "SM1", "MessageStatus": "s" * 21},
        {"MessageSid": "SM1", "MessageStatus": "보냄"},
        {},
    ],
)
def test_a_signed_form_without_what_matters_is_refused(callback: Callback, client: Any, form: dict[str, str]) -> None:
    headers = {"X-Twilio-Signature": callback.signature(form)}
    assert client.post(callback.path, data=form, headers=headers).status_code == 422


def test_an_oversized_request_is_not_read(callback: Callback, client: Any) -> None:
    headers = {"X-Twilio-Signature": "x"}
    assert client.post(callback.path, data={"Body": "x" * 100_000}, headers=headers).status_code == 413


def test_a_report_on_an_unknown_message_is_kept(callback: Callback) -> None:
    assert callback.tell("sent", path="/api/v1/sms/status/00000000-0000-7000-8000-000000000000") == 204
    assert callback.reports == 1
    assert callback.tell("sent", path="/api/v1/sms/status/nobody") == 404


def test_odd_values_do_no_harm(callback: Callback) -> None:
    assert callback.tell("failed", ErrorCode="x" * 30, Body="\x00", To="가" * 5000) == 204
    assert (callback.message.state, callback.message.reason) == ("failed", "undeliverable")
