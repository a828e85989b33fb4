"""What people are owed to be told, as the desk reads it: whose, by when, how late, what became of it, told by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core import clock
from backend.core.db import db
from backend.customers import Customer, shown_words
from backend.delivery.models import Message, OwedNotice
from backend.delivery.notices import may_be_told_otherwise
from backend.organization import BusinessUnit, Staff, StaffRole, current_viewer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

TELLERS = (StaffRole.MANAGER, StaffRole.ADMIN)
"""Who may note that somebody was told in another way: marketers have no number to call."""

_COLUMNS = (
    *("id", "kind", "customer_id", "channel", "night", "granted", "entry_id", "said_at", "due_by", "state", "reason"),
    *("message_id", "told_how"),
)


def described(page: Sequence[OwedNotice]) -> list[dict[str, Any]]:
    """Notices with the names of whoever they concern: one look-up for each kind of name, however many notices."""
    people = _named(select(Customer.id, Customer.name).where(Customer.id.in_({each.customer_id for each in page})))
    units = _named(select(BusinessUnit.id, BusinessUnit.code).where(BusinessUnit.id.in_(_of(page, "sender_id"))))
    staff = _named(select(Staff.id, Staff.name).where(Staff.id.in_(_of(page, "told_by"))))
    sent = _named(select(Message.id, Message.sent_at).where(Message.id.in_(_of(page, "message_id"))))
    teller, now = current_viewer().role in TELLERS, clock.now()
    return [
        {name: getattr(each, name) for name in _COLUMNS}
        | {
            "customer": {"id": each.customer_id, "name": people.get(each.customer_id, "")},
            "sender": units.get(each.sender_id or ""),
            "sent_at": sent.get(each.message_id or ""),
            "told_note": shown_words(each.told_note),
            "told_at": each.ended_at if each.state == "told" else None,
            "told_by": staff.get(each.told_by or ""),
            "late": _is_late(each, now),
            "may_tell": teller and may_be_told_otherwise(each),
        }
        for each in page
    ]


def _is_late(notice: OwedNotice, now: datetime) -> bool:
    """Whether the day has passed without her being told, or had when she was."""
    told = notice.ended_at if notice.state == "told" else None
    return (told or now) > notice.due_by


def _of(page: Sequence[OwedNotice], column: str) -> set[str]:
    return {value for each in page if (value := getattr(each, column)) is not None}


def _named(query: Any) -> dict[str, Any]:  # noqa: ANN401 - a statement of two columns
    return {row[0]: row[1] for row in db.session.execute(query)}
