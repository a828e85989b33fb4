"""What is bought together and next equals a plain computation, and nothing is written that stays as it is."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from backend.core import clock
from backend.core.db import db, run_in_unit_of_work, table_of
from backend.core.ids import new_id
from backend.customers import Customer
from backend.insight.offers import PairingRun, ProductPairing, counting, refresh_pairings, tending
from backend.insight.offers.counting import KEPT, LEAST_LIFT, MOST_BOUGHT
from backend.insight.offers.rules import says_the_same
from backend.sales import Sale, SaleLine, SaleReturn
from backend.sync.verify import verify
from tests import factories
from tests.sync.copy import fresh, replay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Tablet

DAY = date(2026, 11, 20)
ARTICLES = 6
Basket = tuple[int, int, list[int]]
"""Whose it is, how many days before DAY, and the numbers of its articles."""
Found = dict[str, list[list[Any]]]


class Shop:
    """A store with articles and members who are made when they are named."""

    def __init__(self, **unit: Any) -> None:
        self.unit = factories.unit(**unit)
        self.store = factories.store(business_unit_id=self.unit.id)
        self.articles = sorted(
            (factories.product(business_unit_id=self.unit.id) for _ in range(ARTICLES)), key=lambda each: each.id
        )
        self.members: dict[int, str] = defaultdict(lambda: factories.customer(phone=None).id)

    @property
    def skus(self) -> list[str]:
        """The codes of the articles, by number."""
        return [each.sku for each in self.articles]

    def sell(self, baskets: list[Basket]) -> list[str]:
        """Write sales of these baskets; their ids."""
        ids = sorted(new_id() for _ in baskets)
        for sale_id, (who, ago, articles) in zip(ids, baskets, strict=True):
            on = DAY - timedelta(days=ago)
            at = datetime(on.year, on.month, on.day, 3, tzinfo=UTC)
            sold = {"customer_id": self.members[who], "store_id": self.store.id, "currency": "KRW", "total": 1_000}
            sold |= {"discount": 0, "points_redeemed": 0, "occurred_at": at, "received_at": at, "business_day": on}
            db.session.execute(insert(table_of(Sale)).values(id=sale_id, flags=[], **sold))
            for position, number in enumerate(articles):
                product = self.articles[number]
                line = {"sale_id": sale_id, "position": position, "product_id": product.id, "sku": product.sku}
                db.session.execute(insert(table_of(SaleLine)).values(quantity=1, amount=1_000, discount=0, **line))
        return ids


def plainly(baskets: list[Basket], skus: list[str], unit: str, *, least: int) -> Found:
    """The same, member by member, as a reader of the definition would write it down."""
    days: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for who, ago, articles in baskets:
        days[who][-ago].update(articles)
    lives = [[hers[day] for day in sorted(hers)] for hers in days.values()]
    buyers = [sum(any(one in day for day in life) for life in lives) for one in range(ARTICLES)]
    often = [sum(10_000 * sum(one in day for day in life) // len(life) for life in lives) for one in range(ARTICLES)]
    known = [one for one in range(ARTICLES) if buyers[one] >= least]
    rows: Found = defaultdict(list)
    for one, kind in product(known, (0, 1)):
        found = []
        for other in set(known) - {one}:
            shares = [_share(life, one, other, kind) for life in lives]
            met, base = [each for each in shares if each], len([each for each in shares if each is not None])
            share, lift = sum(met) // (10 * base or 1), sum(met) * len(lives) * 100 // (base * often[other] or 1)
            if len(met) >= least and share > 0 and lift >= LEAST_LIFT:
                found.append((-share, -lift, other, len(met)))
        for minus_share, minus_lift, other, members in sorted(found)[:KEPT]:
            rows[f"sku:{skus[one]}"].append([skus[other], kind, -minus_share, -minus_lift, members])
    for one in sorted(known, key=lambda one: (-often[one], one))[:MOST_BOUGHT]:
        rows[f"unit:{unit}"].append([skus[one], 2, often[one] // (10 * len(lives)), 100, buyers[one]])
    return dict(rows)


def _share(life: list[set[int]], one: int, other: int, kind: int) -> int | None:
    """On how many of her days with the one she bought the other as well, or on her next day; None if there are none."""
    days = [(day, day) for day in life] if kind == 0 else list(pairwise(life))
    mine = [then for day, then in days if one in day]
    return 10_000 * sum(other in then for then in mine) // len(mine) if mine else None


def counted() -> Found:
    """What the database comes to."""
    db.session.rollback()
    try:
        return {whose.key: [list(each) for each in partners] for whose, partners in counting.count(DAY).items()}
    finally:
        db.session.rollback()


def stored() -> Found:
    """What stands in the table."""
    return dict(db.session.execute(select(ProductPairing.key, ProductPairing.partners)).all())


def regulars(*articles: int, members: int = 6, since: int = 0) -> list[Basket]:
    """Each of some members buys the same basket, a week later the first article alone, and others buy others."""
    first = [(since + who, 20 + who, list(articles)) for who in range(members)]
    again = [(since + who, 10 + who, [articles[0]]) for who in range(members)]
    return first + again + [(since + 50 + who, 5, [5]) for who in range(members)]


@pytest.fixture
def shop(app: Flask) -> Iterator[Shop]:
    with app.app_context():
        yield run_in_unit_of_work(Shop)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    baskets=st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 6), st.lists(st.integers(0, ARTICLES - 1), min_size=1, max_size=4)),
        max_size=40,
    ),
    parts=st.sampled_from([1, 7, 20_000_000]),
)
def test_pairings_are_those_of_a_plain_computation(
    app: Flask, monkeypatch: pytest.MonkeyPatch, baskets: list[Basket], parts: int
) -> None:
    monkeypatch.setattr(counting, "LEAST_MEMBERS", 2)
    monkeypatch.setattr(counting, "_PAIRS_AT_ONCE", parts)
    with app.app_context():
        made: Shop = run_in_unit_of_work(Shop)
        made.skus  # noqa: B018 - read before the rollback
        run_in_unit_of_work(lambda: made.sell(baskets))
        try:
            assert counted() == plainly(baskets, made.skus, made.unit.code, least=2)
        finally:
            db.session.rollback()
            run_in_unit_of_work(empty)


def empty() -> None:
    """Take the sales away again."""
    for model in (SaleLine, Sale):
        db.session.execute(table_of(model).delete())


def test_whole_returns_and_what_units_keep_to_themselves_count_nowhere(shop: Shop) -> None:
    baskets = regulars(0, 1)
    run_in_unit_of_work(lambda: shop.sell(baskets))
    assert f"sku:{shop.skus[0]}" in counted()
    run_in_unit_of_work(lambda: take_back(shop, baskets[0]))
    # Six still bought the first, five of them the other with it, on one of two days; every fifth day has the other.
    assert counted()[f"sku:{shop.skus[0]}"][0] == [shop.skus[1], 0, 416, 200, 5]
    run_in_unit_of_work(lambda: take_back(shop, baskets[1]))
    assert f"sku:{shop.skus[0]}" not in counted()
    other: Shop = run_in_unit_of_work(lambda: Shop(shares="own"))
    run_in_unit_of_work(lambda: other.sell(baskets))
    assert not [row_id for row_id in counted() if row_id.endswith((*other.skus, other.unit.code))]


def take_back(shop: Shop, basket: Basket) -> None:
    """Have the whole of a member's basket of that day come back."""
    who, ago, _ = basket
    on = DAY - timedelta(days=ago)
    query = select(Sale.id).where(Sale.customer_id == shop.members[who], Sale.business_day == on)
    for sale_id in db.session.scalars(query):
        back = SaleReturn(sale_id=sale_id, store_id=shop.store.id, reason="-", whole=True, business_day=DAY)
        back.occurred_at = datetime(2026, 11, 20, 3, tzinfo=UTC)
        db.session.add(back)


def test_one_loyal_buyer_makes_no_rule(shop: Shop) -> None:
    loyal: list[Basket] = [(0, ago, [0, 1]) for ago in range(200)]
    run_in_unit_of_work(lambda: shop.sell(loyal + [(1 + who, 3, [2]) for who in range(9)]))
    assert list(counted()) == [f"unit:{shop.unit.code}"]


def test_purchases_of_more_than_a_window_ago_and_after_the_day_do_not_count(shop: Shop) -> None:
    late = [(who, -1, [0, 1]) for who in range(9)]
    early = [(who, counting.WINDOW.days, [0, 1]) for who in range(9)]
    run_in_unit_of_work(lambda: shop.sell(early + late))
    assert counted() == {}


@pytest.mark.parametrize(
    ("counted_now", "same"),
    [
        ([["B", 0, 340, 200, 30], ["C", 1, 120, 150, 9]], True),
        ([["C", 1, 139, 170, 11], ["B", 0, 321, 190, 31]], True),
        ([["B", 0, 361, 200, 30], ["C", 1, 120, 150, 9]], False),
        ([["B", 1, 340, 200, 30], ["C", 1, 120, 150, 9]], False),
        ([["B", 0, 340, 200, 30]], False),
        ([["B", 0, 340, 200, 30], ["C", 1, 120, 150, 9], ["D", 1, 100, 150, 9]], False),
    ],
)
def test_a_row_changes_when_people_would_be_told_something_else(counted_now: list[list[Any]], *, same: bool) -> None:
    assert says_the_same([["B", 0, 340, 200, 30], ["C", 1, 120, 150, 9]], counted_now) == same


def test_what_stays_as_it_is_is_not_touched_and_what_goes_is_taken_away(shop: Shop, tablet: Tablet) -> None:
    run_in_unit_of_work(lambda: shop.sell(regulars(0, 1) + regulars(2, 3, since=100)))
    rows, cursor = fresh(tablet)
    assert refresh_pairings(DAY).changed == len(stored()) > 2
    cursor = replay(tablet, rows, cursor)
    assert {each["key"]: each["partners"] for each in rows["pairings"].values()} == stored() == counted()
    before = tablet.pull(cursor)
    assert (refresh_pairings(DAY).changed, before["changes"]) == (0, [])
    assert tablet.pull(cursor)["cursor"] == before["cursor"]
    run_in_unit_of_work(empty)
    assert refresh_pairings(DAY).rows == 0
    replay(tablet, rows, cursor)
    assert (rows["pairings"], stored()) == ({}, {})
    again, _ = fresh(tablet)
    assert again["pairings"] == {}
    assert verify()["problems"] == []


def test_the_worker_counts_once_a_day(shop: Shop) -> None:
    run_in_unit_of_work(lambda: shop.sell(regulars(0, 1)))
    with clock.frozen(datetime(2026, 11, 20, 18, tzinfo=UTC)):
        tending.tend()
    first = stored()
    run_in_unit_of_work(empty)
    with clock.frozen(datetime(2026, 11, 21, 17, 59, tzinfo=UTC)):
        tending.tend()
    assert stored() == first != {}
    with clock.frozen(datetime(2026, 11, 21, 18, tzinfo=UTC)):
        tending.tend()
    assert stored() == {}
    assert db.session.scalars(select(PairingRun.as_of).order_by(PairingRun.as_of)).all() == [DAY, date(2026, 11, 21)]


def test_a_member_is_offered_what_goes_with_her_last_purchase(app: Flask, shop: Shop) -> None:
    run_in_unit_of_work(lambda: shop.sell(regulars(0, 1)))
    refresh_pairings(DAY)
    run = app.test_cli_runner().invoke
    assert json.loads(run(args=["insight", "pairings", "--as-of", str(DAY), "--json"]).stdout) == {
        "as_of": str(DAY), "rows": len(stored()), "changed": 0,
    }  # fmt: skip
    basket = [[shop.skus[0], 1, 1_000]]
    member = run_in_unit_of_work(
        lambda: factories.customer(home_store_id=shop.store.id, facts={"last_basket": basket}).id
    )
    done = run(args=["insight", "suggest", member, "--json"], catch_exceptions=False)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert told == [
        {"sku": shop.skus[5], "name": shop.articles[5].name, "reason": {"code": "popular"}},
        {
            "sku": shop.skus[1],
            "name": shop.articles[1].name,
            "reason": {"code": "together", "of": shop.skus[0], "share": 500},
        },
    ]
    run_in_unit_of_work(lambda: suspend(member))
    assert run(args=["insight", "suggest", member, "--json"]).stdout == ""
    missing = run(args=["insight", "suggest", new_id(), "--json"])
    assert (missing.exit_code, missing.stdout) == (1, "")


def suspend(member: str) -> None:
    """Have the use of her data suspended."""
    db.session.get_one(Customer, member).suspended_at = clock.now()
