"""The worker's loop: claim, call, record; everything asynchronous but the database, which has one thread of its own.

Runs in a process without gevent (asyncio and gevent do not share one). Any number of workers may run on PostgreSQL, one
or more on SQLite; what they do is kept apart by the claims alone.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import structlog
from sqlalchemy.exc import DataError, IntegrityError

from backend.core import clock
from backend.core.db import db, end_read, run_in_unit_of_work
from backend.delivery import claim, lookups, outcomes
from backend.delivery.channels import (
    Companion,
    NotProcessed,
    Outcome,
    OutcomeUnknown,
    Outgoing,
    Transport,
    companions,
    registered,
)
from backend.delivery.claim import Claimed
from backend.delivery.outcomes import Result
from backend.delivery.pacing import Window
from backend.delivery.wake import Bell

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from flask import Flask

    from backend.delivery.rules import ChannelName

IN_FLIGHT: Final = 64
"""Calls under way in a worker, and so the most rows that its sudden death makes `unknown`.

Of the bare SDK's rate 32 leave the loop waiting while a claim is committed, more than 64 bring nothing any more.
"""
POLL: Final = 0.2
"""Seconds between looks at an empty outbox."""

GATHER: Final = 0.003
"""Seconds in which a few answers wait for more: what a transaction costs is then shared by many."""

LOOK_UP_EVERY: Final = 5.0
LOOKUPS: Final = 16
"""Seconds between looks for messages of unknown outcome, and how many are asked for at a time."""

FINISH: Final = 8.0
"""Seconds for calls under way to end after the signal to stop."""

PATIENCE: Final = 5.0
"""Seconds to wait after a failure of the database before the next try."""

log = structlog.get_logger(__name__)
T = TypeVar("T")


def run_dispatcher(app: Flask, stop: threading.Event) -> None:
    """Send until `stop` is set, then finish the calls under way, write down their outcomes and return.

    Blocks; call it in the main thread or in a thread of the worker process. Companions that features registered (the
    simulator's callbacks) run in the same event loop.
    """
    asyncio.run(dispatch(app, stop))


async def dispatch(app: Flask, stop: threading.Event) -> None:
    """Run the loop of `run_dispatcher` inside a running event loop."""
    beside = [asyncio.create_task(_keep_company(companion, app, stop)) for companion in companions(app)]
    dispatcher = Dispatcher(app, worker=f"{socket.gethostname()}:{os.getpid()}")
    try:
        await dispatcher.run(stop)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        dispatcher.close()


async def _keep_company(companion: Companion, app: Flask, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            await companion(app, stop)
        except Exception:
            log.exception("companion_failed", companion=getattr(companion, "__qualname__", repr(companion)))
            await asyncio.sleep(PATIENCE)


class Dispatcher:
    """One worker's loop over the outbox."""

    def __init__(self, app: Flask, *, worker: str, in_flight: int = IN_FLIGHT) -> None:
        self._app = app
        self._worker = worker
        self._window = Window.of(in_flight)
        self._channels: dict[ChannelName, Transport] = {}
        self._under_way: set[asyncio.Task[Result]] = set()
        self._unrecorded: list[Result] = []
        self._turns = 0
        self._tidy_at = 0.0
        self._called = asyncio.Event()
        self._database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="dispatcher-db")

    def close(self) -> None:
        """End the database thread."""
        self._database.shutdown(wait=True)

    async def run(self, stop: threading.Event) -> None:
        """Open every registered channel and work until `stop` is set and nothing is under way."""
        async with AsyncExitStack() as stack:
            for name, channel in registered(self._app).items():
                try:
                    self._channels[name] = await stack.enter_async_context(channel.open())
                except Exception:
                    # What one channel lacks must not stop the others; its messages wait, and the log says why.
                    log.exception("channel_not_opened", channel=name)
            log.info("dispatcher_started", worker=self._worker, channels=sorted(self._channels))
            reconciling = asyncio.create_task(self._reconcile())
            bell = self._bell()
            bell.start()
            try:
                while not stop.is_set():
                    self._called.clear()
                    if not await self._turn():
                        await self._wait()
                await self._finish()
            finally:
                await asyncio.to_thread(bell.stop)
                reconciling.cancel()
            await asyncio.gather(reconciling, return_exceptions=True)
        log.info("dispatcher_stopped", worker=self._worker)

    def _bell(self) -> Bell:
        loop = asyncio.get_running_loop()
        with self._app.app_context():
            return Bell(db.engine, lambda: loop.call_soon_threadsafe(self._called.set))

    async def _turn(self) -> bool:
        """Write down what has finished and claim as much as there is room for, in one transaction. False when idle."""
        self._collect()
        if self._under_way and len(self._unrecorded) < self._window.limit // 2:
            await asyncio.sleep(GATHER)
            self._collect()
        room = self._window.room(len(self._under_way))
        of_batches = self._window.room_for_batches(len(self._under_way))
        try:
            if not self._unrecorded and not (room and await self._in_database(partial(self._look, of_batches > 0))):
                return False
            results, self._unrecorded = self._unrecorded, []
            try:
                claimed = await self._in_database(
                    lambda: run_in_unit_of_work(lambda: self._record_and_claim(results, room, of_batches))
                )
            except (IntegrityError, DataError):
                await self._record_one_by_one(results)
                return True
            except BaseException:
                self._unrecorded = results + self._unrecorded
                raise
        except Exception:
            log.exception("dispatcher_turn_failed")
            await asyncio.sleep(PATIENCE)
            return False
        for channel, outgoing in claimed.outgoing:
            self._under_way.add(asyncio.create_task(self._send(outgoing, self._channels[channel])))
        return bool(results or claimed.looked_at)

    async def _record_one_by_one(self, results: list[Result]) -> None:
        """Find the one result that cannot be stored, so that it holds up no other; its lease makes it `unknown`."""
        for result in results:
            try:
                await self._write(partial(outcomes.record, [result]))
            except (IntegrityError, DataError):
                log.exception("result_cannot_be_stored", message_id=result.outgoing.id)

    async def _reconcile(self) -> None:
        """Ask providers for messages of unknown outcome, a few at a time, apart from the sending."""
        while True:
            try:
                if await self._in_database(self._look_for_unknown):
                    await self._look_up()
            except Exception:
                log.exception("dispatcher_lookup_failed")
            await asyncio.sleep(LOOK_UP_EVERY)

    async def _look_up(self) -> None:
        channels = tuple(self._channels)
        wanted = await self._write(lambda: lookups.take(channels=channels, limit=LOOKUPS))
        for channel, lookup in wanted:
            asked_at = clock.now()
            answer = await self._channels[channel].find(lookup)
            settled = await self._write(partial(lookups.settle, lookup.id, answer, asked_at=asked_at))
            log.info("unknown_looked_up", message_id=lookup.id, answer=type(answer).__name__, settled=settled)

    def _look_for_unknown(self) -> bool:
        try:
            return lookups.is_due()
        finally:
            end_read()

    def _look(self, of_batches: bool) -> bool:  # noqa: FBT001 - by `partial`
        try:
            return claim.has_work(of_batches=of_batches)
        finally:
            end_read()

    def _record_and_claim(self, results: list[Result], room: int, of_batches: int) -> Claimed:
        """In one transaction: what it holds locked is 64 rows, and another commit would cost more than it frees."""
        outcomes.record(results)
        if not room:
            return Claimed()
        self._turns += 1
        tidy = time.monotonic() >= self._tidy_at
        if tidy:
            self._tidy_at = time.monotonic() + POLL
        channels = tuple(self._channels)
        return claim.claim(
            worker=self._worker, channels=channels, limit=room, of_batches=of_batches, turn=self._turns, tidy=tidy
        )

    async def _send(self, outgoing: Outgoing, transport: Transport) -> Result:
        outcome: Outcome
        try:
            outcome = await transport.send(outgoing)
        except Exception as error:
            # A transport that breaks its promise may have sent before it broke.
            log.exception("transport_failed", message_id=outgoing.id)
            outcome = OutcomeUnknown(detail=type(error).__name__)
        if isinstance(outcome, NotProcessed):
            self._window.was_throttled()
        else:
            self._window.went_well()
        return Result(outgoing, outcome, clock.now())

    def _collect(self) -> None:
        done = {task for task in self._under_way if task.done()}
        self._under_way -= done
        self._unrecorded += [task.result() for task in done]

    async def _wait(self) -> None:
        called = asyncio.create_task(self._called.wait())
        await asyncio.wait({*self._under_way, called}, timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
        called.cancel()

    async def _finish(self) -> None:
        """Wait for the calls under way, within what a supervisor grants; the lease takes care of the others."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=FINISH)
        self._collect()
        if self._unrecorded:
            await self._write(lambda: outcomes.record(self._unrecorded))

    async def _write(self, work: Callable[[], T]) -> T:
        return await self._in_database(lambda: run_in_unit_of_work(work))

    async def _in_database(self, work: Callable[[], T]) -> T:
        def in_context() -> T:
            with self._app.app_context():
                return work()

        return await asyncio.get_running_loop().run_in_executor(self._database, in_context)
