"""How things are with pushes for one person: what the settings screen shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core.db import db
from backend.delivery import reason_text
from backend.organization import StaffRole
from backend.push import telling
from backend.push.keys import current_keys
from backend.push.kinds import kinds
from backend.push.models import PushFault, PushSubscription, PushWish

if TYPE_CHECKING:
    from backend.organization import Person


def of(person: Person, *, language: str) -> dict[str, Any]:
    """Return what `PushStateSchema` shows, in four statements."""
    keys, wish = current_keys(), db.session.get(PushWish, person.id)
    muted = wish.muted if wish else []
    hers = select(PushSubscription).where(PushSubscription.staff_id == person.id).order_by(PushSubscription.id)
    return {
        "key": keys.application_key if keys else None,
        "kinds": [
            {"name": kind.name, "on": kind.name not in muted}
            for kind in kinds().values()
            if kind.chosen and person.role in kind.roles
        ],
        "quiet_from": wish.quiet_from if wish else None,
        "quiet_until": wish.quiet_until if wish else None,
        "time_zone": wish.time_zone if wish else None,
        "subscriptions": list(db.session.scalars(hers)),
        "unseen": telling.unseen(person.id),
        "faults": _faults(language) if person.role == StaffRole.ADMIN else [],
    }


def _faults(language: str) -> list[dict[str, Any]]:
    rows = db.session.scalars(select(PushFault).order_by(PushFault.service))
    return [
        {
            "service": row.service,
            "reason": row.reason,
            "reason_text": reason_text(row.reason, language),
            "code": row.code,
            "since": row.since,
            "count": row.count,
        }
        for row in rows
    ]
