"""What the benchmarks of sending share: a shop, members who agreed, their batch, and a stand-in for the provider."""

from __future__ import annotations

import asyncio
import multiprocessing
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import uuid_utils
from sqlalchemy import insert
from twilio.http.async_http_client import AsyncTwilioHttpClient

from backend.consent.models import ConsentEntry
from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, table_of, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer
from backend.delivery import Draft, Route, open_batch, register
from backend.sync import mark_changed
from sms.providers.account import TwilioAccount
from sms.providers.twilio import TwilioProvider
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractAsyncContextManager
    from multiprocessing.connection import Connection

    from flask import Flask

    from backend.delivery import ChannelName, Contact, Transport

BODY: Final = "(광고)하늘면세점 1588-0000\n회원님, 이번 주말까지 20% 할인\n무료수신거부 080-000-0000"
SID: Final = "AC" + "0" * 32
_MANY: Final = 10_000


class _Sms:
    """The channel over a provider of our own making."""

    name: ChannelName = "sms"

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account

    def routes(self, contacts: Sequence[Contact]) -> list[Route | None]:
        """All go the one way."""
        return [Route("twilio", "하늘메시지", "15880000")] * len(contacts)

    def open(self) -> AbstractAsyncContextManager[Transport]:
        """Open Twilio's SDK."""
        return TwilioProvider(self._account).open()


def send_by_twilio(app: Flask, url: str) -> None:
    """Have the app's texts go by Twilio's official SDK to the stand-in at `url`."""
    status = f"{url}/status"
    account = TwilioAccount(
        sid=SID, token="token", sender="15880000", messaging_service=None, callback_url=status, api_url=url
    )
    register(app, _Sms(account))


def shop() -> tuple[str, str]:
    """Add a sender and its store, in a zone where it is day whenever this runs; their ids."""
    with unit_of_work():
        unit = factories.unit(sender_name="하늘면세점", contact="1588-0000")
        store = factories.store(name="강남점", business_unit_id=unit.id)
        return unit.id, store.id


def members(count: int, sender_id: str) -> list[tuple[str, str]]:
    """Add members who agreed to commercial texts at night, too; their ids and phones."""
    now = clock.now()
    people = [(new_id(), f"+8210{20_000_000 + number}") for number in range(count)]
    for start in range(0, count, _MANY):
        part = people[start : start + _MANY]
        rows = [
            {"id": each, "name": "회원", "phone": phone, "created_at": now, "updated_at": now} for each, phone in part
        ]
        said = [
            {
                "id": new_id(),
                "customer_id": each,
                "purpose": "marketing",
                "channel": "sms",
                "sender_id": sender_id,
                "granted": True,
                "night": True,
                "wording_version": "bench-1",
                "occurred_at": now - timedelta(days=1),
                "recorded_at": now,
            }
            for each, _ in part
        ]
        with unit_of_work():
            mark_changed("customers", [each for each, _ in part])
            db.session.connection().execute(insert(table_of(Customer)), rows)
            db.session.connection().execute(insert(table_of(ConsentEntry)), said)
    return people


def drafts(
    people: list[tuple[str, str]], sender_id: str, store_id: str, *, size: int = 1, priority: int = 5
) -> list[Draft]:
    """A commercial text to each, of so many segments and so urgent."""
    return [
        Draft(
            channel="sms",
            purpose="commercial",
            customer_id=each,
            sender_id=sender_id,
            store_id=store_id,
            address=phone,
            body=BODY,
            size=size,
            priority=priority,
        )
        for each, phone in people
    ]


def batch(sender_id: str) -> str:
    """Open a batch; its id."""
    return run_in_unit_of_work(
        lambda: open_batch("가을", channel="sms", purpose="commercial", sender_id=sender_id, actor=SYSTEM).id
    )


class _Elsewhere(AsyncTwilioHttpClient):  # type: ignore[misc] # the SDK ships no types
    """The SDK's own client as it is, to another address."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    async def request(self, method: str, url: str, *rest: object, **named: object) -> object:
        """Ask the stand-in."""
        return await super().request(method, url.replace("https://api.twilio.com", self._url), *rest, **named)


def bare_client(url: str) -> AsyncTwilioHttpClient:
    """Return what the SDK itself sends by, without retries, to the stand-in."""
    return _Elsewhere(url)


@contextmanager
def provider() -> Iterator[str]:
    """Serve what takes every text at once, in a process of its own; its address."""
    ours, its = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(its,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.kill()
        process.join()


class _Taking(asyncio.Protocol):
    """HTTP as fast as can be: whatever comes is taken, and answered as Twilio answers."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self._got += data
        while (head := self._got.find(b"\r\n\r\n")) >= 0:
            length = 0
            for line in self._got[:head].split(b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if len(self._got) < head + 4 + length:
                return
            self._got = self._got[head + 4 + length :]
            self._transport.write(_answer())


def _answer() -> bytes:
    sid = "SM" + uuid_utils.uuid4().hex
    body = (
        f'{{"sid":"{sid}","status":"queued","num_segments":"2","to":"+821020000000","from":"15880000",'
        '"body":"x","direction":"outbound-api","error_code":null,"error_message":null,"price":null,'
        '"date_created":"Tue, 10 Nov 2026 03:00:02 +0000"}'
    ).encode()
    head = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    return head + body


def _serve(told: Connection) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(_Taking, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())
