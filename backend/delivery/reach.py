"""Who of many members may be written to or called, and why the others may not: the gate's lasting answers in SQL.

For counting an audience and for freezing one. What passes (night, too many lately, a complaint) is no part of it, nor
is what a foreign number tells: the gate itself is asked about each message. A test compares the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, case, exists, func, null, or_, select

from backend import consent
from backend.core import clock
from backend.core.db import db
from backend.customers import Customer
from backend.delivery.models import AddressBlock

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    from backend.delivery.rules import ChannelName


class Reach(NamedTuple):
    """How many of some members may be contacted, and why how many others may not: {code of `reasons`: members}."""

    reachable: int
    reasons: dict[str, int]


def why_not(sender_id: str, *, channel: ChannelName = "sms") -> ColumnElement[str | None]:
    """The code of why `sender_id` may not advertise to her on `channel`, NULL where it may: over the table `customer`.

    In the order of `rules.may_contact`.
    """
    now = clock.now()
    ruled_out: list[tuple[ColumnElement[bool], str]] = [
        (Customer.suspended_at.is_not(None), "processing_suspended"),
        (Customer.phone.is_(None), "no_phone"),
    ]
    if channel == "sms":
        ruled_out += [(_is_landline(), "landline"), (_is_blocked(channel, "bad"), "number_suppressed")]
    return case(
        *ruled_out,
        (or_(_is_blocked(channel, "refused", sender_id), consent.has_refused(channel, sender_id)), "refused"),
        (consent.is_child(now), "under_14"),
        (consent.has_agreed(channel, sender_id, confirmed_before=now), null()),
        (consent.has_agreed(channel, sender_id), "reconfirmation_due"),
        (consent.is_existing_customer(sender_id, now), null()),
        else_="no_consent",
    )


def reach_of(members: Select[str], sender_id: str, *, channel: ChannelName = "sms") -> Reach:
    """Count whom of `members` (a select of their ids, each once) `sender_id` may reach: one statement."""
    chosen = members.subquery()
    reason = why_not(sender_id, channel=channel).label("reason")
    asked = select(reason).join_from(chosen, Customer, Customer.id == next(iter(chosen.c))).subquery()
    found = db.session.execute(select(asked.c.reason, func.count()).group_by(asked.c.reason))
    counted: dict[str | None, int] = dict(iter(found))
    reachable = counted.pop(None, 0)
    return Reach(reachable, {code: number for code, number in counted.items() if code is not None})


def _is_landline() -> ColumnElement[bool]:
    """A Korean number that takes no texts; 050 forwards them."""
    phone = Customer.phone
    return and_(phone.like("+82%"), phone.not_like("+821%"), phone.not_like("+8250%"))


def _is_blocked(channel: str, kind: str, sender_id: str | None = None) -> ColumnElement[bool]:
    """Whether something is known against her number; a refusal that names no sender means all. By uq_address_block."""
    known = [AddressBlock.channel == channel, AddressBlock.address == Customer.phone, AddressBlock.kind == kind]
    if kind == "refused":
        known.append(or_(AddressBlock.sender_id.is_(None), AddressBlock.sender_id == sender_id))
    return exists().where(*known)
