"""What the card says of a customer's purchases."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from backend.core import clock
from backend.core.db import db, unit_of_work
from backend.customers import CustomerFacts, StoreActivity
from backend.sales import Sale, SaleLine, refresh_purchase_facts
from backend.sales.facts import purchase_gaps
from backend.sync.clock import now_v
from tests import factories

pytestmark = pytest.mark.usefixtures("app")
_CASES = json.loads((Path(__file__).resolve().parents[1] / "contract" / "purchase_rhythm.json").read_text("utf-8"))
TODAY = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.mark.parametrize("case", _CASES["cases"], ids=lambda case: f"{len(case['days'])} days")
def test_rhythm(case: dict[str, Any]) -> None:
    days = [date.fromisoformat(day) for day in case["days"]]
    assert purchase_gaps(days) == case["gaps"]
    with unit_of_work():
        who, store = factories.customer(), factories.store()
        for day in days:
            sale(who.id, store.id, day)
        refresh_purchase_facts([who.id])
        assert db.session.get_one(CustomerFacts, who.id).cycle_days == case["cycle"]


def sale(customer_id: str, store_id: str, day: date, *, hour: int = 3, lines: int = 1, currency: str = "KRW") -> Sale:
    """A sale of `lines` articles A0, A1, … at 1,000 each."""
    made = Sale(
        customer_id=customer_id,
        store_id=store_id,
        currency=currency,
        total=1000 * lines,
        occurred_at=datetime(day.year, day.month, day.day, hour, tzinfo=UTC),
        business_day=day,
        flags=[],
    )
    db.session.add(made)
    db.session.flush()
    db.session.add_all(
        SaleLine(sale_id=made.id, position=place, sku=f"A{place}", quantity=1, amount=1000) for place in range(lines)
    )
    return made


def test_facts_follow_the_sales() -> None:
    day = TODAY.date()
    with clock.frozen(TODAY), unit_of_work():
        who, other = factories.customer(), factories.customer()
        here, there = factories.store(), factories.store()
        sale(who.id, here.id, day - timedelta(days=50))
        sale(who.id, here.id, day - timedelta(days=30), hour=9, lines=2, currency="USD")
        sale(who.id, there.id, day - timedelta(days=30), hour=2)
        sale(who.id, there.id, day - timedelta(days=61))
        refresh_purchase_facts([who.id, other.id])
        facts = db.session.get_one(CustomerFacts, who.id)
        assert facts.last_purchase_on == day - timedelta(days=30)
        assert (facts.purchase_gaps, facts.cycle_days) == ([11, 20], None)
        assert (facts.last_basket, facts.last_currency) == ([["A0", 1, 1000], ["A1", 1, 1000]], "USD")
        activity = {row.store_id: row.last_on for row in db.session.scalars(select(StoreActivity))}
        assert activity == {here.id: day - timedelta(days=30), there.id: day - timedelta(days=30)}
        assert db.session.get_one(CustomerFacts, other.id).last_purchase_on is None


def test_at_most_five_lines_of_the_last_basket_are_kept() -> None:
    with clock.frozen(TODAY), unit_of_work():
        who, store = factories.customer(), factories.store()
        sale(who.id, store.id, TODAY.date(), lines=9)
        refresh_purchase_facts([who.id])
        basket = db.session.get_one(CustomerFacts, who.id).last_basket
    assert [line[0] for line in basket] == ["A0", "A1", "A2", "A3", "A4"]


def test_missing_facts_are_created_and_other_facts_left_alone() -> None:
    with clock.frozen(TODAY), unit_of_work():
        who = factories.customer(facts={"grade": "gold", "points": 7})
        without, store = factories.customer(), factories.store()
        db.session.delete(db.session.get_one(CustomerFacts, without.id))
        sale(who.id, store.id, TODAY.date())
        refresh_purchase_facts(None)
    kept, made = db.session.get_one(CustomerFacts, who.id), db.session.get_one(CustomerFacts, without.id)
    assert (kept.grade, kept.points, kept.last_purchase_on) == ("gold", 7, TODAY.date())
    assert (made.points, made.last_basket, made.sms_senders) == (0, [], [])


def test_purchases_older_than_two_years_do_not_keep_a_customer_on_a_stores_tablets() -> None:
    with clock.frozen(TODAY), unit_of_work():
        who, store = factories.customer(), factories.store()
        sale(who.id, store.id, date(2024, 11, 19))
        refresh_purchase_facts([who.id])
        assert db.session.scalars(select(StoreActivity)).all() == []
        sale(who.id, store.id, date(2024, 11, 20))
        refresh_purchase_facts([who.id])
        assert db.session.scalars(select(StoreActivity.last_on)).all() == [date(2024, 11, 20)]


def test_nothing_new_means_nothing_written() -> None:
    with clock.frozen(TODAY), unit_of_work():
        who, store = factories.customer(), factories.store()
        sale(who.id, store.id, TODAY.date())
        refresh_purchase_facts([who.id])
    before = now_v()
    with clock.frozen(TODAY), unit_of_work():
        refresh_purchase_facts([who.id])
        refresh_purchase_facts(None)
    assert now_v() == before


def test_one_customer_costs_a_handful_of_statements_however_many_there_are() -> None:
    with clock.frozen(TODAY), unit_of_work():
        people = [factories.customer() for _ in range(30)]
        store = factories.store()
        for who in people:
            for days in range(12):
                sale(who.id, store.id, TODAY.date() - timedelta(days=days))
        db.session.flush()
        one = _statements(lambda: refresh_purchase_facts([people[0].id]))
        all_of_them = _statements(lambda: refresh_purchase_facts(None))
    assert one <= 14
    assert all_of_them <= one + 6


def _statements(work: Any) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)
