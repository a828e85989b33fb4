"""A hand that signs what Twilio tells of texts to us."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from twilio.request_validator import RequestValidator

from backend.consent import ConsentEntry
from backend.core import clock
from backend.core.db import db, run_in_unit_of_work
from backend.delivery import Message
from sms.config import account_of, base_url
from sms.incoming import Incoming

if TYPE_CHECKING:
    from flask import Flask

    from tests.sms import worlds

PHONE, OUR_NUMBER = "+821048214821", "+8215880000"
_serial = count(1)


class Phone:
    """Somebody's phone, which texts our number."""

    def __init__(self, app: Flask, number: str = PHONE) -> None:
        self.number = number
        self._settings = app.extensions["dangol.settings"]
        self._client = app.test_client(use_cookies=False)

    def post(self, form: dict[str, str], signature: str | None = None) -> Any:
        """Post a form, signed rightly unless told otherwise."""
        validator = RequestValidator(account_of(self._settings).token)
        right = validator.compute_signature(f"{base_url(self._settings)}/api/v1/sms/incoming", form)
        headers = {"X-Twilio-Signature": right if signature is None else signature}
        return self._client.post("/api/v1/sms/incoming", data=form, headers=headers)

    def text(self, body: str, sid: str | None = None, **more: str) -> Incoming | None:
        """Text us; the row that was kept, or None."""
        sid = sid or f"SMin{next(_serial)}"
        form = {"MessageSid": sid, "From": self.number, "To": OUR_NUMBER, "Body": body} | more
        answer = self.post(form)
        assert answer.status_code == 200, answer.data
        assert answer.data.endswith(b"<Response></Response>")
        db.session.expire_all()
        return db.session.scalars(select(Incoming).where(Incoming.provider_ref == sid)).one_or_none()


def texted(shop: worlds.Shop, customer_id: str | None = None, staff_id: str | None = None, phone: str = PHONE) -> None:
    """Have the shop text a number: its replies are for the shop."""

    def work() -> None:
        message = Message(
            channel="sms",
            purpose="service",
            customer_id=customer_id,
            sender_id=shop.unit.id,
            store_id=shop.store.id,
            staff_id=staff_id,
            address=phone,
            body="안녕하세요",
            state="delivered",
            accepted_at=clock.now(),
        )
        db.session.add(message)

    run_in_unit_of_work(work)


def statements_of(customer_id: str) -> list[ConsentEntry]:
    """What stands in her ledger, the oldest first."""
    query = select(ConsentEntry).where(ConsentEntry.customer_id == customer_id).order_by(ConsentEntry.id)
    return list(db.session.scalars(query))
