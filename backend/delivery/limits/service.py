"""Reading and setting the house's limits."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.core.ids import new_id
from backend.delivery.caps import Limits
from backend.delivery.limits.models import ContactLimits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.core.audit import Actor

DEFAULT: Final = Limits(per_day=2, per_week=5, per_month=12, complaint_days=14, return_days=3, same_content_days=7)
"""What holds until an admin sets something else."""

_NAMES: Final = tuple(asdict(DEFAULT))
_HISTORY: Final = 20


def limits() -> Limits:
    """Return what holds now."""
    columns = (getattr(ContactLimits, name) for name in _NAMES)
    row = db.session.execute(select(*columns).order_by(ContactLimits.id.desc()).limit(1)).first()
    return DEFAULT if row is None else Limits(**dict(zip(_NAMES, row, strict=True)))


def shown() -> dict[str, Any]:
    """Return what holds now, and who set what before, the last first."""
    rows = list(db.session.scalars(select(ContactLimits).order_by(ContactLimits.id.desc()).limit(_HISTORY)))
    return asdict(limits()) | {"history": rows}


def set_limits(data: Mapping[str, Any], *, acting_staff: Actor) -> None:
    """Set what `ContactLimitsData` read. Raises `ValidationFailed` where a day allows more than a week, and so on."""
    before, wanted = asdict(limits()), {name: data[name] for name in _NAMES}
    _check(wanted)
    changed = {name: value for name, value in wanted.items() if before[name] != value}
    if not changed:
        return
    row = ContactLimits(id=new_id(), set_at=clock.now(), set_by=acting_staff.staff_id, **wanted)
    db.session.add(row)
    detail = {"from": {name: before[name] for name in changed}, "to": changed}
    audit.record(acting_staff, "contact_limits.set", subject_kind="contact_limits", subject_id=row.id, detail=detail)


def _check(wanted: Mapping[str, Any]) -> None:
    errors = {}
    for shorter, longer in (("per_day", "per_week"), ("per_week", "per_month"), ("per_day", "per_month")):
        few, many = wanted[shorter], wanted[longer]
        if many is not None and few is not None and few > many:
            errors[shorter] = ["A shorter time cannot allow more than a longer one."]
    if errors:
        raise ValidationFailed(errors)
