"""The rules over the real sales of the shared data, against a computation of its own over the files."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from sqlalchemy import func, select

from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.customers import Customer, CustomerFacts
from backend.loyalty import EarningRule, PointsEntry
from backend.loyalty.grades import service, standings, tending
from backend.sales import Sale, award_points
from backend.unify import Progress, import_directory
from tests.loyalty import books
from tests.unify import journeys

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.usefixtures("app"),
    pytest.mark.skipif(not journeys.SHARED.is_dir(), reason="the shared data is not here"),
]
_SOME, _ALL = 40_000, 10_000_000
_CAP = 60
# The files say UTC; a day is a day at the stores.
_STORES = ZoneInfo("America/New_York")
_FIRST, _LAST = date(2017, 1, 1), date(2018, 12, 31)


def by_hand(folder: Path) -> tuple[dict[str, int], int, int]:
    """From the files alone: points of each card, of the base rule and of the bonus; a basket is a sale."""
    with (folder / "products.csv").open(encoding="utf-8", newline="") as file:
        drinks = {row["product_id"] for row in csv.DictReader(file) if row["product_category"] == "SOFT DRINKS"}
    whole: dict[tuple[str, str], int] = defaultdict(int)
    drunk: dict[tuple[str, str], int] = defaultdict(int)
    with (folder / "sale_lines.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            cents = int((Decimal(line["sales_value"]) * 100).quantize(Decimal(1), ROUND_HALF_UP))
            key = (line["card_number"], line["basket_id"])
            whole[key] += cents
            drunk[key] += cents if line["product_id"] in drinks else 0
    base = {key: cents * 100 // 10_000 for key, cents in whole.items()}
    bonus = {key: min(cents * 2_000 // 10_000, _CAP) for key, cents in drunk.items()}
    members: dict[str, int] = defaultdict(int)
    for key, points in (*base.items(), *bonus.items()):
        members[key[0]] += points
    return members, sum(base.values()), sum(bonus.values())


def ledger() -> dict[str, int]:
    """Points of each member, by the key that her card had in the files."""
    query = select(Customer.source_key, func.sum(PointsEntry.points)).join(
        PointsEntry, PointsEntry.customer_id == Customer.id
    )
    return {str(key): int(points) for key, points in db.session.execute(query.group_by(Customer.source_key))}


@pytest.mark.slow
def test_the_rules_give_real_sales_what_a_computation_over_the_files_gives(tmp_path: Path) -> None:
    whole = settings.get_current_profile_name() == "chaos"
    folder = journeys.real_slice(tmp_path, _ALL if whole else _SOME)
    quietly: Any = Progress("sales", shown=False)
    import_directory(folder, progress=quietly)
    with unit_of_work():
        db.session.add(EarningRule(name="기본", kind="base", rate=100, currency="USD", starts_on=_FIRST))
        bonus = {
            "name": "음료",
            "kind": "bonus",
            "rate": 2_000,
            "currency": "USD",
            "category": "SOFT DRINKS",
            "cap": _CAP,
        }
        db.session.add(EarningRule(**bonus, starts_on=_FIRST))
    members, base, extra = by_hand(folder)
    names = {rule.name: rule.id for rule in db.session.scalars(select(EarningRule))}
    tried = award_points(_FIRST, _LAST, dry_run=True)
    assert dict(tried.by_rule) == {names["기본"]: base, names["음료"]: extra}
    assert ledger() == {}
    given = award_points(_FIRST, _LAST)
    assert (given.points, dict(given.by_rule)) == (base + extra, dict(tried.by_rule))
    assert ledger() == {card: points for card, points in members.items() if points}
    books.check()
    import_directory(folder, progress=quietly)
    again = award_points(_FIRST, _LAST)
    assert (again.sales, again.points) == (given.sales, 0)
    assert ledger() == {card: points for card, points in members.items() if points}


def grades_by_hand(folder: Path, as_of: date, ladder: tuple[tuple[str, int, int], ...]) -> dict[str, str]:
    """From the files alone: the grade of each card by cents and days within the year that ends with `as_of`."""
    since = as_of.replace(year=as_of.year - 1) + timedelta(days=1)
    spent: dict[str, int] = defaultdict(int)
    days: dict[str, set[date]] = defaultdict(set)
    with (folder / "sale_lines.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            sold_at = datetime.fromisoformat(line["sold_at"]).replace(tzinfo=UTC)
            day = sold_at.astimezone(_STORES).date()
            if since <= day <= as_of:
                spent[line["card_number"]] += int(
                    (Decimal(line["sales_value"]) * 100).quantize(Decimal(1), ROUND_HALF_UP)
                )
                days[line["card_number"]].add(day)
    found = {}
    for card, cents in spent.items():
        reached = [code for code, spend, visits in ladder if cents >= spend and len(days[card]) >= visits]
        if reached:
            found[card] = reached[-1]
    return found


@pytest.mark.slow
def test_grades_of_real_sales_are_those_of_a_computation_over_the_files(tmp_path: Path) -> None:
    whole = settings.get_current_profile_name() == "chaos"
    folder = journeys.real_slice(tmp_path, _ALL if whole else _SOME)
    quietly: Any = Progress("sales", shown=False)
    import_directory(folder, progress=quietly)
    ladder = (("silver", 2_000, 1), ("gold", 6_000, 2), ("vip", 20_000, 5))
    with unit_of_work():
        standings.programme().currency = "USD"
        for code, spend, visits in ladder:
            data = {"code": code, "name": code, "spend": spend, "visits": visits}
            service.add(data, acting_staff=SYSTEM)
    as_of = date.fromisoformat(str(db.session.scalar(select(func.max(Sale.business_day)))))
    _evaluate(as_of)
    wanted = grades_by_hand(folder, as_of, ladder)
    assert {"silver", "gold"} <= set(wanted.values())
    query = select(Customer.source_key, CustomerFacts.grade).join(
        CustomerFacts, CustomerFacts.customer_id == Customer.id
    )
    shown = {str(key): grade for key, grade in db.session.execute(query) if grade is not None}
    assert shown == wanted
    assert _evaluate(as_of) == {}


def _evaluate(as_of: date) -> dict[str, int]:
    """Evaluate and apply; how many members changed in which way."""
    made = run_in_unit_of_work(lambda: service.ask(as_of, acting_staff=SYSTEM).id)
    tending.work()
    run_in_unit_of_work(lambda: service.apply(made, acting_staff=SYSTEM).id)
    tending.work()
    found = service.evaluation(made)
    assert found.state == "applied"
    return dict(found.counts)
