"""The hint to pull: at once, whenever the clock moves, and no longer than somebody may read."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from backend.core.audit import SYSTEM
from backend.core.db import db, unit_of_work
from backend.organization import Staff, tablets
from backend.sync import clock, events
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Tablet


@pytest.fixture(autouse=True)
def hub(app: Any) -> Iterator[events.Hub]:
    """The app's hub, quicker to notice that somebody may no longer read; all streams are closed at the end."""
    with app.app_context():
        found = events.hub()
    before, found.check_every = found.check_every, 0.1
    yield found
    found.check_every = before
    deadline = time.monotonic() + 5
    while (found.streams or found.watched) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (found.streams, found.watched) == (0, False), "somebody still looks at the clock for nobody"


class Listening:
    """A tablet's open stream; `hints` are the clocks it was told, `comments` how often it was kept alive."""

    def __init__(self, response: Any) -> None:
        assert response.status_code == 200
        assert response.content_type == "text/event-stream"
        self._response = response
        self.hints: list[int] = []
        self.comments = 0
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        for piece in self._response.response:
            text = piece.decode()
            assert text.endswith("\n\n")
            if text.startswith(":"):
                self.comments += 1
            else:
                name, data = text.strip().split("\n")
                assert name == "event: v"
                self.hints.append(json.loads(data.removeprefix("data: "))["v"])

    def wait(self, until: Any, seconds: float = 5) -> None:
        """Wait until `until(self)` is so."""
        deadline = time.monotonic() + seconds
        while not until(self):
            assert time.monotonic() < deadline, (self.hints, self.comments)
            time.sleep(0.01)

    def ends(self, seconds: float = 5) -> bool:
        """Whether the server ends it."""
        self._thread.join(seconds)
        return not self._thread.is_alive()


def change() -> None:
    """Something that tablets hold changes."""
    with unit_of_work():
        factories.product()


def now() -> int:
    """The clock as it stands."""
    db.session.rollback()
    return clock.now_v()


def withdraw(*gone: Tablet) -> None:
    with unit_of_work():
        for each in gone:
            tablets.revoke(each.device.id, acting_staff=SYSTEM)


def test_it_says_the_clock_at_once_and_after_each_change(tablet: Tablet) -> None:
    listening = Listening(tablet.get("/sync/events"))
    listening.wait(lambda stream: stream.hints)
    assert listening.hints == [now()]
    for number in range(2, 4):
        change()
        listening.wait(lambda stream, number=number: len(stream.hints) == number)
    assert listening.hints == sorted(set(listening.hints))
    # What it said is where a pull arrives.
    assert listening.hints[-1] == now()
    withdraw(tablet)
    assert listening.ends()


def test_a_commit_in_this_process_is_told_sooner_than_the_next_look(tablet: Tablet, hub: events.Hub) -> None:
    hub.poll_every, before = 30.0, hub.poll_every
    try:
        listening = Listening(tablet.get("/sync/events"))
        listening.wait(lambda stream: stream.hints)
        time.sleep(hub.publish_every * 2)
        change()
        listening.wait(lambda stream: len(stream.hints) == 2, seconds=2)
    finally:
        hub.poll_every = before
    withdraw(tablet)
    assert listening.ends()


def test_many_changes_are_told_four_times_a_second_at_most(tablet: Tablet) -> None:
    listening = Listening(tablet.get("/sync/events"))
    listening.wait(lambda stream: stream.hints)
    begun = time.monotonic()
    for _ in range(60):
        change()
    newest = now()
    listening.wait(lambda stream: stream.hints[-1] == newest)
    assert len(listening.hints) <= 3 + 4 * (time.monotonic() - begun)
    withdraw(tablet)
    assert listening.ends()


def test_a_quiet_stream_is_kept_alive(tablet: Tablet, hub: events.Hub) -> None:
    hub.keep_every, before = 0.05, hub.keep_every
    try:
        listening = Listening(tablet.get("/sync/events"))
        listening.wait(lambda stream: stream.comments >= 3)
    finally:
        hub.keep_every = before
    withdraw(tablet)
    assert listening.ends()


def test_a_withdrawn_tablet_s_stream_ends_and_the_others_go_on(make_tablet: Any) -> None:
    first, second = make_tablet(), make_tablet()
    gone, stays = Listening(first.get("/sync/events")), Listening(second.get("/sync/events"))
    withdraw(first)
    assert gone.ends()
    change()
    stays.wait(lambda stream: len(stream.hints) >= 2)
    assert not stays.ends(0.3)
    withdraw(second)
    assert stays.ends()


def test_a_browser_s_stream_ends_with_its_session(client: Any, sign_in: Any, tablet: Tablet) -> None:
    client.set_cookie("dangol_device", tablet.token, path="/api/v1")
    assert client.get("/api/v1/sync/events").get_json()["code"] == "session_expired"
    sign_in(role="associate")
    with client.session_transaction() as session:
        session["dangol_signed_in_at"] = time.time() - 12 * 3600 + 1
    listening = Listening(client.get("/api/v1/sync/events"))
    listening.wait(lambda stream: stream.hints)
    assert listening.ends()


def test_who_no_longer_works_here_hears_no_more(client: Any, sign_in: Any, tablet: Tablet) -> None:
    client.set_cookie("dangol_device", tablet.token, path="/api/v1")
    person: Staff = sign_in(role="associate")
    listening = Listening(client.get("/api/v1/sync/events"))
    listening.wait(lambda stream: stream.hints)
    with unit_of_work() as session:
        session.get_one(Staff, person.id).active = False
    assert listening.ends()


def test_who_goes_away_is_forgotten(tablet: Tablet, hub: events.Hub) -> None:
    response = tablet.get("/sync/events")
    assert next(iter(response.response)).startswith(b"event: v")
    assert hub.streams == 1
    response.close()
    assert hub.streams == 0


def test_two_hundred_streams_ask_the_database_as_often_as_one(make_tablet: Any, hub: events.Hub) -> None:
    one = make_tablet()
    looks: list[int] = []
    read = hub.read
    hub.check_every = 60
    streams = [iter(one.get("/sync/events").response) for _ in range(200)]
    for each in streams:
        next(each)

    def counted(engine: Any) -> int:
        looks.append(1)
        return read(engine)

    hub.read = counted  # type: ignore[method-assign]
    try:
        time.sleep(1)
        quiet = len(looks)
        change()
        begun = time.monotonic()
        assert all(next(each).startswith(b"event: v") for each in streams)
        took = time.monotonic() - begun
    finally:
        hub.read = read  # type: ignore[method-assign]
    assert quiet <= 12
    assert took < 1
    for each in streams:
        each.close()
