"""What tests and demos tell the simulator and ask it: its script, and what it accepted. Demo mode only."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, jsonify, request

from backend.core.errors import TooLarge
from sms.simulator import script
from sms.simulator.api import ledger

LARGEST: Final = 64 * 1024

blueprint = Blueprint("simulator_control", __name__, url_prefix="/simulator")


@blueprint.get("/script")
def show() -> Response:
    """Return the script in force, with everything that it left out."""
    return _json(script.to_text(ledger().script()))


@blueprint.put("/script")
def follow() -> Response:
    """Follow another script; `{}` is a day on which nothing goes wrong. 422 names each field in the way."""
    if (request.content_length or 0) > LARGEST:
        raise TooLarge
    text = request.get_data().decode("utf-8", errors="replace")
    return _json(script.to_text(ledger().keep_script(text)))


@blueprint.get("/acceptances")
def acceptances() -> Response:
    """Count calls by their fate and callbacks by theirs; list every text that one number was sent twice."""
    answer = jsonify(ledger().acceptances())
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _json(text: str) -> Response:
    return Response(text, content_type="application/json", headers={"Cache-Control": "no-store"})
