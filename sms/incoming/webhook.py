"""What Twilio tells us of texts to our numbers: signed as its status callbacks are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response

from backend.core.db import run_in_unit_of_work
from backend.core.errors import ValidationFailed
from backend.customers import normal_phone
from backend.organization import look_as_system
from sms.incoming import service
from sms.incoming.service import Arrived
from sms.webhooks import verified_form

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

PATH: Final = "/api/v1/sms/incoming"
LONGEST_BODY: Final = 4_000
_SID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ADDRESS: Final = re.compile(r"[^\x00-\x20\x7f]{1,40}")
_EMPTY: Final = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'

blueprint = Blueprint("sms_incoming", __name__)


@blueprint.post(PATH)
def incoming() -> Response:
    """Keep a text that somebody sent us. The answer says nothing to her: 200 for what is new and for a repetition."""
    arrived = read(verified_form())
    look_as_system()
    run_in_unit_of_work(lambda: service.take(arrived))
    return Response(_EMPTY, content_type="text/xml; charset=utf-8")


def read(form: MultiDict[str, str]) -> Arrived:
    """Read the form. Fields that we do not know are left out. Raises `ValidationFailed` naming what is missing."""
    sid, sender, ours = (form.get(name, "").strip() for name in ("MessageSid", "From", "To"))
    problems = {
        "MessageSid": [] if _SID.fullmatch(sid) else ["This is no message sid."],
        "From": [] if _ADDRESS.fullmatch(sender) else ["This is no number."],
        "To": [] if _ADDRESS.fullmatch(ours) else ["This is no number."],
    }
    if any(problems.values()):
        raise ValidationFailed({field: texts for field, texts in problems.items() if texts})
    return Arrived(
        ref=sid,
        address=normal_phone(sender) or sender,
        our_number=normal_phone(ours) or ours,
        body=form.get("Body", "").replace("\x00", "")[:LONGEST_BODY],
        opt_out=form.get("OptOutType", "").upper() or None,
    )
