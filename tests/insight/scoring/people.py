"""An invented shop in the database: members with rhythms of their own, most of whom agreed to profiling."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import insert

from backend import consent
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, table_of
from backend.core.ids import new_id
from backend.sales import Sale
from tests import factories

LAST = date(2026, 11, 20)
MEMBERS = 240
_SAID = datetime(2026, 11, 20, tzinfo=UTC)


def fill(members: int = MEMBERS) -> tuple[list[str], list[str]]:
    """Open the shop in a unit of work: who agreed to profiling (three of four), and who did not; all of them bought."""
    return run_in_unit_of_work(lambda: _fill(members))


def _fill(members: int) -> tuple[list[str], list[str]]:
    chance = np.random.default_rng(7)
    store = factories.store()
    people = sorted(factories.customer(home_store_id=store.id, phone=None).id for _ in range(members))
    for who in people:
        gap, day = int(chance.integers(5, 60)), LAST - timedelta(days=int(chance.integers(300, 540)))
        days = [day]
        while chance.random() > 0.05:
            day += timedelta(days=max(1, int(chance.normal(gap, gap / 3))))
            days.append(day)
        sell(who, store.id, [each for each in days if each <= LAST])
    agreed = [who for number, who in enumerate(people) if number % 4]
    said = {"purpose": "profiling", "granted": True, "night": False, "wording_version": "profiling-2026-11"}
    at = {"occurred_at": _SAID, "recorded_at": _SAID}
    rows = [{"id": new_id(), "customer_id": who, "guardian": False, **said, **at} for who in agreed]
    db.session.execute(insert(table_of(consent.ConsentEntry)), rows)
    return agreed, [who for who in people if who not in set(agreed)]


def sell(customer_id: str, store_id: str, days: list[date], *, total: int = 10_000) -> None:
    """Sales on these days."""
    rows = [
        {"id": new_id(), "customer_id": customer_id, "store_id": store_id, "currency": "KRW", "total": total,
         "discount": 0, "points_redeemed": 0, "occurred_at": at, "received_at": at, "business_day": at.date(),
         "flags": []}
        for at in (datetime(day.year, day.month, day.day, 3, tzinfo=UTC) for day in days)
    ]  # fmt: skip
    db.session.execute(insert(table_of(Sale)), rows)


def say(customer_id: str, *, granted: bool) -> None:
    """She agrees to profiling, or no longer does, in the open unit of work."""
    said: dict[str, Any] = {"purpose": "profiling", "granted": granted, "wording_version": "profiling-2026-11"}
    said |= {"channel": None, "sender": None, "occurred_at": _SAID + timedelta(hours=not granted)}
    consent.record(customer_id, said, acting_staff=SYSTEM, store_id=None)
