"""Every provider keeps the port's promises; Twilio's answers are told apart by what is certain."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from backend.delivery import Accepted, Lookup, Missing, NotProcessed, Outcome, OutcomeUnknown, Outgoing, Refused, State
from sms.providers import twilio
from sms.providers.account import TwilioAccount
from sms.providers.console import ConsoleProvider
from sms.providers.twilio import LISTED, TwilioProvider
from tests.sms import standin

if TYPE_CHECKING:
    from tests.sms.standin import StandIn

OUTGOING = Outgoing(
    id="01a20057-5c68-7633-88fc-5b755ae5f3c4", attempt=1, address="+821048214821", body="안녕하세요", purpose="service"
)


def account(url: str, **values: Any) -> TwilioAccount:
    settings = {"sid": "AC1", "token": "t", "sender": "+8215880000", "messaging_service": None}
    return TwilioAccount(**settings | {"callback_url": "https://shop.example/status", "api_url": url} | values)


def sent(answer: Any, outgoing: Outgoing = OUTGOING, **values: Any) -> tuple[Outcome, StandIn]:
    async def scenario() -> tuple[Outcome, StandIn]:
        async with standin.listening() as stand_in:
            stand_in.will(answer)
            async with TwilioProvider(account(stand_in.url, **values)).open() as transport:
                return await transport.send(outgoing), stand_in

    return asyncio.run(scenario())


def test_a_message_carries_sender_callback_and_validity() -> None:
    outcome, stand_in = sent(
        standin.created(sid="SM9", num_segments="2"),
        outgoing=Outgoing(id="m1", attempt=1, address="+821048214821", body="hi", purpose="commercial", ttl=90_000),
    )
    assert outcome == Accepted(ref="SM9", state=State.ACCEPTED, size=2)
    asked = stand_in.asked[0]
    assert (asked["method"], asked["path"]) == ("POST", "/2010-04-01/Accounts/AC1/Messages.json")
    assert asked["form"] == {
        "To": "+821048214821",
        "From": "+8215880000",
        "Body": "hi",
        "StatusCallback": "https://shop.example/status/m1",
        "ValidityPeriod": "36000",
    }


def test_a_messaging_service_takes_the_place_of_the_number() -> None:
    outcome, stand_in = sent(standin.created(status="accepted", num_segments="0"), messaging_service="MG1")
    assert outcome == Accepted(ref="SM1", state=State.ACCEPTED, size=None)
    assert stand_in.asked[0]["form"]["MessagingServiceSid"] == "MG1"
    assert "From" not in stand_in.asked[0]["form"]


def test_a_path_in_the_base_address_goes_before_twilios() -> None:
    async def scenario() -> str:
        async with standin.listening() as stand_in:
            async with TwilioProvider(account(f"{stand_in.url}/simulator/")).open() as transport:
                await transport.send(OUTGOING)
            path: str = stand_in.asked[0]["path"]
            return path

    assert asyncio.run(scenario()) == "/simulator/2010-04-01/Accounts/AC1/Messages.json"


@pytest.mark.parametrize(
    ("code", "status", "reason", "consequence"),
    [
        (21211, 400, "bad_number", "block"),
        (21614, 400, "landline", "block"),
        (21610, 400, "unsubscribed", "refusal"),
        (21612, 400, "configuration", None),
        (21606, 400, "configuration", None),
        (21408, 400, "configuration", None),
        (20003, 401, "configuration", None),
        (20404, 404, "configuration", None),
        (99999, 400, "provider_refused", None),
        (None, 400, "provider_refused", None),
    ],
)
def test_a_refusal_is_told_by_its_code(code: int | None, status: int, reason: str, consequence: str | None) -> None:
    outcome, stand_in = sent(standin.refused(code, status))
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.consequence) == (reason, consequence)
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize(("code", "status"), [(20429, 429), (None, 429), (63017, 400), (20429, 400)])
def test_one_too_many_was_not_processed(code: int | None, status: int) -> None:
    outcome, stand_in = sent(standin.refused(code, status))
    assert isinstance(outcome, NotProcessed)
    assert outcome.reason == "throttled"
    assert len(stand_in.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        standin.refused(20500, 500),
        standin.refused(None, 502),
        standin.refused(21610, 503),
        standin.broken("<html>Bad gateway</html>", 502),
        standin.broken("not json", 201),
        standin.broken("{}", 201),
        standin.broken('{"sid": null}', 201),
        standin.reset(),
    ],
)
def test_whatever_does_not_say_what_happened_is_unknown_and_not_repeated(answer: Any) -> None:
    outcome, stand_in = sent(answer)
    assert isinstance(outcome, OutcomeUnknown)
    assert len(stand_in.asked) == 1


def test_silence_is_unknown_after_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio, "CALL_SECONDS", 0.2)
    outcome, stand_in = sent(standin.silent(2))
    assert isinstance(outcome, OutcomeUnknown)
    assert len(stand_in.asked) == 1


def test_no_connection_means_nothing_was_sent() -> None:
    async def scenario() -> Outcome:
        async with TwilioProvider(account("http://127.0.0.1:9")).open() as transport:
            return await transport.send(OUTGOING)

    outcome = asyncio.run(scenario())
    assert isinstance(outcome, NotProcessed)
    assert outcome.reason == "provider_unreachable"


def found(*listed: dict[str, Any], status: int = 200) -> tuple[Accepted | Missing | None, StandIn]:
    lookup = Lookup(
        id="m1",
        address="+821048214821",
        body="안녕하세요",
        began_at=datetime(2026, 11, 10, 3, tzinfo=UTC),
        known_refs=frozenset({"SM-other"}),
    )

    async def scenario() -> tuple[Accepted | Missing | None, StandIn]:
        async with standin.listening() as stand_in:
            stand_in.will(standin.listing(*listed, status=status))
            async with TwilioProvider(account(stand_in.url)).open() as transport:
                return await transport.find(lookup), stand_in

    return asyncio.run(scenario())


OURS = {"sid": "SM1", "body": "안녕하세요", "status": "sent", "date_created": "Tue, 10 Nov 2026 03:00:02 +0000"}


def test_a_lost_message_is_found_by_number_time_and_body() -> None:
    outcome, stand_in = found(OURS)
    assert outcome == Accepted(ref="SM1", state=State.SENT)
    assert stand_in.asked[0]["query"]["To"] == "+821048214821"
    # What waits in the provider's queue has no date of sending yet, and would be missing from a list by date.
    assert "DateSent>" not in stand_in.asked[0]["query"]


@pytest.mark.parametrize(
    "change",
    [
        {"body": "다른 문자"},
        {"sid": "SM-other"},
        {"date_created": "Tue, 10 Nov 2026 02:50:00 +0000"},
    ],
)
def test_a_whole_list_without_it_shows_that_it_is_missing(change: dict[str, Any]) -> None:
    assert found(OURS | change)[0] == Missing()


def test_a_list_that_may_not_be_whole_tells_nothing() -> None:
    assert found(OURS | {"date_created": None})[0] is None
    others = [OURS | {"body": "다른 문자", "sid": f"SM{number}"} for number in range(LISTED)]
    assert found(*others)[0] is None


def test_a_list_that_cannot_be_had_finds_nothing() -> None:
    assert found(status=500)[0] is None


def test_the_console_shows_the_text() -> None:
    stream = io.StringIO()

    async def scenario() -> None:
        async with ConsoleProvider(stream).open() as transport:
            await transport.send(OUTGOING)

    asyncio.run(scenario())
    assert stream.getvalue() == "to +821048214821:\n안녕하세요\n\n"
