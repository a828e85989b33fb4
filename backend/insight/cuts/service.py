"""Drawing cut-points from everybody's facts, and keeping them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from backend.catalog import Rates
from backend.core.db import db, table_of
from backend.core.money import exponent
from backend.customers import Customer
from backend.insight.cuts import rules
from backend.insight.cuts.models import Cuts, SimilarCycle
from backend.insight.facts import MemberFacts, derived
from backend.insight.members.profile import Facts, gaps_of
from backend.organization import BusinessUnit, Store
from backend.sales import main_currency

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

_facts, _customer = table_of(MemberFacts).c, table_of(Customer).c
_NAMES = ("customer_id", "days", "stores", "hours", "goods")
_STORED = (
    select(*(_facts[name] for name in _NAMES)).where(_facts.last_on <= bindparam("as_of")).order_by(_facts.customer_id)
)
_SINCE = select(_facts.customer_id).where(_facts.last_on > bindparam("as_of"))
_HOMES = (
    select(_customer.id, BusinessUnit.code)
    .join(table_of(Store), table_of(Store).c.id == _customer.home_store_id)
    .join(table_of(BusinessUnit), table_of(BusinessUnit).c.id == table_of(Store).c.business_unit_id)
)
_UNITS = select(BusinessUnit.code).order_by(BusinessUnit.code)
_FETCHED = 2_000
_LAST_VERSIONS = 90


@dataclass
class Drawn:
    """What everybody is compared with on a day; see `Cuts`."""

    as_of: date
    currency: str
    members: int = 0
    recency: list[date] = field(default_factory=list)
    frequency: list[int] = field(default_factory=list)
    money: list[int] = field(default_factory=list)
    cycles: dict[str, dict[int, tuple[int, int]]] = field(default_factory=dict)
    prices: dict[str, list[int]] = field(default_factory=dict)


class Worth:
    """Spend by currency as one sum in minor units of one, by the newest rates known on a day."""

    def __init__(self, currency: str, day: date) -> None:
        self._currency, self._day, self._rates = currency, day, Rates()

    def of(self, spend: Mapping[str, int]) -> int:
        """Each currency rounded down; what no rate is known of counts nothing."""
        return sum(self._converted(amount, currency) for currency, amount in spend.items())

    def _converted(self, amount: int, currency: str) -> int:
        if currency == self._currency:
            return amount
        rate = self._rates.of(currency, self._currency, self._day)
        if rate is None:
            return 0
        worth = amount * Fraction(rate) * Fraction(10) ** (exponent(self._currency) - exponent(currency))
        return worth.numerator // worth.denominator


def facts_as_of(as_of: date) -> Iterator[Facts]:
    """Everybody's facts when a day was over, in the order of their ids, a few thousand in memory at a time.

    As they stand, for who has not bought since; those of the others are worked out from their sales up to that day.
    """
    homes = home_units()
    moved = derived.as_of(as_of, [str(each) for each in db.session.scalars(_SINCE, {"as_of": as_of})])
    rows = db.session.execute(_STORED, {"as_of": as_of}, execution_options={"yield_per": _FETCHED}).mappings()
    stored: Iterator[dict[str, Any]] = map(dict, rows)
    for row in merge(stored, moved, key=itemgetter("customer_id")):
        yield Facts(**{name: row[name] for name in _NAMES}, unit=homes.get(row["customer_id"]))


def home_units() -> dict[str, str]:
    """{customer: code of the business unit of her home store}."""
    return {str(customer_id): code for customer_id, code in db.session.execute(_HOMES)}


def draw(everybody: Iterable[Facts], as_of: date) -> Drawn:
    """Compare everybody with everybody, as of a day; the facts are of no later one. Reads, and writes nothing."""
    drawn = Drawn(as_of, main_currency())
    worth = Worth(drawn.currency, as_of)
    last: list[date] = []
    counts: list[int] = []
    spent: list[int] = []
    steps: list[tuple[str | None, int, int]] = []
    prices: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for facts in everybody:
        days = facts.purchase_days
        last.append(days[-1])
        counts.append(len(days))
        spent.append(worth.of(facts.spend))
        steps += [(facts.unit, so_far, gap) for so_far, gap in enumerate(gaps_of(days[:4]), 1)]
        for key, (pieces, amount) in facts.goods.items():
            price = prices[priced_by(key)]
            price[0] += pieces
            price[1] += amount
    drawn.members, drawn.prices = len(last), dict(prices)
    drawn.recency = rules.cut_points(last)
    drawn.frequency, drawn.money = rules.cut_points(counts), rules.cut_points(spent)
    drawn.cycles = rules.similar_cycles(db.session.scalars(_UNITS), steps)
    return drawn


def priced_by(key: str) -> str:
    """The currency and category of a key of `goods`: prices are compared within them."""
    return key.rpartition("\x1f")[0]


def keep(drawn: Drawn) -> Cuts:
    """Store a version, forget the oldest ones, and show tablets the cycles of those alike where they are others."""
    version = (db.session.scalar(select(func.max(Cuts.version))) or 0) + 1
    cuts = Cuts(
        version=version,
        as_of=drawn.as_of,
        currency=drawn.currency,
        members=drawn.members,
        recency=[day.isoformat() for day in drawn.recency],
        frequency=drawn.frequency,
        money=drawn.money,
        cycles={unit: {str(days): each for days, each in cycles.items()} for unit, cycles in drawn.cycles.items()},
        prices=drawn.prices,
    )
    db.session.add(cuts)
    for old in db.session.scalars(select(Cuts).where(Cuts.version <= version - _LAST_VERSIONS)):
        db.session.delete(old)
    _show(drawn.cycles)
    db.session.flush()
    return cuts


def _show(cycles: Mapping[str, Mapping[int, tuple[int, int]]]) -> None:
    wanted = {(unit, days): each for unit, of_unit in cycles.items() for days, each in of_unit.items()}
    there = {(row.unit, row.purchase_days): row for row in db.session.scalars(select(SimilarCycle))}
    for key in there.keys() - wanted.keys():
        db.session.delete(there[key])
    for (unit, days), (twice, members) in wanted.items():
        row = there.get((unit, days))
        if row is None:
            db.session.add(SimilarCycle(unit=unit, purchase_days=days, cycle_twice=twice, members=members))
        elif row.cycle_twice != twice:
            # How many members that is moves every night; it alone is no reason to send anything to tablets.
            row.cycle_twice, row.members = twice, members
