"""Asking for a correction, and what becomes of it: applied at once, or above a limit by a second person's word."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from backend.core import audit, clock
from backend.core.db import TryAgain, db, is_duplicate
from backend.core.errors import Conflict, Forbidden, ValidationFailed
from backend.core.ids import new_id
from backend.customers import get_customer, hold
from backend.loyalty.corrections import access
from backend.loyalty.corrections.models import PointsCorrection
from backend.loyalty.programme.service import programme
from backend.loyalty.service import adjust
from backend.organization import BusinessUnit, StaffRole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.core.audit import Actor
    from backend.organization import Person

_DAY = timedelta(days=1)


class OwnCorrection(Forbidden):
    """A second person has to say to this, not the one who asked for it."""

    code = "own_correction"


class CorrectionDecided(Conflict):
    """What became of this correction is decided already."""

    code = "correction_decided"


class AlreadyUndone(Conflict):
    """This correction was taken back already, or is one that takes another back."""

    code = "already_undone"


def ask(customer_id: str, data: Mapping[str, Any], *, person: Person, acting_staff: Actor) -> PointsCorrection:
    """Correct a member's points as `CorrectionData` read it, or have it wait for a second person.

    Raises `NotFound`, `Forbidden` for another's unit, and `ValidationFailed` for an unknown one.
    """
    now = get_customer(customer_id).id
    hold([now])
    made = PointsCorrection(
        id=new_id(),
        customer_id=now,
        points=data["points"],
        business_unit_id=_unit_id(data.get("business_unit"), person),
        reason=data["reason"],
        expires_on=data.get("expires_on") if data["points"] > 0 else None,
        asked_by=person.id,
    )
    return _begin(made, person=person, acting_staff=acting_staff)


def undo(correction_id: str, *, person: Person, acting_staff: Actor) -> PointsCorrection:
    """Ask for the opposite of one that was applied, once. Raises `NotFound`, `CorrectionDecided`, `AlreadyUndone`."""
    found = _held(correction_id, person)
    if found.state != "applied":
        raise CorrectionDecided(state=found.state)
    undone = select(PointsCorrection.id).where(
        PointsCorrection.undoes_id == found.id, PointsCorrection.state.in_(("waiting", "applied"))
    )
    if found.undoes_id is not None or db.session.scalar(undone) is not None:
        raise AlreadyUndone
    made = PointsCorrection(
        id=new_id(),
        customer_id=found.customer_id,
        points=-found.points,
        business_unit_id=found.business_unit_id,
        reason=found.reason,
        asked_by=person.id,
        undoes_id=found.id,
    )
    made.owner_id = found.owner_id
    return _begin(made, person=person, acting_staff=acting_staff)


def decide(
    correction_id: str, *, approved: bool, note: str | None, person: Person, acting_staff: Actor
) -> PointsCorrection:
    """Approve or decline what somebody else asked for. Raises `NotFound`, `OwnCorrection` and `CorrectionDecided`."""
    found = _held(correction_id, person)
    if found.asked_by == person.id:
        raise OwnCorrection
    _end(found, note=note, person=person)
    if approved:
        _apply(found, acting_staff=acting_staff)
    else:
        found.state = "declined"
    _tell(found, "points.correction_approved" if approved else "points.correction_declined", acting_staff)
    return found


def withdraw(correction_id: str, *, person: Person, acting_staff: Actor) -> PointsCorrection:
    """Take back what one asked for oneself. Raises `NotFound`, `Forbidden` and `CorrectionDecided`."""
    found = _held(correction_id, person)
    if found.asked_by != person.id:
        raise Forbidden
    _end(found, note=None, person=person)
    found.state = "withdrawn"
    _tell(found, "points.correction_withdrawn", acting_staff)
    return found


def limit_of(person: Person, customer_id: str | None = None) -> int:
    """How many points the person corrects without a second one: of one member, in a day.

    Of the member `customer_id`, how many are left of them.
    """
    settings = programme()
    limit = settings.admin_alone if person.role == StaffRole.ADMIN else settings.manager_alone
    return limit if customer_id is None else max(limit - _alone_lately(customer_id, person), 0)


def waiting_for(person: Person) -> int:
    """How many corrections wait for this person's word (ix_points_correction_waiting)."""
    waiting = access.corrections(person, state="waiting").where(PointsCorrection.asked_by != person.id)
    count = select(func.count()).select_from(waiting.options().order_by(None).subquery())
    return db.session.scalar(count) or 0 if person.role == StaffRole.ADMIN else 0


def _begin(made: PointsCorrection, *, person: Person, acting_staff: Actor) -> PointsCorrection:
    """Apply it, or have it wait; what somebody splits into small ones counts together."""
    alone = abs(made.points) <= limit_of(person, made.customer_id)
    made.state = "waiting"
    db.session.add(made)
    try:
        db.session.flush()
    except IntegrityError as error:
        if is_duplicate(error):
            raise TryAgain from error
        raise
    _tell(made, "points.correction_asked", acting_staff)
    if alone:
        _apply(made, acting_staff=acting_staff)
    db.session.flush()
    return made


def _alone_lately(customer_id: str, person: Person) -> int:
    """How many points of the member the person corrected alone within a day."""
    query = select(func.sum(func.abs(PointsCorrection.points))).where(
        PointsCorrection.customer_id == customer_id,
        PointsCorrection.asked_by == person.id,
        PointsCorrection.state == "applied",
        PointsCorrection.decided_by.is_(None),
        PointsCorrection.asked_at > clock.now() - _DAY,
    )
    return int(db.session.scalar(query) or 0)


def _apply(found: PointsCorrection, *, acting_staff: Actor) -> None:
    found.state = "applied"
    found.entry_id = adjust(
        found.customer_id,
        found.points,
        business_unit_id=found.business_unit_id,
        reason=found.reason,
        expires_on=found.expires_on,
        owner_id=found.owner_id,
        acting_staff=acting_staff,
    )


def _end(found: PointsCorrection, *, note: str | None, person: Person) -> None:
    if found.state != "waiting":
        raise CorrectionDecided(state=found.state)
    found.decided_by, found.decided_at, found.note = person.id, clock.now(), note


def _held(correction_id: str, person: Person) -> PointsCorrection:
    """The correction while nobody else says anything to it, or writes to its member."""
    found = access.correction(correction_id, person)
    hold([found.customer_id])
    db.session.refresh(found, ["state", "customer_id"], with_for_update=True)
    return found


def _unit_id(code: str | None, person: Person) -> str:
    """The unit that a correction is charged to: a manager's own, for an admin the one that is named."""
    if person.role != StaffRole.ADMIN:
        if person.business_unit_id is None:
            raise Forbidden
        own = db.session.get_one(BusinessUnit, person.business_unit_id)
        if code not in {None, own.code}:
            raise Forbidden
        return own.id
    unit_id = db.session.scalar(select(BusinessUnit.id).where(BusinessUnit.code == code)) if code else None
    if unit_id is None:
        raise ValidationFailed({"business_unit": ["Name the business unit whose points they are."]})
    return unit_id


def _tell(found: PointsCorrection, action: str, acting_staff: Actor) -> None:
    detail = {"correction": found.id, "points": found.points}
    audit.record(acting_staff, action, subject_kind="customer", subject_id=found.customer_id, detail=detail)
