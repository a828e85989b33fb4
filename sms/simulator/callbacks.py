"""The simulator's other half, in the worker: lets messages come along and tells of it with signed requests."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from twilio.request_validator import RequestValidator

from backend.core import clock
from sms.config import account_of, base_url
from sms.simulator import faults
from sms.simulator.api import API
from sms.simulator.ledger import Ledger
from sms.simulator.replies import INCOMING_PATH, Replies, Reply
from sms.simulator.store import Received, Step, Store, Told

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from flask import Flask

    from backend.settings import Settings
    from sms.simulator.script import Script

PAUSE: Final = 0.1
TRIES: Final = 5
AT_ONCE: Final = 16
PATIENCE: Final = 6.0
"""Seconds that one callback may take."""

HOLD: Final = 10.0
"""Seconds after which another worker tells what this one took and did not tell: it was killed."""

_GONE: Final = 400

log = structlog.get_logger(__name__)


async def tell_of_progress(app: Flask, stop: threading.Event) -> None:
    """Carry out due steps until `stop` is set. A callback that fails is repeated a few times, as Twilio does."""
    connector = TCPConnector(limit=AT_ONCE)
    async with ClientSession(timeout=ClientTimeout(total=PATIENCE), connector=connector) as session:
        teller = Teller(app.extensions["dangol.settings"], session)
        while not stop.is_set():
            if not await teller.turn():
                await asyncio.sleep(PAUSE)


class Teller:
    """Tells what is due, many at once."""

    def __init__(self, settings: Settings, session: ClientSession) -> None:
        path = settings.simulator_database
        self._store, self._ledger, self._replies = Store(path), Ledger(path), Replies(path)
        self._validator = RequestValidator(account_of(settings).token)
        self._account = account_of(settings).sid
        self._incoming = base_url(settings) + INCOMING_PATH
        self._session = session

    async def turn(self) -> bool:
        """Carry out what is due now; False when nothing is."""
        now = clock.now().timestamp()
        due, replies = self._store.due(now, hold=HOLD), self._replies.due(now, hold=HOLD)
        if not due and not replies:
            return False
        self._store.happen([step for step, _ in due], now=now)
        script = self._ledger.script()
        told = await asyncio.gather(*(self._tell(script, step, message) for step, message in due))
        self._store.settle(told, now=clock.now().timestamp())
        taken = await asyncio.gather(*(self._bring(reply) for reply in replies))
        self._replies.settle(taken)
        return True

    async def _tell(self, script: Script, step: Step, message: Received) -> Told:
        key = faults.key_of(message.recipient, message.body)
        if message.callback is None:
            return Told(step, "unwanted")
        if faults.is_lost(script, key, step.status):
            return Told(step, "lost")
        form = callback_form(message, step)
        if await self._post(message.callback, form):
            if faults.is_repeated(script, key, step.status):
                await self._post(message.callback, form)
                return Told(step, "repeated")
            return Told(step, "told")
        if step.tries + 1 >= TRIES:
            log.warning("simulator_callback_given_up", sid=step.sid, status=step.status)
            return Told(step, "given_up")
        return Told(step, "failed", until=clock.now().timestamp() + 2**step.tries)

    async def _bring(self, reply: Reply) -> tuple[Reply, str, float | None]:
        if await self._post(self._incoming, reply_form(reply, account=self._account)):
            return reply, "taken", None
        if reply.tries + 1 >= TRIES:
            log.warning("simulator_reply_given_up", sid=reply.sid)
            return reply, "given_up", None
        return reply, "waiting", clock.now().timestamp() + 2**reply.tries

    async def _post(self, url: str, form: Mapping[str, str]) -> bool:
        signature = self._validator.compute_signature(url, form)
        headers = {"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"}
        try:
            async with self._session.post(url, data=form, headers=headers) as response:
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


def reply_form(reply: Reply, *, account: str) -> dict[str, str]:
    """Return the form that brings a text from a phone, with Twilio's field names."""
    form = {
        "ApiVersion": API,
        "AccountSid": account,
        "From": reply.phone,
        "To": reply.ours,
        "Body": reply.body,
        "MessageSid": reply.sid,
        "SmsSid": reply.sid,
        "SmsMessageSid": reply.sid,
        "SmsStatus": "received",
        "NumMedia": "0",
        "NumSegments": str(reply.segments),
    }
    if reply.service:
        form["MessagingServiceSid"] = reply.service
    if reply.word:
        form["OptOutType"] = reply.word
    return form
