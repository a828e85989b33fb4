"""A scripted HTTP server in the place of a provider, for one test's event loop."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable


@dataclass
class StandIn:
    """What was asked, and what is answered next."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    def will(self, answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        """Answer the next request like this."""
        self.answers.append(answer)


def created(**values: Any) -> Any:
    """Answer as Twilio does to a message that it took."""

    async def answer(request: web.Request) -> web.Response:
        form = await request.post()
        taken = {"sid": "SM1", "status": "queued", "num_segments": "1", "to": form["To"], "body": form["Body"]}
        return web.json_response(taken | values, status=201)

    return answer


def listing(*messages: dict[str, Any], status: int = 200) -> Any:
    """Answer with one page of messages."""

    async def answer(_request: web.Request) -> web.Response:
        page = {"messages": list(messages), "page": 0, "page_size": 100, "next_page_uri": None, "uri": "/x"}
        return web.json_response(page, status=status)

    return answer


def refused(code: int | None, status: int = 400) -> Any:
    """Answer with one of Twilio's errors."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"code": code, "message": "no", "status": status}, status=status)

    return answer


def broken(body: str, status: int) -> Any:
    """Answer with something that is no JSON."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=body, status=status)

    return answer


def reset() -> Any:
    """Take the request and drop the connection."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    return answer


@dataclass
class Dropped:
    """Drop the connection before the body is read."""

    async def __call__(self, request: web.Request) -> web.Response:
        """Answer nothing."""
        assert request.transport is not None
        request.transport.abort()
        return web.Response()


def silent(seconds: float) -> Any:
    """Take the request and say nothing for a while."""

    async def answer(_request: web.Request) -> web.Response:
        await asyncio.sleep(seconds)
        return web.Response(status=500)

    return answer


def answering(value: Any, status: int = 200, **headers: str) -> Any:
    """Answer with JSON."""

    async def answer(_request: web.Request) -> web.Response:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return web.Response(text=json.dumps(value), status=status, headers=named, content_type="application/json")

    return answer


def cut_short(status: int = 200) -> Any:
    """Begin an answer and drop the connection in the middle of it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"sid": "SM1"')
        assert request.transport is not None
        request.transport.abort()
        return response

    return answer


def moved(status: int) -> Any:
    """Send whoever asks to another place of this server."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    return answer


@asynccontextmanager
async def listening(*, tls: ssl.SSLContext | None = None) -> AsyncIterator[StandIn]:
    """Serve on a free port of this machine."""
    stand_in = StandIn()

    async def handle(request: web.Request) -> web.StreamResponse:
        answer = stand_in.answers.pop(0) if stand_in.answers else created()
        about = {"method": request.method, "path": request.path, "query": dict(request.query)}
        stand_in.asked.append(about | {"headers": dict(request.headers)})
        if not isinstance(answer, Dropped):
            stand_in.asked[-1] |= {"form": dict(await request.post()), "body": await request.read()}
        response: web.StreamResponse = await answer(request)
        return response

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    host, port = runner.addresses[0][:2]
    stand_in.url = f"{'https' if tls else 'http'}://{host}:{port}"
    try:
        yield stand_in
    finally:
        await runner.cleanup()
