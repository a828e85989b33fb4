"""The short way of a pull that finds nothing new says what the long way says, and lets nobody in who may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backend.core import clock
from backend.core.db import db, unit_of_work
from backend.core.throttle import Throttle
from backend.sync import routes
from backend.sync.cursor import parse
from backend.sync.models import SyncClock
from tests import factories

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Tablet


@pytest.fixture
def cursor(tablet: Tablet) -> str:
    """A cursor that has read everything; the tablet was just seen."""
    with unit_of_work():
        factories.product()
    return str(tablet.pull(tablet.get("/sync/snapshot").get_json()["cursor"])["cursor"])


def ask(tablet: Tablet, cursor: str, **headers: str) -> Any:
    """One pull."""
    return tablet.get("/sync/pull", query_string={"cursor": cursor, "limit": 10}, headers=headers)


def test_both_ways_say_the_same(tablet: Tablet, cursor: str) -> None:
    now = clock.now()
    with clock.frozen(now):
        short = ask(tablet, cursor)
        # A header that the short way leaves to the other one.
        long = ask(tablet, cursor, **{"Dangol-Schema": str(parse(cursor).schema)})
    assert short.get_json() == long.get_json()
    # Flask ends JSON with a new line, and looked for a cookie on the way.
    assert {*short.headers.items()} - {*long.headers.items()} == {("Content-Length", str(len(short.data)))}
    assert {*dict(long.headers)} - {*dict(short.headers)} <= {"Vary"}
    assert short.get_json()["changes"] == []


def test_what_was_written_since_is_seen_at_once(tablet: Tablet, cursor: str) -> None:
    assert ask(tablet, cursor).get_json()["changes"] == []
    with unit_of_work():
        product = factories.product()
    assert [change["id"] for change in ask(tablet, cursor).get_json()["changes"]] == [product.id]


def test_a_withdrawn_tablet_is_turned_away_on_its_next_call(tablet: Tablet, cursor: str) -> None:
    assert ask(tablet, cursor).status_code == 200
    with unit_of_work():
        tablet.device.revoked_at = clock.now()
    answer = ask(tablet, cursor)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "device_revoked")


def test_an_unknown_token_and_a_strange_cursor_are_refused_as_ever(tablet: Tablet, cursor: str) -> None:
    assert ask(tablet, cursor, Authorization="Bearer nobody").status_code == 401
    assert ask(tablet, "nonsense").status_code == 422
    assert tablet.get("/sync/pull", query_string={"cursor": cursor, "limit": 0}).status_code == 422
    assert tablet.get("/sync/pull", query_string={"cursor": cursor, "limit": "\u0661"}).status_code == 422


def test_another_epoch_is_named(tablet: Tablet, cursor: str) -> None:
    with unit_of_work():
        db.session.query(SyncClock).update({"epoch": "another"})
    assert ask(tablet, cursor).get_json()["code"] == "epoch_changed"


def test_who_asks_without_end_waits(app: Flask, tablet: Tablet, cursor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", value=True)
    monkeypatch.setattr(routes, "CALLS", Throttle(burst=2, per_second=0.01))
    assert [ask(tablet, cursor).status_code for _ in range(3)] == [200, 200, 429]
