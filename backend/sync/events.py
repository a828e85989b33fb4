"""`GET /sync/events`: a hint to pull, sent whenever the clock moves. Polling alone is enough; this is only sooner.

One thread (a greenlet under gunicorn's gevent workers) looks at the clock row for all streams of a process, and only
while there are any; a commit in this process wakes it at once. A waiting stream holds no connection to the database
and costs an event object. A stream ends when its tablet is withdrawn or its session is over, and after an hour in any
case, upon which a browser opens the next by itself.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, cast

import structlog
from flask import current_app, has_app_context
from sqlalchemy import event, select
from sqlalchemy.exc import SQLAlchemyError

from backend.core import clock as wall
from backend.core.db import db
from backend.sync.models import SyncClock
from backend.sync.registry import staffing

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from backend.sync.contract import Caller

_KEY = "dangol.sync_events"
_log = structlog.get_logger(__name__)


class Hub:
    """Who listens in this process, and the one that looks at the clock for them. Times are in seconds."""

    def __init__(self, app: Flask) -> None:
        self.poll_every = 0.1
        # At most four hints a second to each stream, however fast the clock moves.
        self.publish_every = 0.25
        self.check_every = 10.0
        self.keep_every = 20.0
        self.longest = 3600.0
        self.v = -1
        # Whether somebody looks at the clock: only while there are streams.
        self.watched = False
        self._app = app
        self._lock = threading.Lock()
        self._streams: set[Stream] = set()
        self._awake = threading.Event()

    @property
    def streams(self) -> int:
        """How many listen."""
        return len(self._streams)

    def add(self, stream: Stream) -> None:
        """Have `stream` woken from now on."""
        with self._lock:
            self._streams.add(stream)
            if not self.watched:
                self.watched = True
                threading.Thread(target=self._watch, name="sync-events", daemon=True).start()

    def remove(self, stream: Stream) -> None:
        """Forget `stream`."""
        with self._lock:
            self._streams.discard(stream)

    def wake(self) -> None:
        """Have the clock looked at now: something was committed here."""
        if self._streams:
            self._awake.set()

    def read(self, engine: Engine) -> int:
        """The clock as it stands."""
        with engine.connect() as connection:
            return connection.execute(select(SyncClock.v)).scalar_one()

    def _watch(self) -> None:
        with self._app.app_context():
            engine = db.engine
        try:
            self._look_on(engine)
        except BaseException:
            # Whatever ended it, the next stream starts it anew.
            self.watched = False
            raise

    def _look_on(self, engine: Engine) -> None:
        checked = time.monotonic()
        while self._goes_on():
            published = False
            try:
                published = self._look(engine)
                if time.monotonic() - checked >= self.check_every:
                    checked = time.monotonic()
                    self._end_gone()
            except SQLAlchemyError:
                # The database is away or busy: the streams stay, and the next look tells.
                _log.warning("sync_events_look_failed", exc_info=True)
            self._rest(published=published)

    def _rest(self, *, published: bool) -> None:
        if published:
            time.sleep(self.publish_every)
        else:
            self._awake.wait(self.poll_every)
        self._awake.clear()

    def _goes_on(self) -> bool:
        with self._lock:
            self.watched = bool(self._streams)
            return self.watched

    def _look(self, engine: Engine) -> bool:
        """Wake everybody when the clock moved; whether it did. After a restore it may stand lower than before."""
        now = self.read(engine)
        if now == self.v:
            return False
        self.v = now
        for stream in self._all():
            stream.woken.set()
        return True

    def _end_gone(self) -> None:
        """End the streams of those who may no longer read: one question for all of them."""
        streams = self._all()
        with self._app.app_context():
            gone = staffing().gone([stream.caller for stream in streams])
        now = wall.now()
        for stream in streams:
            ends = stream.caller.session_ends
            if stream.caller.device_id in gone or (ends is not None and now > ends):
                stream.ended = True
                stream.woken.set()

    def _all(self) -> list[Stream]:
        with self._lock:
            return list(self._streams)


class Stream:
    """What one tablet is sent, as the iterable of a response. It joins the hub when it is first read."""

    def __init__(self, hub: Hub, caller: Caller, engine: Engine) -> None:
        self.caller = caller
        self.woken = threading.Event()
        self.ended = False
        self._hub = hub
        self._engine = engine
        self._sent: int | None = None
        self._until = 0.0

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> bytes:
        if self._sent is None:
            return self._begin()
        while (left := self._left()) > 0:
            if not self.woken.wait(min(self._hub.keep_every, left)):
                return b": keep\n\n"
            self.woken.clear()
            if self._hub.v != self._sent and not self.ended:
                return self._hint(self._hub.v)
        self.close()
        raise StopIteration

    def close(self) -> None:
        """The client went away, or the stream ended."""
        self._hub.remove(self)

    def _left(self) -> float:
        return 0.0 if self.ended else self._until - time.monotonic()

    def _begin(self) -> bytes:
        self._until = time.monotonic() + self._hub.longest
        self._hub.add(self)
        return self._hint(self._hub.read(self._engine))

    def _hint(self, v: int) -> bytes:
        self._sent = v
        return b'event: v\ndata: {"v": %d}\n\n' % v


def init_app(app: Flask) -> None:
    """Give `app` a hub, and have every commit wake it."""
    app.extensions[_KEY] = Hub(app)
    with app.app_context():
        session_class = db.session.session_factory.class_
    if not event.contains(session_class, "after_commit", _committed):
        event.listen(session_class, "after_commit", _committed)


def hub() -> Hub:
    """The hub of the running app."""
    return cast("Hub", current_app.extensions[_KEY])


def stream(caller: Caller) -> Stream:
    """What `caller` is sent."""
    return Stream(hub(), caller, db.engine)


def _committed(session: Session) -> None:
    # The end of a savepoint is none of a unit of work.
    if not session.in_nested_transaction() and has_app_context():
        hub().wake()
