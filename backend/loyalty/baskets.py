"""Sales as earning rules see them, with what is known of whoever bought."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from backend.catalog import Rates
from backend.core.db import db, table_of
from backend.core.money import exponent
from backend.core.one_of import one_of
from backend.customers import Card, CustomerFacts
from backend.loyalty import earning
from backend.loyalty.earning import Basket, Bought, Earned, Rule
from backend.loyalty.models import PointsEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

_entry = table_of(PointsEntry).c
_facts, _card = table_of(CustomerFacts).c, table_of(Card).c
# Seeks in ix_points_entry_customer.
_EARNED = select(_entry.customer_id, _entry.owner_id, _entry.business_day, _entry.rules).where(
    one_of(_entry.customer_id, "ids"),
    _entry.kind == "earn",
    _entry.business_day.between(bindparam("since"), bindparam("until")),
)
_GRADES = select(_facts.customer_id, _facts.grade).where(one_of(_facts.customer_id, "ids"))
_ISSUERS = select(_card.customer_id, _card.issuer).where(one_of(_card.customer_id, "ids"), _card.issuer.is_not(None))


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line: what was paid for it, what of that was given back for what came back, and the article's category."""

    amount: int
    refunded: int
    category: str | None


@dataclass(frozen=True, slots=True)
class Sold:
    """A known customer's sale as it stands. `at` is when it happened, never later than it was heard of.

    `new`: nothing is in the ledger for it yet. `changed_at` and `changed_on`: when something came back, if so.
    """

    sale_id: str
    customer_id: str
    owner_id: str | None
    business_unit_id: str
    store_id: str
    at: datetime
    day: date
    lines: Sequence[SoldLine]
    redeemed: int
    currency: str
    # By coupons: {coupon: percent}.
    multipliers: Mapping[str, int] = field(default_factory=dict)
    new: bool = True
    changed_at: datetime | None = None
    changed_on: date | None = None

    @property
    def total(self) -> int:
        """What was paid."""
        return sum(line.amount for line in self.lines)

    @property
    def refunded(self) -> int:
        """What was given back."""
        return sum(line.refunded for line in self.lines)


class Buyers:
    """What rules ask of the members who bought."""

    def __init__(self, ids: Collection[str], rules: Sequence[Rule]) -> None:
        self.grades: dict[str, str | None] = {}
        self.issuers: dict[str, set[str]] = {}
        wanted = {"ids": sorted(ids)}
        if any(rule.grade is not None for rule in rules):
            self.grades = dict(db.session.execute(_GRADES, wanted).all())
        if any(rule.card_issuer is not None for rule in rules):
            for customer_id, issuer in db.session.execute(_ISSUERS, wanted):
                self.issuers.setdefault(customer_id, set()).add(issuer)


class GivenInMonths:
    """What rules with a cap a month gave in the months of some sales: to each card, whoever holds it by now."""

    def __init__(self, sales: Sequence[Sold], rules: Sequence[Rule], *, anew: bool = False) -> None:
        """Read what they gave; `anew`: nothing so far, as if these sales were the first of their months."""
        self._rules = {rule.id for rule in rules if rule.cap_month is not None}
        self._points: dict[tuple[str, int, int], dict[str, int]] = {}
        if self._rules and not anew:
            days = [sale.day for sale in sales]
            wanted: dict[str, Any] = {"ids": sorted({sale.customer_id for sale in sales})}
            wanted |= {"since": min(days).replace(day=1), "until": earning.month_end(max(days), 0)}
            for customer_id, owner_id, day, by_rule in db.session.execute(_EARNED, wanted):
                self._count((owner_id or customer_id, day.year, day.month), dict(by_rule or ()))

    def to(self, sale: Sold) -> Mapping[str, int]:
        """{rule: points} in the month of `sale`."""
        return self._points.get(self._key(sale), {})

    def add(self, sale: Sold, earned: Earned) -> None:
        """Count what a sale earned."""
        if self._rules:
            self._count(self._key(sale), earned.by_rule)

    def _key(self, sale: Sold) -> tuple[str, int, int]:
        return (sale.owner_id or sale.customer_id, sale.day.year, sale.day.month)

    def _count(self, key: tuple[str, int, int], by_rule: Mapping[str, int]) -> None:
        points = self._points.setdefault(key, {})
        for rule_id in self._rules & by_rule.keys():
            points[rule_id] = points.get(rule_id, 0) + by_rule[rule_id]


class Worth:
    """What currencies are in those of the rules, by the newest rate that was known on a day."""

    def __init__(self, wanted: Collection[str]) -> None:
        self._wanted = wanted
        self._rates = Rates()

    def of(self, sale: Sold) -> dict[str, Fraction]:
        """{currency: minor units of it that one of the sale's is worth}."""
        found = {each: self._factor(sale.currency, each, sale.day) for each in self._wanted}
        return {each: factor for each, factor in found.items() if factor is not None}

    def _factor(self, currency: str, base: str, day: date) -> Fraction | None:
        if currency == base:
            return Fraction(1)
        rate = self._rates.of(currency, base, day)
        return None if rate is None else Fraction(rate) * Fraction(10) ** (exponent(base) - exponent(currency))


def basket_of(sale: Sold, known: Buyers, worth: Mapping[str, Fraction]) -> Basket:
    """The sale as rules see it, as it was sold."""
    lines = [Bought(line.amount, line.category) for line in sale.lines]
    grade, issuers = known.grades.get(sale.customer_id), known.issuers.get(sale.customer_id, set())
    place = (sale.business_unit_id, sale.store_id, sale.day)
    return Basket(*place, lines, worth, sale.redeemed, grade, issuers)
