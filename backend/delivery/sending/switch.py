"""The switch outside the worker: what is thrown here is claimed no more, by no worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select, text

from backend.core import audit
from backend.core.db import db
from backend.delivery import wake
from backend.delivery.sending.models import SendingSwitch

if TYPE_CHECKING:
    from collections.abc import Collection

    from backend.delivery.rules import ChannelName

ALL: Final = "*"
_CLAIMING: Final = 7_236_118
"""The advisory lock that claims share on PostgreSQL and throwing the switch takes alone: it waits them out."""


def open_channels(channels: Collection[ChannelName]) -> list[ChannelName]:
    """Return those that may be claimed from, within the claiming transaction, which stopping then waits for."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(f"SELECT pg_advisory_xact_lock_shared({_CLAIMING})"))
    stopped = stopped_channels()
    return [] if ALL in stopped else [each for each in channels if each not in stopped]


def stopped_channels() -> set[str]:
    """Return what is stopped, as `*` for everything."""
    return set(db.session.scalars(select(SendingSwitch.channel)))


def stop(channel: str | None, *, note: str | None, actor: audit.Actor) -> None:
    """Stop a channel, or all; once this is committed nothing is claimed. What is under way ends by itself."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(f"SELECT pg_advisory_xact_lock({_CLAIMING})"))
    name = channel or ALL
    if db.session.get(SendingSwitch, name) is None:
        db.session.add(SendingSwitch(channel=name, note=note, stopped_by=actor.staff_id))
        audit.record(
            actor, "sending.stop", subject_kind="channel", subject_id=None, detail={"channel": name, "note": note}
        )


def start(channel: str | None, *, actor: audit.Actor) -> None:
    """Let a channel go on, or all of them."""
    name = channel or ALL
    switch = db.session.get(SendingSwitch, name)
    if switch is not None:
        db.session.delete(switch)
        wake.call_workers()
        audit.record(actor, "sending.start", subject_kind="channel", subject_id=None, detail={"channel": name})
