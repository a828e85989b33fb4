"""How far sending is: counts by index, so that a desk that looks every second costs next to nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, func, select, true

from backend.core import clock
from backend.core.db import db, table_of
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.delivery.models import Message
from backend.delivery.sending.models import MessageBatch, SendingLane, SendingSwitch
from backend.delivery.states import State
from backend.delivery.taking import is_in
from backend.organization import BusinessUnit, Staff, hidden_units

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN: Final = 50
"""Batches on the screen, the newest first."""

_PACE_OVER: Final = timedelta(minutes=1)
_HANDED_OVER: Final = (State.ACCEPTED, State.SENT, State.DELIVERED, State.FAILED, State.UNDELIVERED, State.UNKNOWN)
_LEFT: Final = (State.QUEUED, State.HELD)
_MESSAGES: Final = table_of(Message)


def sending() -> dict[str, Any]:
    """Return everything that the screen shows, in the shape of `SendingSchema`."""
    batches = db.session.scalars(
        select(MessageBatch).where(_shown(MessageBatch.sender_id)).order_by(MessageBatch.id.desc()).limit(SHOWN)
    ).all()
    lanes = db.session.scalars(select(SendingLane).where(_lane_shown()).order_by(SendingLane.id)).all()
    switches = db.session.scalars(select(SendingSwitch).order_by(SendingSwitch.channel)).all()
    units = {row.id: row for row in db.session.scalars(select(BusinessUnit).where(_shown(BusinessUnit.id)))}
    paused = [*(each.paused_by for each in batches), *(each.paused_by for each in lanes)]
    names = _names([*paused, *(each.stopped_by for each in switches)])
    return {
        "stopped": [{"switch": each, "by": names.get(each.stopped_by or "")} for each in switches],
        "lanes": [_lane(each, units, names) for each in lanes],
        "senders": sorted(units.values(), key=lambda unit: unit.code),
        "batches": _batches(batches, units, names),
        "doubtful": _unknown(),
    }


def batch(batch_id: str) -> MessageBatch:
    """Return one batch for whoever looks. Raises `NotFound`."""
    query = select(MessageBatch).where(MessageBatch.id == batch_id, _shown(MessageBatch.sender_id))
    found = db.session.scalars(query).one_or_none() if is_id(batch_id) else None
    if found is None:
        raise NotFound
    return found


def described(found: MessageBatch) -> dict[str, Any]:
    """Return one batch in the shape of `BatchSchema`."""
    unit = db.session.get(BusinessUnit, found.sender_id)
    units = {} if unit is None else {unit.id: unit}
    return _batches([found], units, _names([found.paused_by]))[0]


def _shown(column: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    units = hidden_units()
    return column.not_in(units) if units else true()


def _lane_shown() -> ColumnElement[bool]:
    return SendingLane.sender_id.is_(None) | _shown(SendingLane.sender_id)


def _names(ids: Sequence[str | None]) -> dict[str, str]:
    wanted = {each for each in ids if each}
    query = select(Staff.id, Staff.name).where(Staff.id.in_(wanted))
    return {row.id: row.name for row in db.session.execute(query)} if wanted else {}


def _lane(lane: SendingLane, units: dict[str, BusinessUnit], names: dict[str, str]) -> dict[str, Any]:
    unit = units.get(lane.sender_id or "")
    return {
        "lane": lane,
        "sender": unit.code if unit else None,
        "by": names.get(lane.paused_by or ""),
    }


def _batches(
    batches: Sequence[MessageBatch], units: dict[str, BusinessUnit], names: dict[str, str]
) -> list[dict[str, Any]]:
    """Count the states of all of them in one statement (ix_message_batch), and the pace of what runs in another."""
    ids = [each.id for each in batches]
    counts: dict[str, dict[str, int]] = {each: {} for each in ids}
    query = select(_MESSAGES.c.batch_id, _MESSAGES.c.state, func.count()).where(_MESSAGES.c.batch_id.in_(ids))
    for batch_id, state, count in db.session.execute(query.group_by(_MESSAGES.c.batch_id, _MESSAGES.c.state)):
        counts[batch_id][state] = count
    paces = _paces([each.id for each in batches if each.state == "running"])
    return [
        {
            "batch": each,
            "sender": units[each.sender_id].code if each.sender_id in units else None,
            "by": names.get(each.paused_by or ""),
            "counts": counts[each.id],
            "size": sum(counts[each.id].values()),
            "left": sum(counts[each.id].get(state.value, 0) for state in _LEFT),
            "per_minute": paces.get(each.id, 0),
        }
        for each in batches
    ]


def _paces(ids: Sequence[str]) -> dict[str, int]:
    """How many of each batch were handed over within the last minute."""
    if not ids:
        return {}
    query = select(_MESSAGES.c.batch_id, func.count()).where(
        _MESSAGES.c.batch_id.in_(ids),
        _MESSAGES.c.state.in_([state.value for state in _HANDED_OVER]),
        _MESSAGES.c.decided_at > clock.now() - _PACE_OVER,
    )
    return {row[0]: row[1] for row in db.session.execute(query.group_by(_MESSAGES.c.batch_id))}


def _unknown() -> dict[str, int]:
    """How many of unknown outcome are still looked for, and how many nobody will know (ix_message_lookup)."""
    sought = func.count(Message.due_at)
    row = db.session.execute(select(func.count(), sought).select_from(Message).where(is_in(State.UNKNOWN))).one()
    return {"sought": row[1], "final": row[0] - row[1]}
