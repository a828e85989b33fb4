"""/sms/refusals/080/UNIT, for whoever runs the 080 number: every request is signed with the unit's key."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from flask import request

from backend.core import clock, signing
from backend.core.db import run_in_unit_of_work
from backend.core.errors import ValidationFailed
from backend.core.http import Blueprint
from backend.core.throttle import Throttle
from backend.organization import look_as_system
from sms.refusals import numbers, units
from sms.refusals.numbers import BAD, Called
from sms.refusals.schemas import RefusalCallData, RefusalCallTakenSchema

if TYPE_CHECKING:
    from collections.abc import Callable

blueprint = Blueprint("refusal_calls", __name__, description="Refusals by 080 numbers, signed")
_REQUESTS = Throttle(burst=60, per_second=10)


def signed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let in whoever signed the request with the key of the business unit; before its body is looked at."""

    @wraps(view)
    def ask(unit: str) -> Any:  # noqa: ANN401 - the view's
        _REQUESTS.ask(f"{request.remote_addr} {unit[:40]}")
        units.check(unit, signing.as_it_came())
        look_as_system()
        return view(unit=unit)

    return ask


@blueprint.route("/sms/refusals/080/<unit>", methods=["POST"])
@signed
@blueprint.arguments(RefusalCallData)
@blueprint.response(200, RefusalCallTakenSchema)
@blueprint.alt_response(401, description="not_signed, not_timely")
@blueprint.alt_response(429, description="too_many_requests; Retry-After")
@blueprint.doc(parameters=signing.HEADERS)
def post_refusal_call(data: dict[str, Any], unit: str) -> dict[str, str]:
    """Write down that somebody refused by the unit's 080 number; the same number and time again change nothing."""
    if data["refused_at"] > clock.now():
        raise ValidationFailed({"refused_at": ["This time is in the future."]})
    evidence = {"reference": data["reference"]} if data["reference"] else {}
    called = Called(data["number"], data["refused_at"], evidence)
    outcome = run_in_unit_of_work(lambda: numbers.take(called, units.unit(unit).id))
    if outcome == BAD:
        raise ValidationFailed({"number": ["This is no phone number."]})
    return {"outcome": outcome}
