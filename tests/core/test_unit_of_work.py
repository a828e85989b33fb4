"""Units of work take turns, and never take all connections."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from backend.core import db as database
from backend.core.db import db, unit_of_work
from backend.core.errors import Busy
from backend.core.turns import Turns
from tests import factories

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Tablet


@pytest.fixture
def nobody_gets_a_turn(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """As many others write as may."""
    del app
    turns, taken = database.TURNS[db.engine.dialect.name], 0
    while turns.acquire(within=0):
        taken += 1
    monkeypatch.setattr(database, "_TURN_WITHIN", 0.05)
    yield taken
    for _ in range(taken):
        turns.release()


def test_who_gets_no_turn_is_told_to_come_again_and_who_reads_needs_none(
    tablet: Tablet, nobody_gets_a_turn: int
) -> None:
    assert nobody_gets_a_turn == {"sqlite": 1, "postgresql": 3}[db.engine.dialect.name]
    with pytest.raises(Busy), unit_of_work():
        pass
    answer = tablet.post("/sync/push", json={"mutations": [{"id": "one"}]})
    assert (answer.status_code, answer.get_json()["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert tablet.get("/sync/snapshot").status_code == 200


def test_turns_come_back_whatever_became_of_the_work(app: Flask) -> None:
    del app
    for _ in range(20):
        with pytest.raises(ZeroDivisionError), unit_of_work():
            _ = 1 / 0
        with unit_of_work():
            factories.unit()


@pytest.mark.parametrize("synced", [True, False])
def test_a_unit_says_whether_its_commit_waits_for_the_disk(app: Flask, synced: bool) -> None:
    del app
    asked: dict[str, tuple[str, dict[bool, Any]]] = {
        "sqlite": ("PRAGMA synchronous", {True: 2, False: 1}),
        "postgresql": ("SHOW synchronous_commit", {True: "on", False: "off"}),
    }
    query, said = asked[db.engine.dialect.name]
    with unit_of_work(synced=False):
        pass  # What the connection was used for before does not matter.
    with unit_of_work(synced=synced) as session:
        if db.engine.dialect.name == "postgresql" and synced:
            session.connection().exec_driver_sql(
                "SET SESSION synchronous_commit = on"
            )  # The tests' cluster has it off.
        assert session.connection().exec_driver_sql(query).scalar_one() == said[synced]


def test_turns_are_taken_in_the_order_in_which_they_were_asked_for() -> None:
    turns, came = Turns(1), []
    assert turns.acquire(within=0)

    def take(number: int) -> None:
        assert turns.acquire(within=30)
        came.append(number)
        turns.release()

    waiting = []
    for number in range(5):
        waiting.append(threading.Thread(target=take, args=(number,)))
        waiting[-1].start()
        while turns.waiting < number + 1:
            time.sleep(0.001)
    assert not turns.acquire(within=0.01)
    turns.release()
    for each in waiting:
        each.join()
    assert came == [0, 1, 2, 3, 4]
    assert turns.acquire(within=0)
