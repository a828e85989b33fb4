"""`points_history_40k`: the page of a member's points with 40,000 entries, p95 over the API, writing down who looked.

The floor reads the same page, balance and expiries from the same database with the bare driver, and writes the look in
a transaction of its own that does not wait for the disk.
"""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from backend.core.audit import SYSTEM
from backend.core.db import unit_of_work
from backend.core.ids import new_id
from backend.loyalty import entry, post
from backend.organization import ScopeWish, enrol
from tests import factories
from tests.bench.harness import fresh_app, report

if TYPE_CHECKING:
    from collections.abc import Callable

_ENTRIES = 40_000
_ASKED = 200
_TARGET = 50.0


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with fresh_app() as (app, path):
        customer_id, token = _member()
        client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA synchronous = NORMAL")

        def ask() -> None:
            answer = client.get(f"/api/v1/customers/{customer_id}/points", headers=headers)
            if answer.status_code != 200 or answer.get_json()["balance"] != _ENTRIES:
                message = f"The page is wrong: {answer.status_code}."
                raise RuntimeError(message)

        value, floor = _p95(ask), _p95(lambda: _bare(connection, customer_id))
    ok = value <= _TARGET
    return report("points_history_40k", value=value, unit="ms", floor=floor, ratio=value / floor, target=_TARGET, ok=ok)


def _member() -> tuple[str, str]:
    """Somebody with a point for each of so many visits; a tablet of her store."""
    with unit_of_work():
        store = factories.store()
        factories.staff(login="associate", store_id=store.id)
        customer_id = str(factories.customer(home_store_id=store.id).id)
        token = enrol(store.code, "associate", wish=ScopeWish(), acting_staff=SYSTEM).token
        begin, ends = datetime(2026, 1, 1, tzinfo=UTC), date(2040, 1, 31)
        post(
            [
                entry(
                    customer_id=customer_id,
                    kind="gift",
                    points=1,
                    business_unit_id=store.business_unit_id,
                    occurred_at=begin + timedelta(minutes=number),
                    business_day=(begin + timedelta(minutes=number)).date(),
                    expires_on=ends + timedelta(days=number % 500),
                )
                for number in range(_ENTRIES)
            ]
        )
    return customer_id, token


def _bare(connection: sqlite3.Connection, customer_id: str) -> None:
    whose = (customer_id,)
    connection.execute("SELECT points FROM customer_facts WHERE customer_id = ?", whose).fetchone()
    connection.execute(
        "SELECT expires_on, sum(open) FROM points_lot WHERE customer_id = ? AND open > 0 AND expires_on IS NOT NULL"
        " GROUP BY expires_on ORDER BY expires_on LIMIT 3",
        whose,
    ).fetchall()
    connection.execute(
        "SELECT e.*, u.name FROM points_entry e JOIN business_unit u ON u.id = e.business_unit_id"
        " WHERE e.customer_id = ? ORDER BY e.occurred_at DESC, e.id DESC LIMIT 51",
        whose,
    ).fetchall()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO access_entry (id, at, recorded_at, customer_id, what) VALUES (?, ?, ?, ?, 'points')",
        (new_id(), "2026-11-23 00:00:00", "2026-11-23 00:00:00", customer_id),
    )
    connection.execute("COMMIT")


def _p95(work: Callable[[], None]) -> float:
    took = []
    for _ in range(_ASKED):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1000)
    return sorted(took)[int(len(took) * 0.95)]


if __name__ == "__main__":
    raise SystemExit(not main())
