"""The simulator's phone: what a customer would read, as a page and as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for

from backend.core import clock
from backend.core.errors import ValidationFailed
from backend.delivery import describe
from backend.settings import current_settings
from sms.encoding import measure
from sms.simulator.api import store
from sms.simulator.phone_words import LANGUAGES, WORDS
from sms.simulator.replies import ANSWERS, LONGEST, TWO_WAY, Replies, answer

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from sms.simulator.replies import Reply
    from sms.simulator.store import Received

_ZONE: Final = ZoneInfo("Asia/Seoul")
_KOREA: Final = "+82"
_MOST: Final = 200
# 010-1234-5678, and 1588-0000 with the 0 that took the country code's place.
_MOBILE_DIGITS: Final = 11
_BUSINESS_DIGITS: Final = 9

blueprint = Blueprint(
    "simulator_phone", __name__, url_prefix="/simulator", template_folder="templates", static_folder="static"
)


@blueprint.get("")
def page() -> Response:
    """Show the phones that got texts, and one of them opened (`?to=+8210…`)."""
    language = _language()
    chosen = request.args.get("to") or ""
    words = WORDS[language]
    html = render_template(
        "simulator/phone.html",
        words=words,
        language=language,
        other="en" if language == "ko" else "ko",
        chosen=chosen,
        conversations=[_conversation(each, words) for each in store().conversations()],
        days=_by_day(_bubbles(chosen, words), words) if chosen else [],
        person=pretty(chosen),
        answers=bool(chosen) and _takes_answers(chosen),
        longest=LONGEST,
    )
    return Response(html, headers={"Cache-Control": "no-store"})


@blueprint.post("/replies")
def reply() -> ResponseReturnValue:
    """Send an answer from a phone (`to`, its number, and `body`) to whoever texted it last; then show the phone."""
    chosen, body = request.form.get("to", ""), request.form.get("body", "").replace("\r\n", "\n").strip()
    last = next(iter(store().on_phone(chosen, 1)), None)
    problems = {
        "to": [] if last and _takes_answers(chosen) else ["This phone has no text that it could answer."],
        "body": [] if 0 < len(body) <= LONGEST else [f"Write 1 to {LONGEST} characters."],
    }
    if last is None or any(problems.values()):
        raise ValidationFailed({field: texts for field, texts in problems.items() if texts})
    answer(current_settings().simulator_database, last, body)
    return redirect(url_for("simulator_phone.page", lang=_language(), to=chosen), 303)


@blueprint.get("/messages")
def messages() -> Response:
    """List what was taken, the newest first: `?to=` one number, `?limit=` (200 at most)."""
    limit = request.args.get("limit", "50")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:6]) <= _MOST):
        raise ValidationFailed({"limit": [f"Give a number from 1 to {_MOST}."]})
    found = store().find(recipient=request.args.get("to"), limit=int(limit))
    response = jsonify({"items": [_view(each) for each in found]})
    response.headers["Cache-Control"] = "no-store"
    return response


def shown(message: Received) -> str:
    """Return the text as a Korean phone shows it, with the mark that networks put before texts from computers."""
    if not message.recipient.startswith(_KOREA):
        return message.body
    domestic = (message.sender or "").startswith(_KOREA) or not message.sender
    return f"{'[Web발신]' if domestic else '[국제발신]'}\n{message.body}"


def pretty(number: str) -> str:
    """Return a number as people write it, Korean ones without country code."""
    if number.startswith(_KOREA):
        local = f"0{number.removeprefix(_KOREA)}"
        if len(local) == _MOBILE_DIGITS:
            return f"{local[:3]}-{local[3:7]}-{local[7:]}"
        if len(local) == _BUSINESS_DIGITS:
            return f"{local[1:5]}-{local[5:]}"
        return local
    return number


def _language() -> str:
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return asked
    return request.accept_languages.best_match(LANGUAGES, "ko") or "ko"


def _conversation(message: Received, words: dict[str, str]) -> dict[str, Any]:
    local = message.at.astimezone(_ZONE)
    today = clock.now().astimezone(_ZONE).date()
    return {
        "to": message.recipient,
        "person": pretty(message.recipient),
        "sender": pretty(message.sender or ""),
        "last": " ".join(message.body.split())[:60],
        "at": local.strftime("%H:%M") if local.date() == today else local.strftime("%m.%d"),
        "known": describe(message.recipient).country or words["phone"],
    }


def _takes_answers(number: str) -> bool:
    return describe(number).country in TWO_WAY


def _bubbles(number: str, words: dict[str, str]) -> list[dict[str, Any]]:
    """Put what came and what was answered in one order."""
    theirs = [_bubble(each, words) for each in store().on_phone(number)]
    for each in Replies(current_settings().simulator_database).of_phone(number):
        theirs += _answer_bubbles(each, words)
    return sorted(theirs, key=lambda bubble: bubble["moment"])


def _bubble(message: Received, words: dict[str, str]) -> dict[str, Any]:
    unit = words["segment" if message.segments == 1 else "segments"]
    return {
        "sid": message.sid,
        "side": "theirs",
        "status": message.status,
        "state": words.get(message.status, message.status),
        "sender": pretty(message.sender or ""),
        "text": shown(message),
        "moment": message.at,
        "note": f"{measure(message.body).encoding} · {message.segments}{unit}",
    }


def _answer_bubbles(reply: Reply, words: dict[str, str]) -> list[dict[str, Any]]:
    moment = datetime.fromtimestamp(reply.at, UTC)
    common = {"status": reply.state, "sender": pretty(reply.ours), "moment": moment}
    own = common | {"sid": reply.sid, "side": "ours", "state": words[f"reply_{reply.state}"], "text": reply.body}
    own["note"] = words["own"]
    if reply.word is None:
        return [own]
    carrier = common | {"sid": f"{reply.sid}-answer", "side": "theirs", "state": words["delivered"]}
    return [own, carrier | {"text": ANSWERS[reply.word], "note": words["by_carrier"]}]


def _by_day(bubbles: list[dict[str, Any]], words: dict[str, str]) -> list[dict[str, Any]]:
    days: dict[str, list[dict[str, Any]]] = {}
    today = clock.now().astimezone(_ZONE).date()
    for bubble in bubbles:
        local = bubble["moment"].astimezone(_ZONE)
        day = words["today"] if local.date() == today else local.strftime("%Y.%m.%d")
        days.setdefault(day, []).append(bubble | {"at": local.strftime("%H:%M")})
    return [{"day": day, "messages": each} for day, each in days.items()]


def _view(message: Received) -> dict[str, Any]:
    return {
        "sid": message.sid,
        "to": message.recipient,
        "from": message.sender,
        "body": message.body,
        "shown": shown(message),
        "status": message.status,
        "error_code": message.error_code,
        "segments": message.segments,
        "created_at": clock.rfc3339(message.at),
        "updated_at": clock.rfc3339(datetime.fromtimestamp(message.updated_at, UTC)),
    }
