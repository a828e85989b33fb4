"""The simulator's phone: what a customer would read, as a page and as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, render_template, request

from backend.core import clock
from backend.core.errors import ValidationFailed
from backend.delivery import describe
from sms.encoding import measure
from sms.simulator.api import store

if TYPE_CHECKING:
    from sms.simulator.store import Received

LANGUAGES: Final = ("ko", "en")
_ZONE: Final = ZoneInfo("Asia/Seoul")
_KOREA: Final = "+82"
_MOST: Final = 200
# 010-1234-5678, and 1588-0000 with the 0 that took the country code's place.
_MOBILE_DIGITS: Final = 11
_BUSINESS_DIGITS: Final = 9

blueprint = Blueprint(
    "simulator_phone", __name__, url_prefix="/simulator", template_folder="templates", static_folder="static"
)

_WORDS: Final = {
    "ko": {
        "title": "문자 시뮬레이터",
        "banner": "데모입니다. 실제 문자는 발송되지 않습니다.",
        "messages": "메시지",
        "nothing": "아직 받은 문자가 없습니다.",
        "how": "고객 카드에서 문자를 보내면 여기에 고객의 휴대폰 화면으로 나타납니다.",
        "choose": "왼쪽에서 대화를 선택하세요.",
        "back": "목록",
        "other": "English",
        "today": "오늘",
        "phone": "고객 휴대폰",
        "segments": "건",
        "read_only": "이 번호로는 답장할 수 없습니다",
    },
    "en": {
        "title": "Text simulator",
        "banner": "This is a demo. No real texts are sent.",
        "messages": "Messages",
        "nothing": "No texts have arrived yet.",
        "how": "Send a text from a customer's card, and it appears here as on the customer's phone.",
        "choose": "Choose a conversation on the left.",
        "back": "List",
        "other": "한국어",
        "today": "Today",
        "phone": "Customer's phone",
        "segments": " segments",
        "read_only": "This number takes no replies",
    },
}


@blueprint.get("")
def page() -> Response:
    """Show the phones that got texts, and one of them opened (`?to=+8210…`)."""
    language = _language()
    chosen = request.args.get("to") or ""
    words = _WORDS[language]
    html = render_template(
        "simulator/phone.html",
        words=words,
        language=language,
        other="en" if language == "ko" else "ko",
        chosen=chosen,
        conversations=[_conversation(each, words) for each in store().conversations()],
        days=_by_day(store().on_phone(chosen), words) if chosen else [],
        person=pretty(chosen),
    )
    return Response(html, headers={"Cache-Control": "no-store"})


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


def _by_day(messages_: list[Received], words: dict[str, str]) -> list[dict[str, Any]]:
    days: dict[str, list[dict[str, Any]]] = {}
    today = clock.now().astimezone(_ZONE).date()
    for message in messages_:
        local = message.at.astimezone(_ZONE)
        day = words["today"] if local.date() == today else local.strftime("%Y.%m.%d")
        days.setdefault(day, []).append(
            {
                "sid": message.sid,
                "status": message.status,
                "sender": pretty(message.sender or ""),
                "text": shown(message),
                "at": local.strftime("%H:%M"),
                "segments": message.segments,
                "encoding": measure(message.body).encoding,
            }
        )
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
