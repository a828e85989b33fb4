"""What a relay tells us: signed status reports, for one message or for many.

Answers: 200 taken or told before, 403 unsigned, forged, out of its time or from nobody who reports to us, 404 no such
message, 413 too large, 422 signed but not readable, with what is amiss; what of it could be read is kept all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from flask import Blueprint, Response, current_app, request
from sqlalchemy import select
from werkzeug.exceptions import RequestEntityTooLarge

from backend.core import clock
from backend.core.db import db, run_in_unit_of_work
from backend.core.errors import Forbidden, NotFound, TooLarge, ValidationFailed
from backend.core.ids import is_id
from backend.delivery import Message, Report, apply_report
from sms.config import providers_of
from sms.providers.relay.reports import Told, read, verify

if TYPE_CHECKING:
    from sms.providers.relay import Relay

LARGEST: Final = 512 * 1024
PATH: Final = "/api/v1/sms/relay"

blueprint = Blueprint("sms_relay_webhook", __name__)
log = structlog.get_logger(__name__)


@blueprint.post(f"{PATH}/<name>/status")
def status(name: str) -> Response:
    """Keep a relay's reports and move the messages on."""
    relay = providers_of(current_app).relays.get(name)
    if relay is None or relay.reports is None:
        raise Forbidden
    body = _body()
    verify(relay, relay.reports, dict(request.headers), body, now=clock.now())
    told, mistakes = read(relay, relay.reports, body)
    unknown = run_in_unit_of_work(lambda: _apply(relay, told))
    if mistakes:
        raise ValidationFailed(mistakes)
    if unknown == len(told):
        raise NotFound
    return Response(relay.reports.answer, status=200, content_type="text/plain; charset=utf-8")


def _body() -> bytes:
    request.max_content_length = LARGEST
    if (request.content_length or 0) > LARGEST:
        raise TooLarge
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise TooLarge from None


def _apply(relay: Relay, told: list[Told]) -> int:
    """Keep each report; how many of them name no message of ours."""
    ids = _ids_by_reference(told)
    unknown = 0
    for each in told:
        message_id = each.message_id or ids.get(each.ref or "")
        if each.ref is None or message_id is None or not is_id(message_id):
            log.warning("relay_report_without_message", relay=relay.name, status=each.status)
            unknown += 1
            continue
        apply_report(
            Report(
                message_id=message_id,
                ref=each.ref,
                status=each.status,
                state=each.state,
                reason=each.meaning.reason if each.meaning else None,
                code=each.code,
                consequence=each.meaning.consequence if each.meaning else None,
                raw=each.raw,
                via=relay.name,
            )
        )
    return unknown


def _ids_by_reference(told: list[Told]) -> dict[str, str]:
    """Find the messages of reports that do not name our own id (the unique index of `provider_ref`)."""
    refs = {each.ref for each in told if each.message_id is None and each.ref}
    if not refs:
        return {}
    query = select(Message.provider_ref, Message.id).where(Message.provider_ref.in_(refs))
    return {ref: message_id for ref, message_id in db.session.execute(query) if ref is not None}
