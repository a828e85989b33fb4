"""Relays: what they are sent, how it is signed, and which of their answers mean what."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import socket
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from backend.delivery import Accepted, Lookup, NotProcessed, Outcome, OutcomeUnknown, Outgoing, Refused, State
from sms.providers.relay.rendering import title_of
from sms.providers.relay.transport import RelayProvider
from tests.sms import relays, standin
from tests.sms.provider_contract import OUTGOING

if TYPE_CHECKING:
    from collections.abc import Callable

    from backend.delivery import Consequence
    from tests.sms.standin import StandIn

LONG = "(광고)하늘면세점 1588-0000\n" + "가을 할인 " * 10 + "\n무료수신거부 080-000-0000"


def sent(
    described: Callable[..., dict[str, Any]],
    answer: Any = None,
    outgoing: Outgoing = OUTGOING,
    **changes: Any,
) -> tuple[Outcome, StandIn]:
    async def scenario() -> tuple[Outcome, StandIn]:
        async with standin.listening() as stand_in:
            stand_in.will(answer or standin.answering({"code": "0000", "data": [{"id": 77}]}))
            provider = RelayProvider(relays.relay(described(stand_in.url, **changes)))
            async with provider.open() as opened:
                return await opened.send(outgoing), stand_in

    return asyncio.run(scenario())


def test_a_text_is_written_into_the_body_and_signed() -> None:
    outcome, stand_in = sent(relays.signing_json)
    assert outcome == Accepted(ref="daon:77", state=State.ACCEPTED, size=1)
    (asked,) = stand_in.asked
    assert (asked["method"], asked["path"]) == ("POST", "/v1/messages")
    assert asked["headers"]["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(asked["body"]) == {
        "messages": [
            {"to": "01048214821", "from": "15880000", "text": "안녕하세요", "type": "SMS", "refkey": OUTGOING.id}
        ],
        "agent": {"holder": "다온메시징(주)", "number": "26-1", "kind": "INFO"},
    }
    found = re.fullmatch(
        r"HMAC key=key-of-daon, date=(\d{10}), salt=([0-9a-f]{32}), signature=([0-9a-f]{64})",
        asked["headers"]["Authorization"],
    )
    assert found is not None
    expected = hmac.new(b"secret-of-daon", (found[1] + found[2]).encode(), hashlib.sha256).hexdigest()
    assert found[3] == expected


def test_each_request_is_signed_anew() -> None:
    headers = {sent(relays.signing_json)[1].asked[0]["headers"]["Authorization"] for _ in range(2)}
    assert len(headers) == 2


def test_body_method_and_path_may_be_signed_in_base64() -> None:
    signing = {"secret": "secret", "signed": "{method} {path}\n{timestamp}\n{body}", "algorithm": "sha512"}
    signing |= {"encoding": "base64", "timestamp": "iso"}
    asked = sent(relays.signing_json, signing=signing)[1].asked[0]
    found = re.search(r"date=([^,]+),.*signature=(.+)", asked["headers"]["Authorization"])
    assert found is not None
    signed = b"POST /v1/messages\n" + found[1].encode() + b"\n" + asked["body"]
    assert base64.b64decode(found[2]) == hmac.new(b"secret-of-daon", signed, hashlib.sha512).digest()


def test_a_long_text_has_a_title_that_begins_as_the_law_asks() -> None:
    asked = sent(relays.signing_json, outgoing=replace(OUTGOING, body=LONG, purpose="commercial"))[1].asked[0]
    (message,) = json.loads(asked["body"])["messages"]
    assert (message["type"], message["subject"]) == ("LMS", "(광고)하늘면세점 1588-0000")
    assert len(title_of("가" * 50).encode("euc_kr")) == 40


def test_ninety_bytes_are_a_short_text_and_one_more_makes_it_a_long_one() -> None:
    for body, kind in (("가" * 45, "SMS"), ("가" * 45 + "a", "LMS"), ("가" * 1000, "LMS")):
        asked = sent(relays.signing_json, outgoing=replace(OUTGOING, body=body))[1].asked[0]
        assert json.loads(asked["body"])["messages"][0]["type"] == kind


def test_a_form_may_be_in_euc_kr_and_our_own_id_be_the_reference() -> None:
    outcome, stand_in = sent(relays.form_in_euc_kr, standin.answering({}), replace(OUTGOING, route=None))
    assert outcome == Accepted(ref=f"olle:{OUTGOING.id}", state=State.ACCEPTED, size=1)
    (asked,) = stand_in.asked
    assert asked["headers"]["Content-Type"] == "application/x-www-form-urlencoded; charset=euc-kr"
    assert parse_qs(asked["body"].decode(), encoding="euc-kr") == {
        "pw": ["secret-of-daon"],
        "receiver": ["01048214821"],
        "sender": ["1588-0000"],
        "msg": ["안녕하세요"],
        "seq": [OUTGOING.id],
    }


def test_a_text_that_looks_like_a_place_stays_as_it_is() -> None:
    asked = sent(relays.signing_json, outgoing=replace(OUTGOING, body="{key} {id} {to}"))[1].asked[0]
    assert json.loads(asked["body"])["messages"][0]["text"] == "{key} {id} {to}"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"body": "정가 ₩1,000"}, "not_encodable"),
        ({"body": "뷁"}, "not_encodable"),
        ({"body": "가" * 1001}, "text_too_long"),
        ({"address": "+819012345678"}, "configuration"),
        ({"route": None}, "configuration"),
    ],
)
def test_what_a_relay_cannot_carry_it_is_not_asked(change: dict[str, Any], reason: str) -> None:
    outcome, stand_in = sent(relays.signing_json, outgoing=replace(OUTGOING, **change))
    assert isinstance(outcome, Refused)
    assert outcome.reason == reason
    assert stand_in.asked == []


def no(reason: str, code: str | None, detail: str, consequence: Consequence | None = None) -> Refused:
    return Refused(reason=reason, code=code, detail=detail, consequence=consequence)


def later(reason: str, code: str | None, detail: str) -> NotProcessed:
    return NotProcessed(reason=reason, code=code, detail=detail)


def doubt(code: str | None, detail: str) -> OutcomeUnknown:
    return OutcomeUnknown(code=code, detail=detail)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (({"code": 200, "data": [{"id": "R"}]}, 201), Accepted(ref="daon:R", size=1)),
        (({"code": "3001", "message": "결번"}, 200), no("bad_number", "3001", "HTTP 200: 결번", "block")),
        (({"code": 3002}, 400), no("unsubscribed", "3002", "HTTP 400", "refusal")),
        (({"code": "3003"}, 200), no("configuration", "3003", "HTTP 200")),
        (({"code": "4290"}, 200), later("throttled", "4290", "HTTP 200")),
        (({"code": "5030"}, 200), later("provider_unreachable", "5030", "HTTP 200")),
        (({"code": "3001"}, 429), no("bad_number", "3001", "HTTP 429", "block")),
        (({"code": "4290"}, 503), doubt("4290", "HTTP 503")),
        (({}, 401), no("configuration", None, "HTTP 401")),
        (({}, 404), no("configuration", None, "HTTP 404")),
        (({"code": "8888"}, 400), no("provider_refused", "8888", "HTTP 400")),
        (({"code": "8888"}, 200), doubt("8888", "HTTP 200")),
        (({"code": "0000"}, 200), doubt("0000", "HTTP 200")),
        (({"code": "0000", "data": [{"id": "x" * 59}]}, 200), doubt("0000", "HTTP 200")),
        (({"code": "0000", "data": [{"id": True}]}, 200), doubt("0000", "HTTP 200")),
        ((["0000"], 200), doubt(None, "HTTP 200")),
        (({}, 408), doubt(None, "HTTP 408")),
        (({"code": "0000", "data": [{"id": "R"}]}, 302), doubt("0000", "HTTP 302")),
    ],
)
def test_an_answer_means_what_the_settings_say_and_only_what_is_certain(
    answer: tuple[Any, int], outcome: Outcome
) -> None:
    found, stand_in = sent(relays.signing_json, standin.answering(*answer))
    assert found == outcome
    assert len(stand_in.asked) == 1


def looked_up(answer: Any, **changes: Any) -> tuple[Accepted | None, StandIn]:
    lookup = Lookup(
        id=OUTGOING.id,
        address=OUTGOING.address,
        body=OUTGOING.body,
        began_at=datetime(2026, 11, 10, 3, tzinfo=UTC),
        known_refs=frozenset({"daon:R-other"}),
    )

    async def scenario() -> tuple[Accepted | None, StandIn]:
        async with standin.listening() as stand_in:
            stand_in.will(standin.answering(answer))
            relay = relays.relay(relays.signing_json(stand_in.url, **changes))
            async with RelayProvider(relay).open() as opened:
                return await opened.find(lookup), stand_in

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ({"refkey": OUTGOING.id, "id": "R1", "status": "3"}, Accepted(ref="daon:R1", state=State.DELIVERED)),
        ({"refkey": OUTGOING.id, "id": "R1", "status": "?"}, Accepted(ref="daon:R1", state=State.ACCEPTED)),
        ({"refkey": "another", "id": "R1", "status": "3"}, None),
        ({"refkey": OUTGOING.id, "id": "R-other", "status": "3"}, None),
        ("nothing", None),
    ],
)
def test_a_lost_text_is_found_by_our_own_id(item: Any, found: Accepted | None) -> None:
    outcome, stand_in = looked_up({"data": ["x", item]})
    assert outcome == found
    assert stand_in.asked[0]["query"] == {"refkey": OUTGOING.id}


def test_a_relay_that_cannot_be_asked_is_not_asked() -> None:
    outcome, stand_in = looked_up({}, find=None)
    assert (outcome, stand_in.asked) == (None, [])


class LeadsHome(AbstractResolver):
    """A name service that somebody has turned to this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Answer with this machine."""
        here: ResolveResult = {
            "hostname": host,
            "host": "127.0.0.1",
            "port": port,
            "family": family,
            "proto": 0,
            "flags": 0,
        }
        return [here]

    async def close(self) -> None:
        """Hold nothing."""


@pytest.mark.parametrize("allowed", [True, False])
def test_a_name_that_leads_into_a_private_network_is_asked_only_where_the_settings_allow_it(*, allowed: bool) -> None:
    async def scenario() -> tuple[Outcome, StandIn]:
        async with standin.listening() as stand_in:
            stand_in.will(standin.answering({"code": "0000", "data": [{"id": 77}]}))
            port = stand_in.url.rpartition(":")[2]
            described = relays.signing_json(f"http://relay.example:{port}", allow_private=allowed)
            async with RelayProvider(relays.relay(described), resolver=LeadsHome()).open() as opened:
                return await opened.send(OUTGOING), stand_in

    outcome, stand_in = asyncio.run(scenario())
    assert isinstance(outcome, Accepted if allowed else Refused)
    assert len(stand_in.asked) == allowed
    assert allowed or getattr(outcome, "reason", None) == "configuration"
