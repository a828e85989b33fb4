"""What is erased with a customer: to whom messages went and what they said. That they went, and why, is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Text, and_, cast, delete, or_, select, update

from backend.core import clock
from backend.core.db import db
from backend.delivery.models import AddressBlock, Message, MessageAttempt, MessageReport, OwedNotice
from backend.delivery.states import WAITING, State

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Blank her messages, calls and reports; what waits is not sent. Blocks on her number go: nobody writes to it.

    What she was still to be told about her consents goes with them.
    """
    db.session.execute(delete(OwedNotice).where(OwedNotice.customer_id == event.customer_id))
    hers: ColumnElement[bool] = Message.customer_id == event.customer_id
    reports: ColumnElement[bool] = MessageReport.message_id.in_(select(Message.id).where(hers))
    if event.phones:
        hers = or_(hers, and_(Message.customer_id.is_(None), Message.address.in_(event.phones)))
        # Reports on messages that a restore took away name the number, too.
        raw = cast(MessageReport.raw, Text)
        reports = or_(
            MessageReport.message_id.in_(select(Message.id).where(hers)),
            *(raw.contains(phone, autoescape=True) for phone in event.phones),
        )
        db.session.execute(delete(AddressBlock).where(AddressBlock.address.in_(event.phones)))
    ids = select(Message.id).where(hers)
    db.session.execute(update(MessageAttempt).where(MessageAttempt.message_id.in_(ids)).values(detail=None))
    db.session.execute(update(MessageReport).where(reports).values(raw={}))
    waiting = update(Message).where(hers, Message.state.in_([state.value for state in WAITING]))
    db.session.execute(
        waiting.values(state=State.CANCELED.value, reason="canceled", due_at=None, ended_at=clock.now()),
        execution_options={"synchronize_session": False},
    )
    db.session.execute(
        update(Message).where(hers).values(customer_id=None, owner_id=None, address=None, body="", digest=None),
        execution_options={"synchronize_session": False},
    )
