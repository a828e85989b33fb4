"""Twilio's Messages API as far as Dangol uses it: create, fetch, list. Demo mode only."""

from __future__ import annotations

import hmac
import time
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, jsonify, request

from backend.core import clock
from backend.delivery import describe
from backend.settings import current_settings
from sms.config import account_of
from sms.encoding import measure
from sms.simulator import faults, mishaps
from sms.simulator.ledger import Ledger
from sms.simulator.script import REPORTED_LATER
from sms.simulator.store import Order, Received, Store

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import MultiDict

API: Final = "2010-04-01"
LONGEST_BODY: Final = 1600
MOST_PER_PAGE: Final = 1000
_DIGITS: Final = 8

_SENTENCES: Final = {
    21211: "Invalid 'To' Phone Number: {}",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {}",
    21606: "The 'From' number is not a valid, message-capable number for this destination: {}",
    21610: "Attempt to send to unsubscribed recipient: {}",
    21612: "Message cannot be sent with the current combination of 'To' and 'From': {}",
    21614: "'To' number is not a valid mobile number: {}",
}

blueprint = Blueprint("simulator_api", __name__, url_prefix=f"/simulator/{API}/Accounts/<account>")


class _Refusal(Exception):
    """An answer in Twilio's form: its error code, HTTP status and sentence."""

    def __init__(self, code: int, status: int, sentence: str) -> None:
        self.code, self.status, self.sentence = code, status, sentence
        super().__init__(sentence)


@blueprint.errorhandler(_Refusal)
def _refused(error: _Refusal) -> tuple[Response, int]:
    more = f"https://www.twilio.com/docs/errors/{error.code}"
    body = {"code": error.code, "message": error.sentence, "more_info": more, "status": error.status}
    return jsonify(body), error.status


@blueprint.before_request
def _authenticate() -> None:
    expected = account_of(current_settings())
    given = request.authorization
    user, password = (given.username or "", given.password or "") if given else ("", "")
    if not (
        hmac.compare_digest(user.encode(), expected.sid.encode())
        and hmac.compare_digest(password.encode(), expected.token.encode())
    ):
        raise _Refusal(20003, 401, "Authenticate")
    if (request.view_args or {}).get("account") != expected.sid:
        raise _Refusal(20404, 404, f"The requested resource {request.path} was not found")


@blueprint.post("/Messages.json")
def create(account: str) -> ResponseReturnValue:
    """Take a message, or refuse it as Twilio would, or let happen what the script says."""
    order = _order(account, request.form)
    books, key = ledger(), faults.key_of(order.recipient, order.body)
    script, turn = books.script(), books.turn(key)
    fate = faults.fate_of_call(script, key, turn)
    if fate == faults.TAKEN and script.segments_per_second:
        room = books.has_room(order.segments, per_second=script.segments_per_second, now=clock.now().timestamp())
        fate = faults.TAKEN if room else faults.THROTTLED
    if not mishaps.accepts(fate):
        books.note_call(order.recipient, key, fate)
        return mishaps.answer(fate, seconds=script.silence_seconds, body="")
    code = _refuse_number(order, script.code_of(order.recipient), books, key)
    status = "accepted" if order.service else "queued"
    steps = faults.steps_of(script, key, first=status, code=code)
    message = store().take(order, status=status, steps=steps, now=clock.now().timestamp(), fate=fate)
    if faults.is_slow(script, key, turn):
        time.sleep(script.slow_seconds)
    answer = jsonify(_resource(message))
    if fate != faults.TAKEN:
        return mishaps.answer(fate, seconds=script.silence_seconds, body=answer.get_data(as_text=True))
    return answer, 201


def _refuse_number(order: Order, scripted: int | None, books: Ledger, key: str) -> int | None:
    """Refuse a number that takes no texts; return the code with which a message to it ends later, if any."""
    if scripted in REPORTED_LATER:
        return scripted
    kind = describe(order.recipient).kind
    code = scripted or {"invalid": 21211, "landline": 21614}.get(kind)
    if code is None and books.refuses(order.service or order.sender or "", order.recipient):
        code = 21610
    if code is None:
        return None
    books.note_call(order.recipient, key, faults.REFUSED)
    raise _Refusal(code, 400, _SENTENCES[code].format(order.recipient))


@blueprint.get("/Messages.json")
def listing(account: str) -> ResponseReturnValue:
    """List messages, the newest first, by To, From and DateSent (with < and > as Twilio has them)."""
    books, asked = ledger(), request.args.get("To", "")
    script, key = books.script(), faults.key_of("listing", asked)
    rolled = faults.roll(script, "listing", key, books.turn(key)) - script.listing.failing
    whole = rolled >= script.listing.truncated
    books.note_call(asked, key, "listed" if whole else "list_broken")
    if rolled < 0 or "PageToken" in request.args:
        return mishaps.answer("error_before", seconds=0, body="")
    size = _integer("PageSize", 50, most=MOST_PER_PAGE)
    page = _integer("Page", 0, most=1_000_000)
    since, until = _days(request.args)
    found = store().find(
        recipient=request.args.get("To"),
        sender=request.args.get("From"),
        since=since,
        until=until,
        taken_before=clock.now().timestamp() - script.listing.lag_seconds,
        offset=page * size,
        limit=size + 1,
    )
    path = f"/{API}/Accounts/{account}/Messages.json"
    more = f"{path}?PageSize={size}&Page={page + 1}" if len(found) > size else None
    shown = found[:size]
    if not whole:
        more, shown = f"{path}?PageSize={size}&Page={page + 1}&PageToken=PA0", shown[: len(shown) // 2]
    body = {"messages": [_resource(each) for each in shown], "page": page, "page_size": size}
    return jsonify(body | {"uri": path, "first_page_uri": f"{path}?PageSize={size}&Page=0", "next_page_uri": more})


@blueprint.get("/Messages/<sid>.json")
def fetch(account: str, sid: str) -> Response:  # noqa: ARG001 - part of the address
    """Return one message."""
    message = store().get(sid)
    if message is None:
        raise _Refusal(20404, 404, f"The requested resource {request.path} was not found")
    return jsonify(_resource(message))


def store() -> Store:
    """Return the simulator's memory as the settings place it."""
    return Store(current_settings().simulator_database)


def ledger() -> Ledger:
    """Return the simulator's books, in the same file."""
    return Ledger(current_settings().simulator_database)


def _order(account: str, form: MultiDict[str, str]) -> Order:
    recipient, body = form.get("To", ""), form.get("Body", "")
    if not recipient:
        raise _Refusal(21604, 400, "A 'To' phone number is required.")
    if not (form.get("From") or form.get("MessagingServiceSid")):
        raise _Refusal(21603, 400, "A 'From' phone number is required.")
    if not body:
        raise _Refusal(21602, 400, "Message body is required.")
    if len(body) > LONGEST_BODY:
        raise _Refusal(21617, 400, "The concatenated message body exceeds the 1600 character limit.")
    return Order(
        account=account,
        service=form.get("MessagingServiceSid"),
        sender=form.get("From") or current_settings().sms_sender,
        recipient=recipient,
        body=body,
        segments=measure(body).segments,
        callback=form.get("StatusCallback"),
    )


def _resource(message: Received) -> dict[str, Any]:
    path = f"/{API}/Accounts/{message.account}/Messages/{message.sid}"
    return {
        "account_sid": message.account,
        "api_version": API,
        "body": message.body,
        "date_created": _rfc2822(message.created_at),
        "date_sent": _rfc2822(message.sent_at),
        "date_updated": _rfc2822(message.updated_at),
        "direction": "outbound-api",
        "error_code": message.error_code,
        "error_message": None,
        "from": message.sender,
        "messaging_service_sid": message.service,
        "num_media": "0",
        "num_segments": "0" if message.status == "accepted" else str(message.segments),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": message.recipient,
        "uri": f"{path}.json",
    }


def _rfc2822(moment: float | None) -> str | None:
    return None if moment is None else format_datetime(datetime.fromtimestamp(moment, UTC))


def _integer(name: str, default: int, *, most: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise _Refusal(20001, 400, f"Invalid {name}.")
    return min(int(text), most)


def _days(arguments: MultiDict[str, str]) -> tuple[float, float]:
    since, until = 0.0, 1e12
    for name, first, last in (("DateSent", 0, 1), ("DateSent>", 0, None), ("DateSent<", None, 1)):
        text = arguments.get(name)
        if text is None:
            continue
        try:
            day = datetime.combine(date.fromisoformat(text[:10]), datetime.min.time(), UTC)
        except ValueError as error:
            raise _Refusal(20001, 400, f"Invalid {name}.") from error
        since = day.timestamp() if first is not None else since
        until = (day + timedelta(days=last)).timestamp() if last is not None else until
    return since, until
