"""A scripted HTTP server in the place of Twilio, for one test's event loop."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
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


def silent(seconds: float) -> Any:
    """Take the request and say nothing for a while."""

    async def answer(_request: web.Request) -> web.Response:
        await asyncio.sleep(seconds)
        return web.Response(status=500)

    return answer


@asynccontextmanager
async def listening() -> AsyncIterator[StandIn]:
    """Serve on a free port of this machine."""
    stand_in = StandIn()

    async def handle(request: web.Request) -> web.StreamResponse:
        form = dict(await request.post())
        query = dict(request.query)
        stand_in.asked.append({"method": request.method, "path": request.path, "form": form, "query": query})
        answer = stand_in.answers.pop(0) if stand_in.answers else created()
        response: web.StreamResponse = await answer(request)
        return response

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    stand_in.url = f"http://{host}:{port}"
    try:
        yield stand_in
    finally:
        await runner.cleanup()
