"""What Twilio (or the simulator) tells us: signed status callbacks. The message's own id is in the signed address."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import structlog
from flask import Blueprint, Response, request
from twilio.request_validator import HMAC_SHA1, RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from backend.core.db import run_in_unit_of_work
from backend.core.errors import Forbidden, NotFound, TooLarge, ValidationFailed
from backend.core.ids import is_id
from backend.delivery import Report, State, apply_report
from backend.settings import current_settings
from sms.config import STATUS_PATH, account_of, base_url
from sms.status import STATES, meaning_of_report

if TYPE_CHECKING:
    from sms.providers.meanings import Meaning

LARGEST: Final = 64 * 1024
_SIGNING: Final = frozenset({"twilio", "simulator"})
_ALGORITHM: Final = HMAC_SHA1
"""Pinned: which one is used is agreed with the account, not chosen by whoever sends the request."""

_SID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STATUS: Final = re.compile(r"[a-z_]{1,20}")
_CODE: Final = re.compile(r"[0-9]{1,9}")
_LONGEST_RAW: Final = 1_000
_MOST_RAW: Final = 100
"""Fields of a report that are kept as they came; Twilio sends about twenty."""

_FORM: Final = "application/x-www-form-urlencoded"

blueprint = Blueprint("sms_webhooks", __name__)
log = structlog.get_logger(__name__)


@blueprint.post(f"{STATUS_PATH}/<message_id>")
def status(message_id: str) -> Response:
    """Keep a status report and move the message on. 204 for what is new and for what was told before."""
    form = verified_form()
    if not is_id(message_id):
        raise NotFound
    report = read_report(message_id, form)
    run_in_unit_of_work(lambda: apply_report(report))
    return Response(status=204)


def read_report(message_id: str, form: MultiDict[str, str]) -> Report:
    """Read a callback's form. A status that we do not know is kept and moves nothing; unknown fields are kept."""
    only_once(form, "MessageSid", "MessageStatus", "ErrorCode")
    sid, name, code = form.get("MessageSid", ""), form.get("MessageStatus", "").lower(), form.get("ErrorCode")
    problems = {
        "MessageSid": [] if _SID.fullmatch(sid) else ["This is no message sid."],
        "MessageStatus": [] if _STATUS.fullmatch(name) else ["This is no status."],
    }
    if any(problems.values()):
        raise ValidationFailed({field: texts for field, texts in problems.items() if texts})
    code = code if code and _CODE.fullmatch(code) else None
    state = STATES.get(name)
    meaning = _meaning(state, code)
    return Report(
        message_id=message_id,
        ref=sid,
        status=name,
        state=state,
        reason=meaning.reason if meaning else None,
        code=code,
        consequence=meaning.consequence if meaning else None,
        raw={_storable(field): _storable(value) for field, value in islice(form.items(), _MOST_RAW)},
    )


def verified_form() -> MultiDict[str, str]:
    """Return the form of a request whose signature is right: for every webhook of the provider.

    The signature is looked at before anything else is said: a stranger learns nothing from the answer. Raises
    `Forbidden`, `TooLarge`, and for a signed request that is no form `UnsupportedMediaType`.
    """
    settings = current_settings()
    request.max_content_length = LARGEST
    if (request.content_length or 0) > LARGEST:
        raise TooLarge
    signature = request.headers.get("X-Twilio-Signature")
    if not settings.sms_providers & _SIGNING or not signature:
        raise Forbidden
    form = _form()
    query = request.query_string.decode("latin-1")
    url = base_url(settings) + request.path + (f"?{query}" if query else "")
    validator = RequestValidator(account_of(settings).token)
    if not validator.validate(url, form, signature, _ALGORITHM):
        log.warning("callback_with_wrong_signature", path=request.path)
        raise Forbidden
    if request.mimetype != _FORM and request.get_data():
        raise UnsupportedMediaType
    return form


def only_once(form: MultiDict[str, str], *names: str) -> None:
    """Refuse a form that says two different things in one field. Raises `ValidationFailed` naming the fields."""
    twice = [name for name in names if len(set(form.getlist(name))) > 1]
    if twice:
        raise ValidationFailed({name: ["This field is there more than once."] for name in twice})


def _form() -> MultiDict[str, str]:
    """Read the body as a form. Bytes that are no UTF-8 cannot have been signed; other types have no fields."""
    if request.mimetype != _FORM:
        return MultiDict()
    try:
        fields = parse_qsl(request.get_data().decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise Forbidden from None
    return MultiDict(fields)


def _meaning(state: State | None, code: str | None) -> Meaning | None:
    return None if state is None else meaning_of_report(state, code)


def _storable(text: str) -> str:
    return text.replace("\x00", "")[:_LONGEST_RAW]
