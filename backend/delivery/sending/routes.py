"""/sending and /batches: what steers sending, for the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from backend.core.db import db, run_in_unit_of_work
from backend.core.errors import ValidationFailed
from backend.core.http import Blueprint
from backend.delivery.sending import batches, lanes, switch, views
from backend.delivery.sending.schemas import (
    BatchSchema,
    LaneKeyData,
    RateData,
    SendingSchema,
    StartData,
    StopData,
)
from backend.organization import BusinessUnit, StaffRole, current_actor, hidden_units, require_staff

if TYPE_CHECKING:
    from collections.abc import Callable

    from backend.core.audit import Actor
    from backend.delivery.sending.models import MessageBatch

blueprint = Blueprint("sending", __name__, description="What steers sending: batches, rates, the switch")

LOOKERS: Final = (StaffRole.MANAGER, StaffRole.MARKETER, StaffRole.ADMIN)
STEERERS: Final = (StaffRole.MARKETER, StaffRole.ADMIN)


@blueprint.route("/sending")
@blueprint.response(200, SendingSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
def get_sending() -> dict[str, Any]:
    """What is stopped, how fast each sender may be, the batches, and what nobody knows (manager, marketer, admin)."""
    require_staff(*LOOKERS)
    return views.sending()


@blueprint.route("/sending/stop", methods=["POST"])
@blueprint.arguments(StopData)
@blueprint.response(200, SendingSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
def stop_sending(data: dict[str, Any]) -> dict[str, Any]:
    """Stop a channel or all at once (manager, marketer, admin): nothing is handed over from then on."""
    require_staff(*LOOKERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: switch.stop(data["channel"], note=data["note"], actor=actor))
    return views.sending()


@blueprint.route("/sending/start", methods=["POST"])
@blueprint.arguments(StartData)
@blueprint.response(200, SendingSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
def start_sending(data: dict[str, Any]) -> dict[str, Any]:
    """Let go on what was stopped (marketer, admin)."""
    require_staff(*STEERERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: switch.start(data["channel"], actor=actor))
    return views.sending()


@blueprint.route("/sending/lanes", methods=["PUT"])
@blueprint.arguments(RateData)
@blueprint.response(200, SendingSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(422, description="There is no such sender")
def put_rate(data: dict[str, Any]) -> dict[str, Any]:
    """Set how fast a sender may be (admin)."""
    require_staff(StaffRole.ADMIN)
    sender, rate, actor = _sender(data["sender"]), {"rate": data["rate"], "burst": data["burst"]}, current_actor()
    run_in_unit_of_work(lambda: lanes.set_rate(data["channel"], sender, **rate, actor=actor))
    return views.sending()


@blueprint.route("/sending/lanes/pause", methods=["POST"])
@blueprint.arguments(LaneKeyData)
@blueprint.response(200, SendingSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(422, description="There is no such sender")
def pause_lane(data: dict[str, Any]) -> dict[str, Any]:
    """Hold back all that a sender would send on a channel (marketer, admin)."""
    require_staff(*STEERERS)
    sender, actor = _sender(data["sender"]), current_actor()
    run_in_unit_of_work(lambda: lanes.pause(data["channel"], sender, reason="by_hand", actor=actor))
    return views.sending()


@blueprint.route("/sending/lanes/resume", methods=["POST"])
@blueprint.arguments(LaneKeyData)
@blueprint.response(200, SendingSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="It was never paused")
@blueprint.alt_response(422, description="There is no such sender")
def resume_lane(data: dict[str, Any]) -> dict[str, Any]:
    """Let a sender send again (marketer, admin)."""
    require_staff(*STEERERS)
    key, actor = lanes.lane_id(data["channel"], _sender(data["sender"])), current_actor()
    run_in_unit_of_work(lambda: lanes.resume(key, actor=actor))
    return views.sending()


@blueprint.route("/batches/<batch_id>/pause", methods=["POST"])
@blueprint.response(200, BatchSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such batch")
@blueprint.alt_response(409, description="It has ended")
def pause_batch(batch_id: str) -> dict[str, Any]:
    """Hold back what has not left (marketer, admin)."""
    return _steer(batch_id, lambda batch, actor: batches.pause(batch, actor=actor))


@blueprint.route("/batches/<batch_id>/resume", methods=["POST"])
@blueprint.response(200, BatchSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such batch")
@blueprint.alt_response(409, description="It has ended")
def resume_batch(batch_id: str) -> dict[str, Any]:
    """Go on where it stopped (marketer, admin)."""
    return _steer(batch_id, lambda batch, actor: batches.resume(batch, actor=actor))


@blueprint.route("/batches/<batch_id>/cancel", methods=["POST"])
@blueprint.response(200, BatchSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such batch")
@blueprint.alt_response(409, description="It has ended")
def cancel_batch(batch_id: str) -> dict[str, Any]:
    """Take back all that has not left, for good (marketer, admin)."""
    return _steer(batch_id, lambda batch, actor: batches.cancel(batch, actor=actor))


def _steer(batch_id: str, act: Callable[[MessageBatch, Actor], MessageBatch]) -> dict[str, Any]:
    require_staff(*STEERERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: act(views.batch(batch_id), actor))
    return views.described(views.batch(batch_id))


def _sender(code: str | None) -> str | None:
    """Return the id of a business unit that one may see. Raises `ValidationFailed`."""
    if code is None:
        return None
    found = db.session.scalar(select(BusinessUnit.id).where(BusinessUnit.code == code))
    if found is None or found in hidden_units():
        raise ValidationFailed({"sender": ["There is no business unit of this code."]})
    return found
