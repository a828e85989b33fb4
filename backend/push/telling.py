"""Telling staff: what happened is noted where it happened, with one insert; the worker makes messages of it.

A sale, a text or a pause never waits for a push and never fails with one. What one person has not seen of a kind is one
notice with a count; while its message waits, the count moves on and no second one is made.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import delete, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from backend import delivery
from backend.core import audit, clock
from backend.core.db import db, end_read, run_in_unit_of_work, table_of
from backend.core.ids import new_id
from backend.delivery import Draft, Message, State
from backend.organization import Staff, StaffRole
from backend.push.kinds import Kind, kinds
from backend.push.models import PushEvent, PushNotice, PushSubscription, PushWish

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backend.delivery import ReplyReceived, SendingPaused
    from backend.sales import SalesFlagged
    from backend.sync import ConflictKept

EVERY: Final = 1.0
"""Seconds between looks at what happened."""

_AT_ONCE: Final = 500
_NOT_AFTER: Final = timedelta(hours=24)
_WAITING: Final = (State.QUEUED, State.HELD)
_VERSION: Final = 1

log = structlog.get_logger(__name__)


def note(kind: str, *, staff_id: str | None = None, store_id: str | None = None, count: int = 1) -> None:
    """Note that `count` of something happened, in the caller's unit of work.

    It is for `staff_id`; without one for everybody of the kind's roles at the store, or at the house without a store.
    """
    db.session.add(PushEvent(kind=kind, staff_id=staff_id, store_id=store_id, count=count))


def on_reply(event: ReplyReceived) -> None:
    """Somebody wrote to the house."""
    note("reply", staff_id=event.staff_id, store_id=event.store_id)


def on_pause(event: SendingPaused) -> None:
    """Sending stopped by itself."""
    del event
    note("paused")


def on_conflict(event: ConflictKept) -> None:
    """Somebody has to choose between values."""
    note("conflict", store_id=event.store_id, count=event.fields)


def on_flags(event: SalesFlagged) -> None:
    """Somebody has to look at sales."""
    note("attention", store_id=event.store_id, count=event.count)


def tell_due() -> None:
    """Make messages of what was noted; an edge of its own, for the worker. What fails is tried again with the rest."""
    try:
        due = bool(db.session.scalar(select(exists().where(PushEvent.id.is_not(None)))))
    finally:
        end_read()
    if due:
        run_in_unit_of_work(_tell_some)


def _tell_some() -> None:
    query = select(PushEvent).order_by(PushEvent.id).limit(_AT_ONCE).with_for_update(skip_locked=True)
    events = list(db.session.scalars(query))
    counts: Counter[tuple[str, str]] = Counter()
    for event in events:
        kind = kinds().get(event.kind)
        if kind is None:
            log.warning("push_kind_unknown", kind=event.kind)
            continue
        for staff_id in _audience(kind, event):
            counts[staff_id, kind.name] += event.count
    # In one order, so that two workers never wait for each other crosswise.
    for (staff_id, name), count in sorted(counts.items()):
        tell(kinds()[name], staff_id, count=count)
    gone = delete(PushEvent).where(PushEvent.id.in_([event.id for event in events]))
    db.session.execute(gone, execution_options={"synchronize_session": False})


def _audience(kind: Kind, event: PushEvent) -> list[str]:
    """Who can be told and wants to be: somebody with a browser for it, who has not switched the kind off."""
    query = (
        select(Staff.id, PushWish.muted)
        .outerjoin(PushWish, PushWish.staff_id == Staff.id)
        .where(Staff.active, Staff.role.in_(sorted(kind.roles)))
        .where(exists().where(PushSubscription.staff_id == Staff.id))
    )
    for_person = query.where(Staff.id == event.staff_id)
    rows = list(db.session.execute(for_person)) if event.staff_id else []
    if not rows and not (event.staff_id and _works_here(event.staff_id)):
        rows = list(db.session.execute(query.where(_at(event.store_id))))
    return [row.id for row in rows if kind.name not in (row.muted or [])]


def _works_here(staff_id: str) -> bool:
    return bool(db.session.scalar(select(Staff.active).where(Staff.id == staff_id)))


def _at(store_id: str | None) -> Any:  # noqa: ANN401 - a condition
    """Of the store, or of head office for what is no store's."""
    if store_id is not None:
        return Staff.store_id == store_id
    return or_(Staff.store_id.is_(None), Staff.role == StaffRole.ADMIN)


def tell(kind: Kind, staff_id: str, *, count: int = 1) -> None:
    """Add to what `staff_id` has not seen of a kind, and see that one message tells her how much it is."""
    notice = _notice(staff_id, kind.name)
    notice.unseen = notice.unseen + count
    notice.seen_at = None
    now = clock.now()
    message = _message(notice)
    if message is not None and message.state in _WAITING:
        message.body, message.not_after = _body(notice), now + _NOT_AFTER
        return
    draft = Draft(
        channel="push",
        purpose="service",
        customer_id=None,
        sender_id=None,
        store_id=None,
        address=None,
        recipient_id=staff_id,
        body=_body(notice),
        not_after=now + _NOT_AFTER,
        source_id=notice.id,
        template=f"push.{kind.name}",
        priority=delivery.ONE_TO_ONE,
        id=new_id(),
    )
    message = delivery.enqueue(draft, actor=audit.SYSTEM)
    notice.message_id = message.id
    if message.state == State.QUEUED:
        notice.told_at = now


def seen(staff_id: str, names: Iterable[str], *, actor: audit.Actor) -> None:
    """Note that somebody has seen all that there is of these kinds; what still waits to tell her is taken back."""
    query = select(PushNotice).where(PushNotice.staff_id == staff_id, PushNotice.kind.in_(list(names)))
    for notice in db.session.scalars(query.where(PushNotice.unseen > 0).order_by(PushNotice.id).with_for_update()):
        notice.unseen, notice.seen_at = 0, clock.now()
        message = _message(notice)
        if message is not None and message.state in _WAITING:
            delivery.cancel(message, actor=actor)


def unseen(staff_id: str) -> list[dict[str, Any]]:
    """Return how much of each kind somebody has not seen."""
    query = select(PushNotice.kind, PushNotice.unseen).where(PushNotice.staff_id == staff_id, PushNotice.unseen > 0)
    return [{"kind": row.kind, "count": row.unseen} for row in db.session.execute(query.order_by(PushNotice.kind))]


def _notice(staff_id: str, kind: str) -> PushNotice:
    """Return the notice, locked; it is made where there is none, also when another worker does so at this moment."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    fresh = {"id": new_id(), "staff_id": staff_id, "kind": kind, "unseen": 0}
    db.session.execute(dialect.insert(table_of(PushNotice)).values(fresh).on_conflict_do_nothing())
    query = select(PushNotice).where(PushNotice.staff_id == staff_id, PushNotice.kind == kind)
    return db.session.scalars(query.with_for_update()).one()


def _message(notice: PushNotice) -> Message | None:
    if notice.message_id is None:
        return None
    return db.session.get(Message, notice.message_id, with_for_update=True, populate_existing=True)


def _body(notice: PushNotice) -> str:
    """What goes out: a kind, how many, and which notice. Nobody's name."""
    said = {"v": _VERSION, "kind": notice.kind, "count": notice.unseen, "notice": notice.id}
    return json.dumps(said, separators=(",", ":"))
