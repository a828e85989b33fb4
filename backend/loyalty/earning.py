"""What a sale earns. Pure: rules and a sale as plain values, whole numbers throughout.

Points are given for what was paid with money: what was paid with points earns nothing, spread evenly over the lines,
a point for a minor unit of the rule's currency (a point pays one won). A sale in another currency than a rule's counts
at the rate of its day; where none is known, the rule gives nothing.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_PER = 10_000
"""A rate is points for so many minor units."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as `models.EarningRule` describes it."""

    id: str
    kind: str
    rate: int
    currency: str
    cap: int | None
    cap_month: int | None
    valid_months: int | None
    business_unit_id: str | None
    store_id: str | None
    category: str | None
    grade: str | None
    card_issuer: str | None
    weekdays: tuple[int, ...] | None
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Bought:
    """A line: what was paid for it and has not come back, in minor units, and the article's category."""

    amount: int
    category: str | None


@dataclass(frozen=True, slots=True)
class Basket:
    """A sale as the rules see it.

    `worth` says what a minor unit of its currency is in minor units of others, {currency: factor}, where that is known.
    `redeemed` is how many points it was paid with, and `given` what rules gave the member in the same month already.
    """

    business_unit_id: str
    store_id: str
    day: date
    lines: Sequence[Bought]
    worth: Mapping[str, Fraction]
    redeemed: int = 0
    grade: str | None = None
    card_issuers: Collection[str] = ()
    given: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Earned:
    """Points by rule, only those that gave any, and the last day on which they are good."""

    by_rule: Mapping[str, int]
    expires_on: date | None

    @property
    def points(self) -> int:
        """All of them."""
        return sum(self.by_rule.values())


def earn(rules: Sequence[Rule], basket: Basket) -> Earned:
    """What `basket` earns by `rules`: the best base rule of each line, and every bonus."""
    there = [rule for rule in applying(rules, basket) if rule.currency in basket.worth]
    total = sum(line.amount for line in basket.lines)
    if not there or total <= 0:
        return Earned({}, None)
    amounts: dict[str, int] = {}
    for line in basket.lines:
        for rule in _of_line(there, line, basket.worth):
            amounts[rule.id] = amounts.get(rule.id, 0) + line.amount
    by_id = {rule.id: rule for rule in there}
    points = {rule_id: _points(by_id[rule_id], amount, total, basket) for rule_id, amount in amounts.items()}
    given = {rule_id: each for rule_id, each in sorted(points.items()) if each > 0}
    return Earned(given, _last_day([by_id[rule_id] for rule_id in given], basket.day))


def applying(rules: Sequence[Rule], basket: Basket) -> list[Rule]:
    """The rules of which everything that they name of a sale as a whole is so."""
    return [
        rule
        for rule in rules
        if rule.starts_on <= basket.day <= (rule.ends_on or date.max)
        and rule.business_unit_id in {None, basket.business_unit_id}
        and rule.store_id in {None, basket.store_id}
        and rule.grade in {None, basket.grade}
        and (rule.card_issuer is None or rule.card_issuer in basket.card_issuers)
        and (rule.weekdays is None or basket.day.weekday() in rule.weekdays)
    ]


def _of_line(rules: Sequence[Rule], line: Bought, worth: Mapping[str, Fraction]) -> list[Rule]:
    fitting = [rule for rule in rules if rule.category in {None, line.category}]
    base = [rule for rule in fitting if rule.kind == "base"]
    best = [max(base, key=lambda rule: (rule.rate * worth[rule.currency], rule.id))] if base else []
    return best + [rule for rule in fitting if rule.kind == "bonus"]


def _points(rule: Rule, amount: int, total: int, basket: Basket) -> int:
    """What a rule gives for `amount` of the sale's `total`, rounded down, and no more than its caps."""
    factor = basket.worth[rule.currency]
    if factor == 1 and not basket.redeemed:
        return _capped(amount * rule.rate // _PER, rule, basket)
    money = max(total * factor - basket.redeemed, Fraction(0)) / total
    return _capped(int(amount * money * rule.rate / _PER), rule, basket)


def _capped(points: int, rule: Rule, basket: Basket) -> int:
    if rule.cap is not None:
        points = min(points, rule.cap)
    if rule.cap_month is not None:
        points = min(points, max(rule.cap_month - basket.given.get(rule.id, 0), 0))
    return points


def _last_day(rules: Sequence[Rule], day: date) -> date | None:
    """The end of the month in which the longest validity ends."""
    months = [rule.valid_months for rule in rules]
    if not months or None in months:
        return None
    return month_end(day, max(each for each in months if each is not None))


def month_end(day: date, months: int) -> date:
    """The last day of the month that is so many months after that of `day`."""
    count = day.month - 1 + months
    year, month = day.year + count // 12, count % 12 + 1
    return date(year, month, monthrange(year, month)[1])


def restored(redeemed: int, *, total: int, refunded: int) -> int:
    """How many of the points that paid for a sale come back with a refund, rounded down; all of them with all of it."""
    return redeemed * min(refunded, total) // total if total > 0 else (redeemed if refunded else 0)
