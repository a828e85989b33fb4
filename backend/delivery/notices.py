"""What people are to be told: by law of their own consents, and of points that expire soon.

Of a consent they hear what came of it within 14 days, and that its two years end; this is owed from the moment on in
which they said it. The worker puts what is owed into the outbox as service messages, by day only, one text for what
somebody said within a short time, and sees what became of them.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from backend import consent
from backend.core import audit, clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.core.errors import Conflict
from backend.customers import Customer
from backend.delivery import law_kr, notice_texts
from backend.delivery.drafts import Draft
from backend.delivery.models import Message, OwedNotice
from backend.delivery.service import enqueue
from backend.delivery.states import State
from backend.loyalty import expiring_on, soon_expiring
from backend.organization import BusinessUnit, Store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backend.core.audit import Actor

EVERY: Final = 60.0
"""Seconds between two looks at what is owed."""

SETTLING: Final = timedelta(minutes=10)
"""For so long after somebody's last word it is waited for the next one, so that one text tells them all."""

AHEAD: Final = timedelta(weeks=4)
"""How long before its two years are over somebody is asked to confirm a consent."""

_AT_ONCE: Final = 200
_ZONE: Final = "Asia/Seoul"
_REACHED: Final = (State.SENT.value, State.DELIVERED.value)
_AGAIN: Final = frozenset({"too_late", "canceled"})


def owe_result(event: consent.ConsentRecorded) -> None:
    """Write down, with a statement about marketing, that its result is to be told within 14 days."""
    entry = event.entry
    if entry.purpose == "marketing":
        _owe("consent_result", entry, due_by=entry.occurred_at + timedelta(days=consent.RESULT_NOTICE_DAYS))


def keep_duties() -> None:
    """The worker's job: see what became of texts, find consents that come of age, put what is owed into the outbox."""
    run_in_unit_of_work(settle)
    while run_in_unit_of_work(owe_reconfirmations):
        pass
    while run_in_unit_of_work(owe_points) is not None:
        pass
    while run_in_unit_of_work(tell):
        pass


def owe_reconfirmations() -> int:
    """Owe a notice for each consent to marketing that is about to be two years old; how many were looked at.

    One that permits nothing any more is noted as such, so that it is not looked at again.
    """
    months, now = 12 * consent.RECONFIRM_YEARS, clock.now()
    query = consent.grants_between(consent.add_months(now, -months), consent.add_months(now + AHEAD, -months))
    known = exists().where(OwedNotice.entry_id == consent.ConsentEntry.id, OwedNotice.kind == "reconfirmation")
    entries = list(db.session.scalars(query.where(~known).limit(_AT_ONCE)))
    permitting = consent.permitting(entries)
    for entry in entries:
        notice = _owe("reconfirmation", entry, due_by=consent.reconfirm_by(entry.occurred_at))
        if entry.id not in permitting:
            _end(notice, "impossible", "no_longer_stands")
    return len(entries)


def owe_points() -> int | None:
    """Owe a notice to the next members whose points expire soon; how many, or None when everybody was looked at."""
    soon = soon_expiring(_AT_ONCE)
    if soon is None:
        return None
    lots = {each.lot_id for each in soon}
    known = select(OwedNotice.entry_id).where(OwedNotice.kind == "points_expiring", OwedNotice.entry_id.in_(lots))
    told = set(db.session.scalars(known))
    db.session.add_all(
        OwedNotice(
            kind="points_expiring",
            customer_id=each.customer_id,
            owner_id=each.owner_id,
            granted=True,
            sender_id=each.business_unit_id,
            entry_id=each.lot_id,
            said_at=clock.now(),
            due_by=_evening(datetime.combine(each.on, time(), tzinfo=ZoneInfo(_ZONE))),
        )
        for each in soon
        if each.lot_id not in told
    )
    return len(soon)


def tell() -> int:
    """Put the most urgent of what is owed into the outbox, for each person and sender in one text; how many were told.

    Uses ix_owed_notice_state. Whose night it is, and who may say more in a moment, waits.
    """
    now = clock.now()
    owed = select(OwedNotice).where(OwedNotice.state == "owed", OwedNotice.created_at <= now - SETTLING)
    first = list(db.session.scalars(owed.order_by(OwedNotice.due_by, OwedNotice.id).limit(_AT_ONCE)))
    people = _people({each.customer_id for each in first})
    query = select(OwedNotice).where(OwedNotice.state == "owed", OwedNotice.customer_id.in_(people))
    groups: dict[tuple[str, str | None, str], list[OwedNotice]] = defaultdict(list)
    for notice in db.session.scalars(query.order_by(OwedNotice.said_at, OwedNotice.id).with_for_update()):
        groups[notice.customer_id, notice.sender_id, notice.kind].append(notice)
    told = 0
    for (customer_id, sender_id, _), notices in groups.items():
        customer, store = people[customer_id]
        local = now.astimezone(ZoneInfo(store.time_zone if store else _ZONE))
        if law_kr.is_night(local) or max(each.created_at for each in notices) > now - SETTLING:
            continue
        if notices[0].kind == "points_expiring":
            _enqueue_points(notices, customer, store, sender_id=sender_id, closes=_evening(local))
        else:
            _enqueue(notices, customer, store, sender_id=sender_id, closes=_evening(local))
        told += len(notices)
    return told


def settle() -> None:
    """See what became of the texts that are under way; one that was cancelled or came too late is owed again."""
    query = select(OwedNotice, Message.state, Message.reason).join(Message, Message.id == OwedNotice.message_id)
    for notice, state, reason in db.session.execute(query.where(OwedNotice.state == "queued")):
        _follow(notice, state, reason)


def may_be_told_otherwise(notice: OwedNotice) -> bool:
    """Whether somebody of the house may tell her what no text told: not while one is on its way or nothing is owed."""
    return notice.state == "owed" or (notice.state == "impossible" and notice.reason != "no_longer_stands")


def note_told(notice: OwedNotice, data: Mapping[str, Any], *, acting_staff: Actor) -> OwedNotice:
    """Write down how somebody of the house told her (`ToldData`). Raises `Conflict` when there is nothing to tell.

    The result has to reach her, the law says not how: a call or a letter serves whoever has no number for texts.
    """
    db.session.refresh(notice, with_for_update=True)
    if not may_be_told_otherwise(notice):
        detail = "A text about it is on its way, or she has been told already."
        raise Conflict(detail)
    _end(notice, "told", None)
    notice.told_how, notice.told_note, notice.told_by = data["how"], data["note"], acting_staff.staff_id
    subject = {"subject_kind": "customer", "subject_id": notice.customer_id}
    audit.record(acting_staff, "notice.told", **subject, detail={"notice": notice.id, "how": data["how"]})
    return notice


def _follow(notice: OwedNotice, state: str, reason: str | None) -> None:
    if state in _REACHED:
        _end(notice, "told", None)
    elif reason in _AGAIN and state in {State.SKIPPED, State.CANCELED}:
        notice.state, notice.message_id = "owed", None
    elif state in {State.SKIPPED, State.CANCELED, State.FAILED, State.UNDELIVERED}:
        _end(notice, "impossible", reason)


def _enqueue_points(
    notices: Sequence[OwedNotice], customer: Customer, store: Store | None, *, sender_id: str | None, closes: datetime
) -> None:
    """Tell of what is still open of her points; what she has used meanwhile is no news."""
    by_day = {each.due_by.astimezone(ZoneInfo(_ZONE)).date(): each for each in notices}
    points = {day: count for (_, day), count in expiring_on([customer.id], list(by_day)).items()}
    for day, notice in by_day.items():
        if day not in points:
            _end(notice, "impossible", "no_longer_stands")
    if points:
        sender, language = _sender(sender_id, store), _language(customer)
        text = notice_texts.about_points(points, sender, language=language)
        _put([by_day[day] for day in points], text, customer, store, sender, closes=closes)


def _enqueue(
    notices: Sequence[OwedNotice], customer: Customer, store: Store | None, *, sender_id: str | None, closes: datetime
) -> None:
    sender, language = _sender(sender_id, store), _language(customer)
    zone = ZoneInfo(store.time_zone if store else _ZONE)
    text = notice_texts.body(notices, sender, language=language, zone=zone)
    _put(notices, text, customer, store, sender, closes=closes)


def _put(
    notices: Sequence[OwedNotice],
    text: str,
    customer: Customer,
    store: Store | None,
    sender: BusinessUnit | None,
    *,
    closes: datetime,
) -> None:
    """Put one text for these notices into the outbox."""
    draft = Draft(
        channel="sms",
        purpose="service",
        customer_id=customer.id,
        sender_id=sender.id if sender else None,
        store_id=store.id if store else None,
        address=customer.phone,
        body=text,
        not_after=closes,
        language=_language(customer),
        size=notice_texts.size(text),
        source_id=notices[0].id,
    )
    message = enqueue(draft, actor=SYSTEM)
    db.session.flush()
    for notice in notices:
        notice.state, notice.message_id = "queued", message.id
        _follow(notice, message.state, message.reason)


def _sender(sender_id: str | None, store: Store | None) -> BusinessUnit | None:
    return db.session.get(BusinessUnit, sender_id or (store.business_unit_id if store else ""))


def _language(customer: Customer) -> str:
    return "ko" if customer.language in {None, "ko"} else "en"


def _people(ids: set[str]) -> dict[str, tuple[Customer, Store | None]]:
    query = select(Customer, Store).outerjoin(Store, Store.id == Customer.home_store_id)
    return {row[0].id: (row[0], row[1]) for row in db.session.execute(query.where(Customer.id.in_(ids)))}


def _owe(kind: str, entry: consent.ConsentEntry, *, due_by: datetime) -> OwedNotice:
    notice = OwedNotice(
        kind=kind,
        customer_id=entry.customer_id,
        owner_id=entry.owner_id,
        channel=entry.channel,
        night=entry.night,
        granted=entry.granted,
        sender_id=entry.sender_id,
        entry_id=entry.id,
        said_at=entry.occurred_at,
        due_by=due_by,
        state="owed",
    )
    db.session.add(notice)
    return notice


def _end(notice: OwedNotice, state: str, reason: str | None) -> None:
    notice.state, notice.reason, notice.ended_at = state, reason, clock.now()


def _evening(local: datetime) -> datetime:
    """When the day ends after which nobody is texted."""
    return datetime.combine(local.date(), time(law_kr.NIGHT_BEGINS.hour), tzinfo=local.tzinfo)
