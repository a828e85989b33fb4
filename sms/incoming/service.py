"""What is done with texts from people. Each write is one function; the edge's unit of work commits it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from backend.core import audit, clock, events
from backend.core.db import db, is_duplicate
from backend.core.errors import Conflict
from backend.core.ids import new_id
from backend.customers import get_customer
from backend.delivery import ReplyReceived
from sms.incoming import routing, rules, words
from sms.incoming.models import Incoming
from sms.refusals import statements
from sms.refusals.statements import Said

if TYPE_CHECKING:
    from backend.core.audit import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A text as a provider tells it. `opt_out`: what the provider itself took it for: "STOP", "START" or nothing."""

    ref: str
    address: str
    our_number: str
    body: str
    opt_out: str | None = None


def take(arrived: Arrived) -> Incoming | None:
    """Keep a text, and do what it asks for; None when it was told before. Publishes `ReplyReceived`."""
    judged = _judged(arrived)
    way = routing.way_of(arrived.address, arrived.our_number)
    incoming = Incoming(
        id=new_id(),
        provider_ref=arrived.ref,
        address=arrived.address,
        our_number=arrived.our_number,
        body=arrived.body,
        received_at=clock.now(),
        customer_id=way.customer_id,
        sender_id=way.sender_id,
        store_id=way.store_id,
        staff_id=way.staff_id,
        kind=judged.kind,
        doubtful=judged.doubtful,
    )
    if not _keep(incoming):
        return None
    if judged.kind == "refusal":
        statements.refuse(said(incoming), way.customer_ids)
        incoming.handled_at = clock.now()
    elif judged.kind == "grant" and statements.lift_by_text(said(incoming), way.customer_ids):
        incoming.handled_at = clock.now()
    events.publish(
        ReplyReceived(
            channel="sms",
            reply_id=incoming.id,
            customer_id=way.customer_id,
            store_id=way.store_id,
            staff_id=way.staff_id,
        )
    )
    return incoming


def said(incoming: Incoming) -> Said:
    """What a text says about being written to, with what shows it."""
    return Said(
        address=incoming.address or "",
        sender_id=incoming.sender_id,
        way="text",
        at=incoming.received_at,
        evidence={"incoming": incoming.id, "provider_ref": incoming.provider_ref, "text": incoming.body[:200]},
    )


def handle(incoming: Incoming, *, acting_staff: Actor) -> Incoming:
    """Note that somebody has seen to it; once."""
    if incoming.handled_at is None:
        incoming.handled_at, incoming.handled_by = clock.now(), acting_staff.staff_id
        _audit(incoming, "reply.handled", acting_staff)
    return incoming


def assign(incoming: Incoming, customer_id: str, *, acting_staff: Actor) -> Incoming:
    """Say whose text it is, where nobody knew. What she refused by it then is hers, too. Raises `Conflict`."""
    customer = get_customer(customer_id)
    if incoming.customer_id is not None:
        detail = "This text is a customer's already."
        raise Conflict(detail)
    incoming.customer_id = customer.id
    incoming.store_id = incoming.store_id or customer.home_store_id
    if incoming.kind == "refusal":
        statements.refuse_for([customer.id], said(incoming))
    _audit(incoming, "reply.assigned", acting_staff)
    return incoming


def take_for_refusal(incoming: Incoming, *, acting_staff: Actor) -> Incoming:
    """Take a reply for the refusal that it is. Raises `Conflict` for one that is a refusal already."""
    if incoming.kind == "refusal":
        detail = "This text is a refusal already."
        raise Conflict(detail)
    incoming.kind, incoming.doubtful = "refusal", False
    hers = (incoming.customer_id,) if incoming.customer_id else ()
    found = routing.holders(incoming.address) if incoming.address else ()
    statements.refuse(said(incoming), tuple(dict.fromkeys((*hers, *found))), acting_staff=acting_staff)
    _audit(incoming, "reply.refusal", acting_staff)
    return handle(incoming, acting_staff=acting_staff)


def _judged(arrived: Arrived) -> rules.Judgement:
    if arrived.opt_out == "STOP":
        return rules.Judgement("refusal")
    if arrived.opt_out == "START":
        return rules.Judgement("grant")
    return rules.judge(arrived.body, words.known())


def _keep(incoming: Incoming) -> bool:
    try:
        with db.session.begin_nested():
            db.session.add(incoming)
    except IntegrityError as error:
        if is_duplicate(error):
            return False
        raise
    return True


def _audit(incoming: Incoming, action: str, actor: Actor) -> None:
    detail = {"customer": incoming.customer_id} if incoming.customer_id else None
    audit.record(actor, action, subject_kind="sms_incoming", subject_id=incoming.id, detail=detail)
