"""What the first snapshots of many tablets cost: prebuilt blocks, found by index, however many customers there are."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from backend.core import clock
from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.sync import blocks
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

_TABLETS = 200
_STORES = 4
_CUSTOMERS = 200
_READS = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Every statement that is sent meanwhile, with its parameters; savepoints and the like are none."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def snapshot_of(app: Flask, token: str) -> dict[str, Any]:
    """The snapshot that the tablet with this token gets."""
    answer = app.test_client().get("/api/v1/sync/snapshot", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    given: dict[str, Any] = answer.get_json()
    return given


def plans(app: Flask, sent: list[tuple[str, Any]]) -> list[str]:
    """How the database finds the rows of each statement that reads."""
    with app.app_context():
        connection = db.session.connection()
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        return [
            str(row[-1])
            for statement, parameters in sent
            if _READS.match(statement)
            for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)
        ]


def test_the_first_snapshots_of_200_tablets_read_lists_of_blocks_only(app: Flask) -> None:
    tokens = [new_id() for _ in range(_TABLETS)]
    with unit_of_work():
        stores = [factories.store() for _ in range(_STORES)]
        person = factories.staff(store_id=stores[0].id)
        for number, token in enumerate(tokens):
            factories.device(token, store=stores[number % _STORES], staff=person, last_seen_at=clock.now())
        for number in range(_STORES * _CUSTOMERS):
            factories.customer(home_store_id=stores[number % _STORES].id)
        factories.product()
    for store in stores:
        blocks.ensure_built(f"store:{store.id}")
    counts = set()
    with statements() as sent:
        for token in tokens:
            before = len(sent)
            collections = snapshot_of(app, token)["collections"]
            counts.add(len(sent) - before)
            assert collections["customers"]["rows"] == _CUSTOMERS
    # Who calls, the clock, and for each collection its set, its newest change and its blocks.
    assert max(counts) <= 2 + 4 * len(collections)
    assert all(_READS.match(statement) for statement, _ in sent)
    read = {name for statement, _ in sent for name in re.findall(r"(?:FROM|JOIN) (\w+)", statement)}
    assert read.isdisjoint({"customer", "customer_facts", "card", "product", "sale", "store_activity"})


def test_no_snapshot_scans_a_table(app: Flask, make_tablet: Any) -> None:
    with unit_of_work():
        store = factories.store()
        for _ in range(50):
            factories.customer(home_store_id=store.id)
    tablet = make_tablet(store=store)
    blocks.ensure_built(tablet.device.scope)
    snapshot_of(app, tablet.token)
    with statements() as sent:
        snapshot = snapshot_of(app, tablet.token)
        block = snapshot["collections"]["customers"]["blocks"][0]
        tablet.get(f"/sync/blocks/{block['hash']}")
    scans = [plan for plan in plans(app, sent) if "SCAN" in plan.upper()]
    # The clock has one row and no index; PostgreSQL reads tables as small as a test's in one go.
    assert [plan for plan in scans if "sync_clock" not in plan and db.engine.dialect.name == "sqlite"] == []
