"""The simulator's other half, in the worker: lets messages come along and tells of it with signed callbacks."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from twilio.request_validator import RequestValidator

from sms.config import account_of
from sms.simulator.api import API
from sms.simulator.store import Received, Step, Store

if TYPE_CHECKING:
    import threading

    from flask import Flask

    from backend.settings import Settings

PAUSE: Final = 0.1
TRIES: Final = 5
_GONE: Final = 400

log = structlog.get_logger(__name__)


async def tell_of_progress(app: Flask, stop: threading.Event) -> None:
    """Carry out due steps until `stop` is set. A callback that fails is repeated a few times, as Twilio does."""
    settings: Settings = app.extensions["dangol.settings"]
    store = Store(settings.simulator_database)
    validator = RequestValidator(account_of(settings).token)
    async with ClientSession(timeout=ClientTimeout(total=10)) as session:
        while not stop.is_set():
            for step, message in store.due(time.time()):
                store.happen(step, now=time.time())
                if message.callback is None or await _call(session, validator, message, step):
                    store.forget(step)
                elif step.tries + 1 >= TRIES:
                    log.warning("simulator_callback_given_up", sid=step.sid, status=step.status)
                    store.forget(step)
                else:
                    store.postpone(step, until=time.time() + 2**step.tries)
            await asyncio.sleep(PAUSE)


async def _call(session: ClientSession, validator: RequestValidator, message: Received, step: Step) -> bool:
    url = message.callback or ""
    form = callback_form(message, step)
    headers = {"X-Twilio-Signature": validator.compute_signature(url, form), "User-Agent": "TwilioProxy/1.1"}
    try:
        async with session.post(url, data=form, headers=headers) as response:
            return response.status < _GONE
    except (ClientError, TimeoutError, OSError):
        return False


def callback_form(message: Received, step: Step) -> dict[str, str]:
    """Return the form that tells of a step, with Twilio's field names."""
    form = {
        "ApiVersion": API,
        "AccountSid": message.account,
        "From": message.sender or "",
        "To": message.recipient,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": step.status,
        "SmsStatus": step.status,
    }
    if message.service:
        form["MessagingServiceSid"] = message.service
    if step.error_code is not None:
        form["ErrorCode"] = str(step.error_code)
    return form
