"""The thresholds: from which score a person is asked, and from which nobody needs to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.core import audit
from backend.core.db import db
from backend.unify.duplicates.models import DuplicateSettings
from backend.unify.duplicates.weights import DEFAULT_AUTOMATIC

if TYPE_CHECKING:
    from backend.core.audit import Actor

_ONLY = 1


def automatic_threshold() -> int:
    """From this score on two members are one without a question."""
    row = db.session.get(DuplicateSettings, _ONLY)
    return DEFAULT_AUTOMATIC if row is None else row.automatic_threshold


def set_automatic_threshold(value: int, *, acting_staff: Actor) -> None:
    """Set it; the edge has checked that `value` is above what a pair with a contradiction can reach."""
    row = db.session.get(DuplicateSettings, _ONLY, with_for_update=True)
    before = automatic_threshold()
    if row is None:
        db.session.add(DuplicateSettings(id=_ONLY, automatic_threshold=value))
    else:
        row.automatic_threshold = value
    detail = {"automatic_threshold": {"from": before, "to": value}}
    audit.record(acting_staff, "duplicate.settings", subject_kind="duplicate_settings", subject_id=None, detail=detail)
