"""Reading and setting what holds for all points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.core import audit
from backend.core.db import db
from backend.loyalty.programme.models import THE_ONE, LoyaltyProgramme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.core.audit import Actor
    from backend.core.events import DatabasePrepared


def programme() -> LoyaltyProgramme:
    """The settings as they stand; those of a new house where nothing was ever set."""
    found = db.session.get(LoyaltyProgramme, THE_ONE)
    if found is None:
        found = LoyaltyProgramme()
        db.session.add(found)
        db.session.flush()
    return found


def set_programme(data: Mapping[str, Any], *, acting_staff: Actor) -> LoyaltyProgramme:
    """Set what `ProgrammeData` read; tablets hear of it with their next pull."""
    settings = programme()
    before = {name: getattr(settings, name) for name in data}
    changed = {name: value for name, value in data.items() if before[name] != value}
    for name, value in changed.items():
        setattr(settings, name, value)
    if changed:
        detail = {"from": {name: before[name] for name in changed}, "to": changed}
        subject = {"subject_kind": "loyalty_programme", "subject_id": THE_ONE}
        audit.record(acting_staff, "points.programme", **subject, detail=detail)
    return settings


def prepare(_event: DatabasePrepared) -> None:
    """Have tablets find the settings of a new house."""
    programme()
