"""A test text to oneself: what is being written, on a real phone, before anybody approves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select

from backend.core import audit
from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.core.throttle import Throttle
from backend.customers import Customer, CustomerPhone, masked_phone, normal_phone
from backend.delivery import ONE_TO_ONE, Draft, Message, describe, enqueue
from backend.organization import Store
from sms import encoding, previews

if TYPE_CHECKING:
    from backend.core.audit import Actor

MARK: Final = "[시험] "
AN_HOUR: Final = 10
_THROTTLE: Final = Throttle(burst=AN_HOUR, per_second=AN_HOUR / 3_600)
_KOREA: Final = "KR"


def send(body: str, *, purpose: str, language: str, phone: str, store_id: str | None, acting_staff: Actor) -> Message:
    """Text a staff member what a body becomes on samples, marked as a test. At most `AN_HOUR` an hour for each.

    It passes the gate as a service text to staff. Raises `ValidationFailed` for a body with faults and for a number
    that a customer has: a test must not be a way around her consent. Raises `TooManyRequests`.
    """
    number = normal_phone(phone)
    if number is None or describe(number).kind != "mobile":
        raise ValidationFailed({"phone": ["This is no mobile number."]})
    if _is_a_customers(number):
        raise ValidationFailed({"phone": ["A customer has this number. A test text goes to staff only."]})
    tried = previews.try_out(body, purpose=purpose, language=language, customer_id=None)
    if tried.errors:
        raise ValidationFailed({"body": list(tried.errors)})
    _THROTTLE.ask(acting_staff.staff_id or "")
    text = MARK + tried.text
    text = encoding.with_replacements(text) if describe(number).country == _KOREA else text
    store = db.session.get(Store, store_id) if store_id else None
    draft = Draft(
        channel="sms",
        purpose="service",
        customer_id=None,
        sender_id=store.business_unit_id if store else None,
        store_id=store_id,
        address=number,
        body=text,
        template="test",
        language=language,
        size=encoding.measure(text).segments,
        priority=ONE_TO_ONE,
    )
    message = enqueue(draft, actor=acting_staff)
    audit.record(
        acting_staff,
        "template.test",
        subject_kind="message",
        subject_id=message.id,
        detail={"to": masked_phone(number), "purpose": purpose},
    )
    return message


def _is_a_customers(number: str) -> bool:
    further = select(CustomerPhone.customer_id).where(CustomerPhone.phone == number)
    return (
        db.session.scalar(select(Customer.id).where(or_(Customer.phone == number, Customer.id.in_(further))))
        is not None
    )
