"""`dangol sync verify` finds what is wrong: each way in which the tables can disagree is made and must be told."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, insert, update

from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.sync import prepare_scope, verify
from backend.sync.clock import now_v
from backend.sync.epochs import begin_epoch
from backend.sync.models import Block, BlockBody, ChangeLog, ClockDay, Receipt, ScopeLog, SyncClock, SyncEpoch
from tests import factories

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Tablet

_EARLY, _LATE = date(2026, 1, 1), date(2026, 1, 2)


@pytest.fixture(autouse=True)
def furnished(tablet: Tablet) -> None:
    """A store with a few customers, in a block."""
    with unit_of_work():
        for _ in range(3):
            factories.customer(home_store_id=tablet.store_id)
    prepare_scope(tablet.device.scope)


def receipt(v: int) -> dict[str, Any]:
    return {"mutation_id": new_id(), "device_id": new_id(), "payload_hash": "0" * 64, "result": {}, "v": v}


def test_what_is_in_order_has_no_problems(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["sync", "verify", "--json"])
    report = json.loads(done.output)
    assert done.exit_code == 0
    assert report["ok"] is True
    assert report["problems"] == []
    assert report["collections"]["customers"] == {"rows": 3, "blocks": 1}


def test_a_restored_database_is_in_order() -> None:
    run_in_unit_of_work(begin_epoch)
    assert verify.verify()["problems"] == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (delete(SyncClock), "there is no clock"),
        (update(SyncClock).values(epoch=new_id()), "not the newest one"),
        (update(SyncEpoch).values(number=2), "gaps"),
        (update(SyncClock).values(v=0), "newer than the clock"),
        (update(SyncClock).values(kept_from=2**40), "newer than the clock"),
        (insert(Receipt).values(receipt(2**40)), "receipt: holds v"),
        (insert(ClockDay).values([{"day": _EARLY, "v": 1}, {"day": _LATE, "v": 0}]), "the clock went back"),
        (update(Block).values(checksum="0" * 64), "the checksum is another"),
        (delete(BlockBody), "its bytes are gone"),
        (delete(ChangeLog).where(ChangeLog.collection == "customers"), "not in the change log"),
        (delete(ScopeLog), "disagree about"),
    ],
)
def test_what_is_not_in_order_is_told(app: Flask, statement: Any, words: str) -> None:
    with unit_of_work():
        db.session.execute(statement)
    done = app.test_cli_runner().invoke(args=["sync", "verify", "--json"])
    assert done.exit_code == 1
    assert any(words in problem for problem in json.loads(done.output)["problems"]), done.output


def test_a_block_older_than_the_tombstones_is_told(tablet: Tablet) -> None:
    with unit_of_work():
        factories.customer(home_store_id=tablet.store_id)
    with unit_of_work():
        db.session.execute(update(SyncClock).values(kept_from=now_v()))
        db.session.execute(update(Block).values(v=1))
    assert any("older than the tombstones" in problem for problem in verify.verify()["problems"])
