"""What is asked of every provider: the outcome says only what is certain, and each text is handed over once.

An implementation is a `Case`; `test_provider_contract.py` runs everything here on each. A new provider joins `CASES`.
"""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from backend.delivery import Lookup, Outgoing, Route
from backend.settings import load
from sms.config import account_of, provider_of
from sms.providers.account import TwilioAccount
from sms.providers.console import ConsoleProvider
from sms.providers.relay.transport import RelayProvider
from sms.providers.twilio import TwilioProvider
from tests.sms import relays, standin

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from backend.delivery import Accepted, Missing, Outcome
    from sms.providers.base import Checked, Provider
    from tests.sms.standin import StandIn

OUTGOING = Outgoing(
    id="01a20057-5c68-7633-88fc-5b755ae5f3c4",
    attempt=1,
    address="+821048214821",
    body="안녕하세요",
    purpose="service",
    route=Route("any", certificate_holder="다온메시징(주)", sender_number="+8215880000", certificate_number="26-1"),
)


@dataclass(frozen=True)
class Case:
    """A provider at a stand-in's address, and how that answers in its manner. `asks`: whether it makes requests."""

    name: str
    provider: Callable[[str], Provider]
    accepts: Any
    refuses: Any
    throttles: Any
    asks: bool = True


def _account(url: str, **values: Any) -> TwilioAccount:
    settings = {"sid": "AC1", "token": "t", "sender": "+8215880000", "messaging_service": None}
    return TwilioAccount(**settings | {"callback_url": "https://shop.example/status", "api_url": url} | values)


def _simulator(url: str) -> Provider:
    settings = load({"DANGOL_DEMO": "1", "PORT": url.rpartition(":")[2]})
    assert account_of(settings).api_url == url.replace("https", "http") + "/simulator"
    if url.startswith("https"):
        settings = replace(settings, twilio_api_url=url)
    return provider_of(settings, "simulator", {})


def _relay(described: Callable[..., dict[str, Any]]) -> Callable[[str], Provider]:
    return lambda url: RelayProvider(replace(relays.relay(described(url)), timeout=RELAY_SECONDS))


RELAY_SECONDS = 15.0
SILENCE = 0.5
"""Seconds after which a provider gives up where `impatient` is set; elsewhere a slow machine is waited for."""

_TWILIO = {
    "accepts": standin.created(),
    "refuses": standin.refused(21211),
    "throttles": standin.answering({"code": 20429, "message": "slow", "status": 429}, 429, Retry_After="7"),
}
CASES = (
    Case("twilio-number", lambda url: TwilioProvider(_account(url)), **_TWILIO),
    Case("twilio-service", lambda url: TwilioProvider(_account(url, sender=None, messaging_service="MG1")), **_TWILIO),
    Case("simulator", _simulator, **_TWILIO),
    Case(
        "relay-json",
        _relay(relays.signing_json),
        accepts=standin.answering({"code": "0000", "data": [{"id": "R1"}]}),
        refuses=standin.answering({"code": "3001", "message": "no such number"}),
        throttles=standin.answering({"code": "4290"}, 200, Retry_After="7"),
    ),
    Case(
        "relay-form",
        _relay(relays.form_in_euc_kr),
        accepts=standin.answering({"result": "ok"}),
        refuses=standin.answering({"result": "no"}, 400),
        throttles=standin.answering({}, 429, Retry_After="7"),
    ),
    Case(
        "console", lambda _url: ConsoleProvider(io.StringIO()), accepts=None, refuses=None, throttles=None, asks=False
    ),
)


def sent(
    case: Case, answer: Any = None, *, outgoing: Outgoing = OUTGOING, tls: SSLContext | None = None
) -> tuple[Outcome, StandIn]:
    """Hand one text to a provider whose server answers like this; the outcome, and what the server was asked."""

    async def scenario() -> tuple[Outcome, StandIn]:
        async with standin.listening(tls=tls) as stand_in:
            if answer is not None:
                stand_in.will(answer)
            async with case.provider(stand_in.url).open() as transport:
                return await transport.send(outgoing), stand_in

    return asyncio.run(scenario())


def sent_nowhere(case: Case) -> Outcome:
    """Hand one text to a provider whose server is not there."""

    async def scenario() -> Outcome:
        async with case.provider("http://127.0.0.1:9").open() as transport:
            return await transport.send(OUTGOING)

    return asyncio.run(scenario())


def found(case: Case, lookup: Lookup, answer: Any) -> Accepted | Missing | None:
    """Look a text up."""

    async def scenario() -> Accepted | Missing | None:
        async with standin.listening() as stand_in:
            stand_in.will(answer)
            async with case.provider(stand_in.url).open() as transport:
                return await transport.find(lookup)

    return asyncio.run(scenario())


def checked(case: Case, answer: Any) -> tuple[Checked, StandIn]:
    """Ask whether the credentials are right."""

    async def scenario() -> tuple[Checked, StandIn]:
        async with standin.listening() as stand_in:
            stand_in.will(answer)
            async with case.provider(stand_in.url).open() as transport:
                return await transport.check(), stand_in

    return asyncio.run(scenario())


def many(case: Case, count: int) -> list[Outcome]:
    """Hand over many texts at once, and open the provider twice."""

    async def scenario() -> list[Outcome]:
        outcomes: list[Outcome] = []
        async with standin.listening() as stand_in:
            stand_in.answers = [case.accepts] * count if case.accepts else []
            provider = case.provider(stand_in.url)
            for half in range(2):
                async with provider.open() as transport:
                    outcomes += await asyncio.gather(*(transport.send(OUTGOING) for _ in range(count // 2)))
                assert len(outcomes) == count // 2 * (half + 1)
        return outcomes

    return asyncio.run(scenario())
