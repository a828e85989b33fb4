"""Many rows with one statement: the same rows as one by one, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select

from backend.core.audit import AuditEntry
from backend.core.bulk import delete_rows, insert_rows, update_rows
from backend.core.db import db, table_of, unit_of_work
from backend.core.ids import new_id
from backend.customers import CustomerFacts, StoreActivity
from backend.sync import mark_changed
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

_AUDIT, _FACTS, _ACTIVITY = (table_of(model) for model in (AuditEntry, CustomerFacts, StoreActivity))
_INSERT_AUDIT = insert(_AUDIT)
_SEOUL = timezone(timedelta(hours=9))


@pytest.fixture
def members(app: Flask) -> Sequence[str]:
    """Three customers, with facts as new ones have them."""
    with app.app_context(), unit_of_work():
        return [factories.customer().id for _ in range(3)]


def audited(detail: Any, *, at: datetime | None = None, **other: Any) -> dict[str, Any]:
    entry = {"id": new_id(), "at": at or datetime(2026, 3, 1, 3, tzinfo=UTC), "staff_id": None, "device_id": None}
    return entry | {"action": "t", "subject_kind": "customer", "subject_id": None, "detail": detail} | other


def test_rows_arrive_as_they_were_given(app: Flask) -> None:
    details = [None, {}, {"말": "\"따옴표\" \\ {중괄호}, 'NULL'"}, {"list": [1, None, 2.5]}, {"a": "줄\n바꿈"}]
    rows = [audited(detail, subject_kind=kind) for detail in details for kind in ("customer", "NULL", "{a,b}", "")]
    with app.app_context(), unit_of_work():
        insert_rows(_INSERT_AUDIT, rows)
        stored = db.session.execute(select(_AUDIT).where(_AUDIT.c.action == "t")).mappings()
        found = {row["id"]: dict(row) for row in stored}
    assert found == {row["id"]: row for row in rows}


def test_a_time_is_stored_in_utc_and_one_without_a_zone_refused(app: Flask) -> None:
    row = audited({}, at=datetime(2026, 3, 1, 0, 30, tzinfo=_SEOUL))
    with app.app_context(), unit_of_work():
        insert_rows(_INSERT_AUDIT, [row])
        assert db.session.scalar(select(_AUDIT.c.at)) == datetime(2026, 2, 28, 15, 30, tzinfo=UTC)
        with pytest.raises(ValueError, match="zone"):
            insert_rows(_INSERT_AUDIT, [audited({}, at=datetime(2026, 3, 1))])  # noqa: DTZ001 - what is refused


def test_a_column_that_python_would_fill_in_must_be_named(app: Flask) -> None:
    row = audited({})
    del row["id"]
    with app.app_context(), unit_of_work(), pytest.raises(ValueError, match="id"):
        insert_rows(_INSERT_AUDIT, [row])


def test_each_row_is_updated_with_its_own_values_and_no_other(app: Flask, members: Sequence[str]) -> None:
    one, two, three = members
    with app.app_context(), unit_of_work():
        mark_changed("customers", members)
        rows: list[dict[str, Any]] = [
            {"customer_id": one, "last_purchase_on": date(2026, 3, 1), "last_basket": [["A", 1, 500]], "points": 5},
            {"customer_id": two, "last_purchase_on": None, "last_basket": [], "points": 7},
        ]
        update_rows(_FACTS, rows, by=("customer_id",))
        columns = (_FACTS.c.customer_id, _FACTS.c.last_purchase_on, _FACTS.c.last_basket, _FACTS.c.points)
        found = {row[0]: tuple(row[1:]) for row in db.session.execute(select(*columns))}
    assert found == {one: (date(2026, 3, 1), [["A", 1, 500]], 5), two: (None, [], 7), three: (None, [], 0)}


def test_rows_are_found_and_deleted_by_several_columns(app: Flask, members: Sequence[str]) -> None:
    with app.app_context(), unit_of_work():
        here, there = factories.store().id, factories.store().id
        mark_changed("customers", members)
        every = [
            {"customer_id": member, "store_id": store, "last_on": date(2026, 3, 1)}
            for member in members
            for store in (here, there)
        ]
        insert_rows(insert(_ACTIVITY), every)
        update_rows(
            _ACTIVITY,
            [{"customer_id": members[0], "store_id": there, "last_on": date(2026, 3, 9)}],
            by=("customer_id", "store_id"),
        )
        delete_rows(_ACTIVITY, [{"customer_id": member, "store_id": here} for member in members[1:]])
        delete_rows(_ACTIVITY, [])
        found = {tuple(row) for row in db.session.execute(select(_ACTIVITY))}
    kept = {(member, there, date(2026, 3, 1)) for member in members[1:]}
    assert found == kept | {(members[0], here, date(2026, 3, 1)), (members[0], there, date(2026, 3, 9))}
