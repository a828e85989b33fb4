"""A campaign of the demo that is over: invented texts, and what its members then bought as they do anyway.

Who was held out follows from her bucket, as with any campaign; nobody's purchases were made up for it, so that its
report says what it should: that a lift could be chance.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select

from backend.campaigns import Campaign, CampaignMember, CampaignVariant
from backend.core.bulk import insert_rows
from backend.core.db import db, table_of
from backend.core.ids import new_id
from backend.customers import Customer, CustomerFacts
from backend.delivery import Message
from sms import encoding
from sms.texts import framed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import Row

    from backend.organization import BusinessUnit

AGO: Final = timedelta(days=60)
_HOLDOUT, _BUCKETS, _RANDOM_END = 2_000, 10_000, 7
_WINDOW: Final = 28
_DEMO: Final = "demo"
_WORDS: Final = (
    ("짧은 문구", "여름 감사 행사를 시작합니다."),
    ("자세한 문구", "여름 감사 행사를 시작합니다. 자주 찾으시던 상품을 매장에서 편히 살펴보세요."),
)
# Of twenty texts one did not arrive; of those that did every fifth was opened.
_LOST, _OPENED = 20, 5


def seed(unit: BusinessUnit, people: Sequence[tuple[str, str]], began: datetime) -> None:
    """Add it, of `unit` to `people` (id, number), where there is none. Inside a unit of work."""
    if not people or db.session.scalar(select(Campaign.id).where(Campaign.source == _DEMO)) is not None:
        return
    made = Campaign(
        name="여름 감사 행사",
        kind="text",
        state="done",
        business_unit_id=unit.id,
        holdout=_HOLDOUT,
        window_days=_WINDOW,
        starts_at=began,
        frozen_at=began,
        started_at=began,
        ended_at=began + timedelta(hours=1),
        source=_DEMO,
        source_key="summer",
    )
    made.variants = [
        CampaignVariant(number=number, label=label, template="thank-you-offer", fields={})
        for number, (label, _) in enumerate(_WORDS)
    ]
    db.session.add(made)
    db.session.flush()
    _write_audience(made, unit, people, began)


def _write_audience(made: Campaign, unit: BusinessUnit, people: Sequence[tuple[str, str]], began: datetime) -> None:
    numbers = dict(people)
    query = select(Customer.id, Customer.home_store_id, CustomerFacts.grade)
    joined = query.join(CustomerFacts, CustomerFacts.customer_id == Customer.id).where(Customer.id.in_(numbers))
    texts = [framed(words, "commercial", unit) for _, words in _WORDS]
    members, messages = [], []
    for place, who in enumerate(db.session.execute(joined.order_by(Customer.id))):
        row = _member(made, who, numbers[who.id], began.date())
        if row["arm"] == "treated":
            row["variant"] = place % len(texts)
            messages.append(_message(unit, row, texts[row["variant"]], began + timedelta(seconds=place)))
            row["message_id"] = messages[-1]["id"]
        members.append(row | {"from_at": began})
    insert_rows(insert(table_of(Message)), messages)
    insert_rows(insert(table_of(CampaignMember)), members)
    treated = sum(row["arm"] == "treated" for row in members)
    made.counts = {"treated": treated, "held_out": len(members) - treated}


def _member(made: Campaign, who: Row[str, str | None, str | None], address: str, day: date) -> dict[str, Any]:
    bucket = int(who.id[-_RANDOM_END:], 16) % _BUCKETS
    return dict.fromkeys(table_of(CampaignMember).columns.keys()) | {
        "campaign_id": made.id,
        "entered_on": day,
        "member_id": who.id,
        "customer_id": who.id,
        "arm": "held_out" if bucket < _HOLDOUT else "treated",
        "bucket": bucket,
        "address": address,
        "store_id": who.home_store_id,
        "grade": who.grade,
    }


def _message(unit: BusinessUnit, row: dict[str, Any], body: str, at: datetime) -> dict[str, Any]:
    place = row["bucket"]
    arrived = at + timedelta(seconds=3)
    lost = place % _LOST == 0
    return dict.fromkeys(table_of(Message).columns.keys()) | {
        "id": new_id(),
        "channel": "sms",
        "purpose": "commercial",
        "sender_id": unit.id,
        "customer_id": row["customer_id"],
        "address": row["address"],
        "language": "ko",
        "body": body,
        "size": encoding.measure(body).segments,
        "priority": 9,
        "at_most_once": True,
        "state": "undelivered" if lost else "delivered",
        "reason": "unreachable" if lost else None,
        "basis": "consent",
        "attempts": 1,
        "lookups": 0,
        "created_at": at,
        "decided_at": at,
        "claimed_at": at,
        "accepted_at": at,
        "provider": "simulator",
        "sent_at": arrived,
        "ended_at": arrived,
        "delivered_at": None if lost else arrived,
        "opened_at": None if lost or place % _OPENED else arrived + timedelta(minutes=place % 90),
    }
