"""What the command prints: of those who agreed to profiling, and of nobody else."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import insert

from backend import consent
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, table_of
from backend.core.ids import new_id
from backend.sales import Sale
from tests import factories

if TYPE_CHECKING:
    from flask import Flask

LAST = date(2026, 11, 20)
MEMBERS = 160


def fill() -> list[str]:
    """Members with rhythms of their own over a year and a half; every second one agreed to profiling."""
    chance = np.random.default_rng(7)
    store = factories.store()
    people = [factories.customer(home_store_id=store.id, phone=None).id for _ in range(MEMBERS)]
    rows: list[dict[str, Any]] = []
    for who in people:
        gap, day = int(chance.integers(5, 40)), LAST - timedelta(days=int(chance.integers(300, 540)))
        while day <= LAST and chance.random() > 0.03:
            at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
            rows.append(
                {"id": new_id(), "customer_id": who, "store_id": store.id, "currency": "KRW", "total": 10_000,
                 "discount": 0, "points_redeemed": 0, "occurred_at": at, "received_at": at, "business_day": day,
                 "flags": []}
            )  # fmt: skip
            day += timedelta(days=max(1, int(chance.normal(gap, gap / 4))))
    db.session.execute(insert(table_of(Sale)), rows)
    agreed = {row["customer_id"] for row in rows} & set(people[::2])
    for who in agreed:
        said = {
            "purpose": "profiling",
            "granted": True,
            "wording_version": "test-1",
            "occurred_at": rows[0]["occurred_at"],
        }
        consent.record(who, said | {"channel": None, "sender": None}, acting_staff=SYSTEM, store_id=store.id)
    return sorted(agreed)


def test_who_agreed_to_profiling_is_told_of_with_chances_and_reasons(app: Flask) -> None:
    agreed: list[str] = run_in_unit_of_work(fill)
    db.session.rollback()
    done = app.test_cli_runner().invoke(
        catch_exceptions=False, args=["insight", "predict", "--as-of", LAST.isoformat(), "--json"]
    )
    assert done.exit_code == 0, done.output
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(each["customer_id"] for each in told) == agreed
    assert all(0 <= each["alive"] <= 1 and each["worth"] >= 0 for each in told)
    assert all(0 <= chance <= 1 for each in told for chance in each["returns"].values())


def test_of_a_house_without_sales_nothing_is_told(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["insight", "predict", "--as-of", "2026-11-20", "--json"])
    assert (done.exit_code, done.output) == (0, "")
