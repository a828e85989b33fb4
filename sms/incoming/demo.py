"""What members of the demo wrote back: the newest ones nobody has seen to."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from backend.core import clock
from backend.core.db import db
from backend.core.ids import new_id
from backend.customers import Customer
from backend.organization import Store
from sms.incoming.models import Incoming

_OURS: Final = "+8215880000"
_STRANGER: Final = "+821000004402"
_WRITTEN: Final = (
    ("네, 알려 주셔서 감사합니다. 주말에 들를게요.", "reply", False, True),
    ("수신거부", "refusal", False, True),
    ("토요일 오후 세 시쯤 가도 될까요? 향수 하나만 맡아 주세요.", "reply", False, False),
    ("Thank you! Can you keep it until Friday?", "reply", False, False),
    ("이제 광고는 수신거부 부탁드려요", "reply", True, False),
    ("ありがとうございます。来週うかがいます。", "reply", False, False),
)


def seed() -> int:
    """Add texts from members of each store, and one from an unknown number, where there are none; how many."""
    if db.session.scalar(select(Incoming.id).limit(1)) is not None:
        return 0
    rows: list[Incoming] = []
    for store in db.session.scalars(select(Store).order_by(Store.code)):
        hers = select(Customer).where(Customer.home_store_id == store.id, Customer.phone.is_not(None))
        members = db.session.scalars(hers.order_by(Customer.id).limit(len(_WRITTEN)))
        rows += [_text(store, member, place) for place, member in enumerate(members)]
    if rows:
        rows.append(_from_nobody(rows[0]))
    db.session.add_all(rows)
    return len(rows)


def _text(store: Store, member: Customer, place: int) -> Incoming:
    body, kind, doubtful, handled = _WRITTEN[place]
    at = clock.now() - timedelta(hours=3 * (len(_WRITTEN) - place))
    return Incoming(
        id=new_id(),
        provider_ref=f"SMdemo{store.code}{place}",
        address=member.phone,
        our_number=_OURS,
        body=body,
        received_at=at,
        customer_id=member.id,
        sender_id=store.business_unit_id,
        store_id=store.id,
        staff_id=member.preferred_staff_id,
        kind=kind,
        doubtful=doubtful,
        handled_at=at + timedelta(minutes=20) if handled else None,
    )


def _from_nobody(like: Incoming) -> Incoming:
    return Incoming(
        id=new_id(),
        provider_ref="SMdemo-nobody",
        address=_STRANGER,
        our_number=_OURS,
        body="안녕하세요, 몇 시까지 하시나요?",
        received_at=clock.now() - timedelta(minutes=40),
        sender_id=like.sender_id,
        store_id=like.store_id,
        kind="reply",
        doubtful=False,
    )
