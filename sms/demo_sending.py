"""What the demo's head office sent by text: an offer of last week, with what became of it, and one that is paused."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from backend.core import clock
from backend.core.bulk import insert_rows
from backend.core.db import db, table_of
from backend.core.ids import new_id
from backend.customers import Customer, CustomerFacts
from backend.delivery import Message, MessageBatch
from backend.organization import BusinessUnit, Store
from sms import demo_campaign, encoding
from sms.texts import framed

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST: Final = 400
_AGO: Final = timedelta(days=6)
_KOREA: Final = ZoneInfo("Asia/Seoul")
_MESSAGES: Final = table_of(Message)
_INSERT: Final = insert(_MESSAGES)


_BECAME: Final = (
    [("delivered", None)] * 93
    + [("undelivered", "unreachable")] * 3
    + [("failed", "carrier_filtered")]
    + [("skipped", "refused")] * 2
    + [("skipped", "same_content")]
)
"""State and reason of a hundred messages."""

_OPENED: Final = 4
"""Of those that arrived every so many'th was opened."""


def seed() -> int:
    """Add the batches where there are none; how many messages they have. Inside a unit of work."""
    if db.session.scalar(select(MessageBatch.id).limit(1)) is not None:
        return 0
    units = db.session.scalars(
        select(BusinessUnit).where(BusinessUnit.contact.is_not(None)).order_by(BusinessUnit.code)
    )
    agreed = {unit: _agreed(unit) for unit in units}
    unit = max(agreed, key=lambda each: len(agreed[each]), default=None)
    if unit is None:
        return 0
    demo_campaign.seed(unit, agreed[unit], _morning(clock.now() - demo_campaign.AGO))
    people, thanks = agreed[unit], "늘 찾아 주셔서 감사합니다. 이번 주말 전 품목 10% 할인"
    added = _add(_Offer(unit, "가을 감사 할인", thanks, _morning(clock.now() - _AGO)), people, sent=True)
    winter = "겨울 신상품이 들어왔습니다. 매장에서 먼저 만나 보세요."
    return added + _add(_Offer(unit, "겨울 신상품 안내", winter, clock.now()), people[: len(people) // 2], sent=False)


def _morning(moment: datetime) -> datetime:
    """Eleven in the morning of that day in Korea: what was sent was sent by day."""
    day = moment.astimezone(_KOREA).date()
    return datetime.combine(day, time(11), tzinfo=_KOREA)


class _Offer(NamedTuple):
    unit: BusinessUnit
    name: str
    words: str
    at: datetime


def _agreed(unit: BusinessUnit) -> list[tuple[str, str]]:
    """Members whose cards say that the unit may text them; ids and numbers."""
    query = select(Customer.id, Customer.phone, CustomerFacts.sms_senders).join(
        CustomerFacts, CustomerFacts.customer_id == Customer.id
    )
    rows = db.session.execute(query.where(Customer.phone.like("+8210%")).order_by(Customer.id))
    return [(id_, phone) for id_, phone, senders in rows if phone and unit.code in senders][:_MOST]


def _add(offer: _Offer, people: Sequence[tuple[str, str]], *, sent: bool) -> int:
    batch = MessageBatch(
        name=offer.name,
        channel="sms",
        purpose="commercial",
        sender_id=offer.unit.id,
        state="done" if sent else "paused",
        reason=None if sent else "by_hand",
        paused_at=None if sent else offer.at,
        total=len(people),
        created_at=offer.at,
        ended_at=offer.at + timedelta(minutes=9) if sent else None,
    )
    db.session.add(batch)
    db.session.flush()
    stores = select(Store.id).where(Store.business_unit_id == offer.unit.id).order_by(Store.code)
    store_id = db.session.scalar(stores.limit(1))
    body = framed(offer.words, "commercial", offer.unit)
    same = dict.fromkeys(_MESSAGES.columns.keys()) | {
        "channel": "sms",
        "purpose": "commercial",
        "sender_id": offer.unit.id,
        "store_id": store_id,
        "batch_id": batch.id,
        "language": "ko",
        "body": body,
        "size": encoding.measure(body).segments,
        "priority": 9,
        "at_most_once": True,
        "attempts": 0,
        "lookups": 0,
        "created_at": offer.at,
        "decided_at": offer.at,
    }
    rows = [
        same | {"id": new_id(), "customer_id": id_, "address": phone} | (_past(place, offer.at) if sent else _QUEUED)
        for place, (id_, phone) in enumerate(people)
    ]
    insert_rows(_INSERT, rows)
    return len(rows)


_QUEUED: Final = {"state": "queued", "basis": "consent"}


def _past(place: int, begun: datetime) -> dict[str, Any]:
    """What became of the message at a place, spread over the batch."""
    at = begun + timedelta(seconds=place)
    state, reason = _BECAME[place * 37 % len(_BECAME)]
    values: dict[str, Any] = {"state": state, "reason": reason, "ended_at": at + timedelta(seconds=3)}
    if state == "skipped":
        return values
    values |= {"basis": "consent", "attempts": 1, "claimed_at": at, "accepted_at": at, "provider": "simulator"}
    if state != "delivered":
        return values
    arrived = at + timedelta(seconds=3)
    opened = arrived + timedelta(minutes=place % 90) if place % _OPENED == 0 else None
    return values | {"sent_at": at, "delivered_at": arrived, "opened_at": opened}
