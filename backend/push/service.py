"""Subscribing browsers, what people want to be told, and what follows from the answers of push services."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import delete, select

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import Conflict, NotFound, ValidationFailed
from backend.core.ids import is_id, new_id
from backend.push import rules
from backend.push.keys import current_keys
from backend.push.kinds import kinds
from backend.push.models import PushDelivery, PushFault, PushNotice, PushSubscription, PushWish
from backend.settings import current_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.core.audit import Actor
    from backend.organization import Person
    from backend.push.answers import Answer, Told

MOST_BROWSERS: Final = 20
"""Of one person; the one that was not refreshed for the longest time gives way."""

_DELIVERIES_KEPT: Final = timedelta(days=7)

log = structlog.get_logger(__name__)


class PushIsOff(Conflict):
    """This server has no keys for push services, so that it cannot tell anybody by push."""

    code = "push_off"


def fingerprint_of(endpoint: str) -> str:
    """Return what a browser compares its endpoint with."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


def subscribe(data: Mapping[str, Any], *, person: Person, acting_staff: Actor) -> PushSubscription:
    """Keep a browser for a person; one that is known is hers from now on, with what is new about it.

    `data["replaces"]`: the endpoint that the browser had before. Raises `PushIsOff` and `ValidationFailed`.
    """
    if current_keys() is None:
        raise PushIsOff
    _check(data)
    if data["replaces"] is not None:
        before = PushSubscription.fingerprint == fingerprint_of(data["replaces"])
        db.session.execute(delete(PushSubscription).where(before, PushSubscription.staff_id == person.id))
    found = _by_fingerprint(fingerprint_of(data["endpoint"]))
    if found is None:
        found = PushSubscription(id=new_id(), fingerprint=fingerprint_of(data["endpoint"]), endpoint=data["endpoint"])
        db.session.add(found)
    changed = (found.staff_id, found.p256dh) != (person.id, data["p256dh"])
    for name in ("p256dh", "auth", "surface", "language"):
        setattr(found, name, data[name])
    found.staff_id, found.device_id, found.seen_at = person.id, acting_staff.device_id, clock.now()
    db.session.flush()
    if changed:
        _make_room(person.id)
        detail = {"surface": data["surface"]}
        audit.record(
            acting_staff, "push.subscribe", subject_kind="push_subscription", subject_id=found.id, detail=detail
        )
    return found


def _check(data: Mapping[str, Any]) -> None:
    settings = current_settings()
    services, local = settings.push_services, settings.push_local_services
    faults = {
        "endpoint": rules.fault_of_endpoint(data["endpoint"], services=services, local=local),
        "p256dh": rules.fault_of_point(data["p256dh"]),
        "auth": rules.fault_of_auth(data["auth"]),
    }
    wrong = {name: [fault] for name, fault in faults.items() if fault is not None}
    if wrong:
        raise ValidationFailed(wrong)


def _by_fingerprint(fingerprint: str) -> PushSubscription | None:
    query = select(PushSubscription).where(PushSubscription.fingerprint == fingerprint).with_for_update()
    return db.session.scalars(query).one_or_none()


def _make_room(staff_id: str) -> None:
    hers = select(PushSubscription).where(PushSubscription.staff_id == staff_id)
    for row in db.session.scalars(hers.order_by(PushSubscription.seen_at.desc()).offset(MOST_BROWSERS)):
        db.session.delete(row)


def unsubscribe(subscription_id: str, *, person: Person, acting_staff: Actor) -> None:
    """Forget a browser of a person. Raises `NotFound`."""
    query = select(PushSubscription).where(
        PushSubscription.id == subscription_id, PushSubscription.staff_id == person.id
    )
    found = db.session.scalars(query).one_or_none() if is_id(subscription_id) else None
    if found is None:
        raise NotFound
    db.session.delete(found)
    audit.record(acting_staff, "push.unsubscribe", subject_kind="push_subscription", subject_id=subscription_id)


def wish(data: Mapping[str, Any], *, person: Person, acting_staff: Actor) -> None:
    """Note what a person wants to be told and when not. Raises `ValidationFailed`."""
    begins, ends = data["quiet_from"], data["quiet_until"]
    if (begins is None) != (ends is None):
        raise ValidationFailed({"quiet_until" if ends is None else "quiet_from": ["Say both, or neither."]})
    if begins is not None and begins == ends:
        raise ValidationFailed({"quiet_until": ["This is when the quiet hours begin."]})
    unknown = sorted(set(data["muted"]) - {kind.name for kind in kinds().values() if kind.chosen})
    if unknown:
        raise ValidationFailed({"muted": [f"There is no such kind: {', '.join(unknown)}."]})
    row = db.session.get(PushWish, person.id) or PushWish(staff_id=person.id)
    row.muted, row.quiet_from, row.quiet_until = sorted(set(data["muted"])), begins, ends
    row.time_zone = data["time_zone"]
    db.session.add(row)
    detail = {"muted": row.muted, "quiet_from": begins, "quiet_until": ends, "time_zone": row.time_zone}
    audit.record(acting_staff, "push.wish", subject_kind="staff", subject_id=person.id, detail=detail)


def settle(told: Told) -> None:
    """Do what push services' answers ask for, in the unit of work that writes down what became of the message."""
    rows = {
        row.id: row
        for row in db.session.scalars(
            select(PushSubscription).where(PushSubscription.id.in_([answer.subscription_id for answer in told.answers]))
        )
    }
    now = clock.now()
    for answer in told.answers:
        row = rows.get(answer.subscription_id)
        if answer.said == "took":
            _took(told.message_id, answer, row)
        elif answer.said == "gone" and row is not None:
            log.info("push_endpoint_gone", subscription_id=row.id, service=answer.service, code=answer.code)
            db.session.delete(row)
        elif answer.said == "wait" and answer.wait and row is not None:
            row.waits_until = now + timedelta(seconds=answer.wait)
        elif answer.said in {"refused", "too_large"}:
            _alarm(answer)
    if any(answer.said == "took" for answer in told.answers):
        for notice in db.session.scalars(select(PushNotice).where(PushNotice.message_id == told.message_id)):
            notice.told_at = now


def _took(message_id: str, answer: Answer, row: PushSubscription | None) -> None:
    db.session.merge(PushDelivery(message_id=message_id, subscription_id=answer.subscription_id))
    db.session.execute(delete(PushFault).where(PushFault.service == answer.service))
    if row is not None:
        row.told_at, row.waits_until = clock.now(), None


def _alarm(answer: Answer) -> None:
    """Say aloud, and at the desk, that a service refuses us; it stays there until the service takes something."""
    log.error("push_refused", service=answer.service, reason=answer.reason, code=answer.code, detail=answer.detail)
    fault = db.session.get(PushFault, answer.service)
    if fault is None:
        fault = PushFault(service=answer.service, count=0, since=clock.now())
        db.session.add(fault)
    fault.reason, fault.code, fault.detail = answer.reason or "push_refused", answer.code, answer.detail
    fault.count, fault.last_at = fault.count + 1, clock.now()


def forget_old() -> None:
    """Drop what no message needs any more; for the worker, within a unit of work."""
    old = delete(PushDelivery).where(PushDelivery.at < clock.now() - _DELIVERIES_KEPT)
    db.session.execute(old, execution_options={"synchronize_session": False})
