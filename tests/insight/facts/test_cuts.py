"""Fifths and cycles of those alike: exact for any values, kept in versions, shown to tablets where they change."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.customers import Customer
from backend.insight import MemberFacts
from backend.insight.cuts import Cuts, SimilarCycle, rules, service
from backend.insight.cuts.sync import CYCLES
from backend.insight.facts import rebuilding
from backend.insight.members.profile import Facts, rhythm_of
from backend.organization import Store
from backend.sales import refresh_purchase_facts
from backend.sync.models import ChangeLog
from tests import factories
from tests.insight.facts import plain
from tests.unify.test_purchase_facts import sale

if TYPE_CHECKING:
    from flask import Flask

DAY = date(2026, 11, 1)


@given(st.lists(st.integers(-5, 9), max_size=40))
def test_a_fifth_is_one_and_five_times_those_strictly_worse(values: list[int]) -> None:
    points = rules.cut_points(values)
    for value in values:
        assert rules.fifth(value, points) == 1 + 5 * sum(other < value for other in values) // len(values)


@given(st.lists(st.tuples(st.sampled_from(["A", "B", None]), st.integers(1, 4), st.integers(1, 90)), max_size=120))
def test_too_few_alike_borrow_from_everybody_and_too_few_of_all_say_nothing(
    steps: list[tuple[str | None, int, int]],
) -> None:
    cycles = rules.similar_cycles(["A", "B"], steps)
    for unit in ("A", "B"):
        for so_far in (1, 2, 3, 4):
            own = sorted(gap for code, number, gap in steps if (code, number) == (unit, so_far))
            everybody = sorted(gap for _, number, gap in steps if number == so_far)
            taken = own if len(own) >= 20 else everybody
            expected = (taken[(len(taken) - 1) // 2] + taken[len(taken) // 2], len(taken)) if len(taken) >= 20 else None
            assert cycles[unit].get(so_far) == (expected if so_far < 4 else None)


def members(count: int, gap: int, *, store_id: str | None = None) -> list[str]:
    """Members who bought twice, so many days apart, at a store that is made unless one is given."""
    with unit_of_work():
        store = db.session.get_one(Store, store_id) if store_id else factories.store()
        ids = []
        for _ in range(count):
            who = factories.customer(phone=None, home_store_id=store.id)
            ids.append(str(who.id))
            for days in (0, gap):
                sale(who.id, store.id, DAY + timedelta(days=days), hour=20)
        refresh_purchase_facts(ids)
    return ids


def drawn(days: int) -> service.Drawn:
    """Everybody compared so many days later."""
    as_of = DAY + timedelta(days=days)
    return service.draw(service.facts_as_of(as_of), as_of)


def test_what_is_bought_later_is_no_part_of_a_day(app: Flask) -> None:
    del app
    members(25, 30)
    earlier, later = drawn(29), drawn(30)
    assert (earlier.members, earlier.cycles[next(iter(earlier.cycles))]) == (25, {})
    assert (later.members, later.cycles[next(iter(later.cycles))]) == (25, {1: (60, 25)})
    assert drawn(-1).members == 0


def told_at() -> int:
    """When tablets last had to hear of cycles."""
    db.session.rollback()
    return db.session.scalar(select(func.max(ChangeLog.v)).where(ChangeLog.collection == CYCLES.name)) or 0


def test_versions_are_kept_and_tablets_hear_of_a_cycle_only_when_it_is_another(app: Flask) -> None:
    del app
    (first_id, *_) = members(21, 30)
    store_id = db.session.get_one(Customer, first_id).home_store_id
    run_in_unit_of_work(lambda: service.keep(drawn(60)).version)
    first = told_at()
    members(3, 30, store_id=store_id)
    run_in_unit_of_work(lambda: service.keep(drawn(61)).version)
    assert told_at() == first > 0, "as long as ever: nothing to send"
    units = sorted(db.session.scalars(select(SimilarCycle.unit).distinct()))
    assert [row.cycle_twice for row in db.session.scalars(select(SimilarCycle))] == [60] * len(units)
    ids = list(db.session.scalars(select(SimilarCycle.id).order_by(SimilarCycle.id)))
    assert [row[1:4] for row in CYCLES.load(db.session(), ids)] == [(unit, 1, 60) for unit in units]
    members(60, 9)
    run_in_unit_of_work(lambda: service.keep(drawn(62)).version)
    assert told_at() > first
    assert {row.cycle_twice for row in db.session.scalars(select(SimilarCycle))} == {60, 18}
    assert [cuts.version for cuts in db.session.scalars(select(Cuts).order_by(Cuts.version))] == [1, 2, 3]
    newest = db.session.scalars(select(Cuts).order_by(Cuts.version.desc())).first()
    assert newest is not None
    assert (newest.members, newest.currency, newest.frequency) == (84, "KRW", [])


def test_how_sure_a_cycle_is() -> None:
    def days(*gaps: int) -> list[date]:
        return [DAY + timedelta(days=sum(gaps[:place])) for place in range(len(gaps) + 1)]

    assert rhythm_of(days(7, 7, 7, 8, 6, 7, 7, 7), {})[1] == "high"
    assert rhythm_of(days(7, 7, 7), {})[1] == "fair"
    assert rhythm_of(days(1, 30, 3, 60, 2, 90, 1, 45), {})[1] == "fair"
    rhythm, certainty = rhythm_of(days(7), {2: (41, 30)})
    assert (rhythm.cycle_twice, certainty) == (41, "borrowed")
    assert rhythm_of(days(7), {})[1] is None


def test_a_rebuild_comes_to_the_same_and_mends_what_was_wrong(app: Flask) -> None:
    ids = members(8, 12)
    before = plain.stored()
    with unit_of_work():
        wrong = db.session.get_one(MemberFacts, ids[0])
        wrong.sales, wrong.hours = 77, {"3": 77}
        db.session.delete(db.session.get_one(MemberFacts, ids[1]))
        nobody = factories.customer()
        left = {name: value for name, value in before[ids[2]].items() if name != "customer_id"}
        db.session.add(MemberFacts(customer_id=nobody.id, **left))
    said: list[int] = []
    assert rebuilding.rebuild(said.append) == len(ids) + 1
    assert said[-1] == len(ids) + 1
    assert plain.stored() == before == plain.expected()
    done = app.test_cli_runner().invoke(args=["insight", "rebuild", "--json"])
    assert (done.exit_code, done.stdout) == (0, '{"members":9}\n')


def test_a_member_s_hours_are_those_of_the_store_s_clock(app: Flask) -> None:
    del app
    with unit_of_work():
        who = factories.customer()
        here, there = factories.store(), factories.store(time_zone="America/New_York")
        for store, month in ((here, 7), (there, 7), (there, 12)):
            made = sale(who.id, store.id, date(2026, month, 1))
            made.occurred_at = datetime(2026, month, 1, 20, 30, tzinfo=UTC)
        refresh_purchase_facts([who.id])
        assert db.session.get_one(MemberFacts, who.id).hours == {"5": 1, "16": 1, "15": 1}


def test_suspended_members_are_in_no_list(app: Flask) -> None:
    ids = members(2, 10)
    with unit_of_work():
        db.session.get_one(Customer, ids[0]).suspended_at = datetime(2026, 11, 2, tzinfo=UTC)
    args = ["insight", "members", "--as-of", "2026-12-01"]
    shown = app.test_cli_runner().invoke(args=args, catch_exceptions=False).stdout.splitlines()
    assert shown == [f"{ids[1]}: new, 2 purchase days"]
    told = app.test_cli_runner().invoke(args=[*args, "--json"], catch_exceptions=False).stdout.splitlines()
    assert [(each["rfm"], each["scores"]) for each in map(json.loads, told)] == [(None, None)], "she never agreed"


def test_facts_name_their_sums() -> None:
    facts = Facts(
        "x", {"2026-11-01": 1}, {"a|KRW": [1, 500, 0, 0], "b|KRW": [2, 700, 1, 30], "a|USD": [1, 9, 0, 0]}, {}, {}, None
    )
    assert facts.spend == {"KRW": 1_200, "USD": 9}
