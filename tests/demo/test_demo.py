"""`dangol demo`: plausible, repeatable, whole or not at all."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import phonenumbers
import pytest
from sqlalchemy import func, select

from backend.catalog import Product
from backend.consent import ConsentEntry, current_state
from backend.core import clock, events
from backend.core.db import db
from backend.core.ids import is_uuid7
from backend.customers import Card, Customer, CustomerFacts
from backend.demo import DemoSeeded, load
from backend.demo.chance import dice
from backend.demo.goods import assortment, ean13
from backend.demo.members import members
from backend.demo.purchases import purchase_days
from backend.loyalty import PointsEntry
from backend.organization import DEMO_PASSWORD, BusinessUnit, Staff
from backend.sales import Sale, SaleLine
from backend.settings import attach, current_settings
from backend.sync import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

TODAY = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture
def frozen() -> Iterator[None]:
    """A day to stand on."""
    with clock.frozen(TODAY):
        yield


def run(app: Flask, *arguments: str) -> dict[str, Any]:
    """Run the command and return what it printed."""
    result = app.test_cli_runner().invoke(args=["demo", "--json", *arguments])
    assert result.exit_code == 0, result.output
    printed: dict[str, Any] = json.loads(result.stdout)
    return printed


@pytest.mark.usefixtures("frozen")
def test_a_demo_is_whole_and_adds_up(app: Flask) -> None:
    seeded: list[DemoSeeded] = []
    events.subscribe(app, DemoSeeded, seeded.append)
    printed = run(app, "--members", "150")
    assert (printed["created"], printed["members"]) == (True, 150)
    assert printed["sales"] > 300
    assert printed["lines"] > printed["sales"]
    assert [event.business_units for event in seeded] == [("DF", "DS", "HT", "RS", "BK")]
    _check_people()
    _check_ledgers()
    _check_sales()
    assert verify.verify()["ok"] is True


def _check_people() -> None:
    people = db.session.scalars(select(Customer)).all()
    assert all(is_uuid7(person.id) for person in people)
    phones = [person.phone for person in people if person.phone]
    assert len(set(phones)) == len(phones) > 100
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone)) for phone in phones)
    assert {person.language for person in people} >= {"ko", "zh", "ja"}
    assert all(person.home_store_id for person in people)


def _check_ledgers() -> None:
    """Balances are sums of entries; senders are what the consent ledger says."""
    sums = dict(
        db.session.execute(
            select(PointsEntry.customer_id, func.sum(PointsEntry.points)).group_by(PointsEntry.customer_id)
        ).all()
    )
    facts = db.session.scalars(select(CustomerFacts)).all()
    assert {row.customer_id: row.points for row in facts} == sums
    units = {unit.id: unit.code for unit in db.session.scalars(select(BusinessUnit))}
    day: dict[str, list[str]] = {row.customer_id: [] for row in facts}
    night: dict[str, list[str]] = {row.customer_id: [] for row in facts}
    for unit_id, code in units.items():
        states = current_state([row.customer_id for row in facts], channel="sms", sender=unit_id)
        for customer_id, state in states.items():
            if state.granted:
                day[customer_id].append(code)
            if state.granted and state.night:
                night[customer_id].append(code)
    assert {row.customer_id: row.sms_senders for row in facts} == {who: sorted(codes) for who, codes in day.items()}
    assert {row.customer_id: row.night_senders for row in facts} == {who: sorted(codes) for who, codes in night.items()}
    purposes = Counter(db.session.scalars(select(ConsentEntry.purpose)))
    assert purposes["privacy"] == len(facts)


def _check_sales() -> None:
    totals = dict(
        db.session.execute(select(SaleLine.sale_id, func.sum(SaleLine.amount)).group_by(SaleLine.sale_id)).all()
    )
    sales = db.session.scalars(select(Sale)).all()
    assert {sale.id: sale.total for sale in sales} == totals
    assert max(sale.occurred_at for sale in sales) < TODAY
    assert all(sale.occurred_at > datetime(2024, 11, 18, tzinfo=UTC) for sale in sales)
    assert not db.session.scalar(select(func.count()).select_from(SaleLine).where(SaleLine.product_id.is_(None)))


@pytest.mark.usefixtures("frozen")
def test_a_second_demo_does_nothing_and_says_so(app: Flask) -> None:
    run(app, "--members", "5")
    assert run(app, "--members", "50") | {"created": True} == run(app, "--members", "5") | {"created": True}
    result = app.test_cli_runner().invoke(args=["demo", "--members", "5"])
    assert "A demo is there already; nothing was done" in result.output


@pytest.mark.usefixtures("frozen")
def test_each_role_signs_in(app: Flask) -> None:
    run(app, "--members", "1")
    for login in ("associate", "manager", "marketer", "admin", "bk-park-1"):
        answer = app.test_client().post("/api/v1/session", json={"login": login, "password": DEMO_PASSWORD})
        assert answer.status_code == 200, login
    roles = Counter(db.session.scalars(select(Staff.role)))
    assert roles == {"associate": 25, "manager": 13, "marketer": 1, "admin": 1}


def test_outside_demo_mode_there_is_no_demo(app: Flask) -> None:
    settings = current_settings()
    attach(app, replace(settings, demo=False))
    try:
        result = app.test_cli_runner().invoke(args=["demo"])
    finally:
        attach(app, settings)
    assert result.exit_code == 1
    assert "demo mode only" in result.output
    assert db.session.scalar(select(func.count()).select_from(Customer)) == 0


def test_a_demo_that_fails_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(load, "refresh_purchase_facts", fail)
    assert app.test_cli_runner().invoke(args=["demo", "--members", "5"]).exit_code == 1
    assert db.session.scalar(select(func.count()).select_from(Product)) == 0


def test_the_same_seed_gives_the_same_people() -> None:
    today = date(2026, 11, 20)
    first, again, other = (list(members(dice(seed, "members"), 40, today=today)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_card_numbers_and_barcodes_have_their_check_digits() -> None:
    for member in members(dice(3, "members"), 60, today=date(2026, 11, 20)):
        for number, _ in member.cards:
            assert _luhn(number) == 0
    assert ean13("400638133393") == "4006381333931"
    articles = assortment(1)
    assert len({article.barcode for article in articles}) == len({article.sku for article in articles}) == len(articles)
    assert 250 < len(articles) < 350
    assert all(article.price > 0 for article in articles)


def test_who_is_late_or_lost_has_been_away_longer_than_her_cycle() -> None:
    today = date(2026, 11, 20)
    checked = 0
    for member in members(dice(5, "members"), 400, today=today):
        days = purchase_days(dice(5, member.id), member, today)
        assert days == sorted(days)
        assert not days or days[-1] < today
        if member.cycle and member.end == "lost" and len(days) > 1:
            assert (today - days[-1]).days > 3 * member.cycle[0]
            checked += 1
    assert checked > 10


def test_cards_belong_to_one_member_each(app: Flask) -> None:
    run(app, "--members", "30")
    cards = db.session.scalars(select(Card)).all()
    assert len(cards) >= 30
    assert all(card.business_unit_id or card.kind == "bank" for card in cards)


def _luhn(number: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10
