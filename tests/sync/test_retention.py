"""What grows old goes, and whoever was away for longer than it was kept is told to begin anew."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from backend.core import clock
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.customers import StoreActivity, erase
from backend.settings import attach, current_settings
from backend.sync import prepare_scope, retention, verify
from backend.sync.blocks import rebuild_due
from backend.sync.cursor import parse
from backend.sync.epochs import clock_state
from backend.sync.models import Block, BlockBody, ChangeLog, ClockDay, Receipt, ScopeLog
from tests import factories
from tests.sync.copy import fresh, replay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from backend.customers import Customer
    from tests.conftest import Tablet

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


@contextmanager
def day(number: int) -> Iterator[None]:
    """That many days after the start."""
    with clock.frozen(START + timedelta(days=number)):
        yield


def hourly(times: int = 2) -> None:
    """The worker's job: what one run announces, the next one does."""
    for _ in range(times):
        retention.forget_old()


def tombstones() -> int:
    return db.session.execute(select(func.count()).where(ChangeLog.op == "delete")).scalar_one()


def customer(tablet: Tablet, **values: Any) -> Customer:
    with unit_of_work():
        return factories.customer(home_store_id=tablet.store_id, **values)


def rename(person: Customer, name: str) -> None:
    with unit_of_work():
        db.session.merge(person).name = name


def delete(person: Customer) -> None:
    run_in_unit_of_work(lambda: erase(person.id))


def ask(tablet: Tablet, cursor: str) -> tuple[int, str | None]:
    answer = tablet.get("/sync/pull", query_string={"cursor": cursor})
    return answer.status_code, answer.get_json().get("code")


def test_a_tombstone_is_kept_for_ninety_days_and_then_its_age_ends_older_cursors(tablet: Tablet) -> None:
    with day(0):
        gone, stays = customer(tablet), customer(tablet)
        _, cursor = fresh(tablet)
        hourly()
        delete(gone)
    with day(1):
        rename(stays, "새 이름")
        hourly()
    with day(90):
        hourly()
        assert tombstones() == 1
        assert ask(tablet, cursor) == (200, None)
    with day(92):
        rows, newer = fresh(tablet)
        newer = replay(tablet, rows, newer)
        hourly()
        assert tombstones() == 0
        assert ask(tablet, cursor) == (410, "cursor_expired")
        assert ask(tablet, newer) == (200, None)
        assert set(rows["customers"]) == {stays.id}


def test_what_left_a_scope_is_a_tombstone_too(tablet: Tablet) -> None:
    with day(0):
        person = customer(tablet)
    with day(1):
        with unit_of_work():
            db.session.merge(person).home_store_id = None
        hourly()
        assert db.session.execute(select(func.count()).where(ScopeLog.present.is_(False))).scalar_one() > 0
    with day(2):
        customer(tablet)
        hourly()
    with day(200):
        hourly()
        assert db.session.execute(select(func.count()).where(ScopeLog.present.is_(False))).scalar_one() == 0
        assert verify.verify()["problems"] == []


def test_a_tablet_of_a_store_where_nothing_happens_does_not_grow_old(tablet: Tablet, make_tablet: Any) -> None:
    """Each pull brings the cursor to the clock, whosever change moved it."""
    quiet = make_tablet()
    with day(0):
        _, cursor = fresh(quiet)
    for number in range(0, 200, 20):
        with day(number):
            customer(tablet)
            hourly()
            cursor = quiet.pull(cursor)["cursor"]
            assert ask(quiet, cursor) == (200, None)
    assert clock_state().kept_from > 0


def test_a_copy_that_begins_without_blocks_needs_no_old_tombstones(tablet: Tablet) -> None:
    """A store enrolled just now lists none, and its first pulls begin at the very first change."""
    with day(0):
        gone = customer(tablet)
        kept = [customer(tablet) for _ in range(5)]
        hourly()
        delete(gone)
    with day(1):
        customer(tablet)
        hourly()
    with day(100):
        hourly()
        assert clock_state().kept_from > 1
        rows, cursor = fresh(tablet)
        assert rows["customers"] == {}
        replay(tablet, rows, cursor, limit=2)
        assert {person.id for person in kept} < set(rows["customers"])
        assert gone.id not in rows["customers"]


def test_a_block_older_than_the_tombstones_is_built_anew(tablet: Tablet) -> None:
    with day(0):
        people = [customer(tablet) for _ in range(40)]
        prepare_scope(tablet.device.scope)
        (old,) = listed(tablet)
        hourly()
        delete(people[0])
        rebuild_due()
        assert listed(tablet) == [old], "one of forty is no reason to build"
    with day(1):
        rename(people[1], "새 이름")
        hourly()
    with day(100):
        hourly()
        assert listed(tablet) != [old]
        assert verify.verify()["problems"] == []
        rows, cursor = fresh(tablet)
        assert people[0].id not in rows["customers"]
        assert ask(tablet, cursor) == (200, None)


def test_a_new_tablet_pulls_what_changed_in_two_days_and_not_in_months(tablet: Tablet) -> None:
    with day(0):
        people = [customer(tablet) for _ in range(40)]
        prepare_scope(tablet.device.scope)
        (old,) = listed(tablet)
        hourly()
        rename(people[0], "새 이름")
        rebuild_due()
        assert listed(tablet) == [old], "one of forty is no reason to build"
    with day(1):
        hourly()
        rename(people[1], "다른 이름")
    with day(2):
        hourly()
        assert listed(tablet) != [old]
        rows, cursor = fresh(tablet)
        assert [rows["customers"][person.id]["name"] for person in people[:2]] == ["새 이름", "다른 이름"]
        changes = [change["id"] for change in tablet.pull(cursor)["changes"]]
        assert people[0].id not in changes


def test_a_block_without_changes_stays_as_it_is_however_old(tablet: Tablet, make_tablet: Any) -> None:
    with day(0):
        for _ in range(3):
            customer(tablet)
        prepare_scope(tablet.device.scope)
        before = listed(tablet)
    elsewhere = make_tablet()
    for number in (1, 2, 100, 101):
        with day(number):
            customer(elsewhere)
            hourly()
    assert listed(tablet) == before
    assert verify.verify()["problems"] == []
    rows, _ = fresh(tablet)
    assert len(rows["customers"]) == 3


def test_a_superseded_block_is_served_for_a_day_and_then_destroyed(tablet: Tablet) -> None:
    with day(0):
        person = customer(tablet)
        prepare_scope(tablet.device.scope)
        (old,) = listed(tablet)
    with day(10):
        rename(person, "새 이름")
        rebuild_due()
        assert listed(tablet) != [old]
    with clock.frozen(START + timedelta(days=11, minutes=-1)):
        rebuild_due()
        assert tablet.get(f"/sync/blocks/{old}").status_code == 200
    with clock.frozen(START + timedelta(days=11, minutes=1)):
        rebuild_due()
        assert tablet.get(f"/sync/blocks/{old}").status_code == 404
        assert db.session.get(BlockBody, old) is None


def test_a_receipt_is_kept_for_four_hundred_days(tablet: Tablet) -> None:
    entry = {
        "id": new_id(),
        "kind": "note.add",
        "at": "2026-03-01T09:00:00Z",
        "seq": 1,
        "data": {"customer_id": customer(tablet).id, "text": "안경"},
    }
    with day(0):
        tablet.push(entry)
    with day(399):
        hourly()
        assert db.session.get(Receipt, entry["id"]) is not None
        assert tablet.push(entry)[0]["duplicate"] is True
    with day(401):
        db.session.expire_all()
        hourly()
        assert db.session.get(Receipt, entry["id"]) is None


def test_the_days_that_nobody_asks_for_are_forgotten_too(tablet: Tablet) -> None:
    for number in range(0, 200, 10):
        with day(number):
            customer(tablet)
            hourly()
    days = db.session.execute(select(ClockDay.day).order_by(ClockDay.day)).scalars().all()
    assert days[0] == (START + timedelta(days=100)).date()
    assert len(days) == 10


def test_a_customer_away_for_two_years_leaves_the_store_and_comes_back_with_a_sale(tablet: Tablet) -> None:
    with clock.frozen(START):
        away, stays = customer(tablet, cards=["9001"]), customer(tablet)
        tablet.push(sale(away, START))
        rows, cursor = fresh(tablet)
        cursor = replay(tablet, rows, cursor)
        assert set(rows["customers"]) == {away.id, stays.id}
    with day(733):
        tablet.push(sale(stays, clock.now()))
        assert retention.leave_scopes() == 1
        changes = tablet.pull(cursor)["changes"]
        assert [(change["op"]) for change in changes if change["id"] == away.id] == ["remove"]
        cursor = replay(tablet, rows, cursor)
        assert set(rows["customers"]) == {stays.id}
        assert retention.leave_scopes() == 0
        assert verify.verify()["problems"] == []
        tablet.push(sale(away, clock.now()))
        cursor = replay(tablet, rows, cursor)
        assert set(rows["customers"]) == {away.id, stays.id}
        assert verify.verify()["problems"] == []
        assert retention.leave_scopes() == 0


def test_whose_card_was_written_is_cared_for_and_stays(tablet: Tablet) -> None:
    with day(0):
        cared, forgotten = customer(tablet), customer(tablet)
    with day(700):
        rename(cared, "김유진")
    with day(733):
        assert retention.leave_scopes() == 1
    rows, cursor = fresh(tablet)
    replay(tablet, rows, cursor)
    assert set(rows["customers"]) == {cared.id}
    assert forgotten.id != cared.id


def test_a_customer_comes_back_when_the_store_becomes_her_home_again(tablet: Tablet, make_tablet: Any) -> None:
    with day(0):
        person = customer(tablet)
    with day(733):
        retention.leave_scopes()
        codes = {each: each.device.store.code for each in (tablet, make_tablet())}
        here, there = codes.values()
        for old, new in ((here, there), (there, here)):
            assert tablet.push(move(person, old, new))[0]["status"] == "applied"
        rows, cursor = fresh(tablet)
        replay(tablet, rows, cursor)
        assert set(rows["customers"]) == {person.id}


@pytest.fixture
def room_for_three(app: Flask) -> Iterator[None]:
    before = current_settings()
    attach(app, replace(before, customers_per_store=3))
    yield
    attach(app, before)


@pytest.mark.usefixtures("room_for_three")
def test_a_store_holds_its_most_recent_customers_up_to_the_limit(tablet: Tablet) -> None:
    with day(0):
        at_home = customer(tablet)
    bought = [bought_on(tablet, START.date() + timedelta(days=number)) for number in (1, 2, 3, 4)]
    with day(10):
        assert retention.leave_scopes() == 2
        assert on_tablet(tablet) == {person.id for person in bought[1:]}
        assert verify.verify()["problems"] == []
    with day(11):
        tablet.push(sale(at_home, clock.now()))
        assert at_home.id in on_tablet(tablet), "a sale brings her back at once"
        retention.leave_scopes()
        assert on_tablet(tablet) == {at_home.id, bought[2].id, bought[3].id}
        delete(bought[3])
        retention.leave_scopes()
        assert on_tablet(tablet) == {at_home.id, bought[1].id, bought[2].id}, "room is filled by the next one"
        assert verify.verify()["problems"] == []


@pytest.mark.parametrize(("newer_by", "code"), [(-1, "upgrade_required"), (0, None), (1, "cursor_expired")])
def test_a_cursor_of_another_schema_is_of_no_more_use(tablet: Tablet, newer_by: int, code: str | None) -> None:
    _, cursor = fresh(tablet)
    own = parse(cursor)
    assert ask(tablet, str(replace(own, schema=own.schema + newer_by)))[1] == code


def bought_on(tablet: Tablet, on: date) -> Customer:
    with unit_of_work():
        person = factories.customer()
        db.session.add(StoreActivity(customer_id=person.id, store_id=tablet.store_id, last_on=on))
        return person


def on_tablet(tablet: Tablet) -> set[str]:
    rows, cursor = fresh(tablet)
    replay(tablet, rows, cursor)
    return set(rows["customers"])


def listed(tablet: Tablet) -> list[str]:
    db.session.rollback()
    query = select(Block.hash).where(Block.scope == tablet.device.scope, Block.superseded_at.is_(None))
    return list(db.session.execute(query.where(Block.collection == "customers").order_by(Block.low_id)).scalars())


def sale(person: Customer, at: datetime) -> dict[str, Any]:
    data = {
        "customer_id": person.id,
        "lines": [{"sku": "A1", "quantity": 1, "amount": 10_000}],
        "currency": "KRW",
        "occurred_at": clock.rfc3339(at),
    }
    return {"id": new_id(), "kind": "sale.log", "at": clock.rfc3339(at), "seq": 1, "data": data}


def move(person: Customer, old: str, new: str) -> dict[str, Any]:
    data = {"customer_id": person.id, "changes": {"home_store": {"from": old, "to": new}}}
    return {"id": new_id(), "kind": "customer.edit", "at": clock.rfc3339(clock.now()), "seq": 1, "data": data}
