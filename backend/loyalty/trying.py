"""What a rule would do to sales before it goes live: each is worked out with it and without it, and nothing written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from backend.loyalty import earning
from backend.loyalty.baskets import Buyers, GivenInMonths, Sold, Worth, basket_of
from backend.loyalty.service import standing_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.loyalty.earning import Rule


class Tried(NamedTuple):
    """A sale's points by the rules that are live, and with the new one; what was paid in the new one's minor units."""

    sold: Sold
    now: int
    then: int
    paid: int


def try_rule(candidate: Rule, sales: Sequence[Sold]) -> list[Tried]:
    """What whole months of some members' sales earn by the live rules, and with `candidate` among them.

    As they were sold, whatever came back since; grades and cards are those of today.
    """
    live = [rule for rule, retired_at in standing_rules() if retired_at is None]
    both = [*live, candidate]
    known = Buyers({sale.customer_id for sale in sales}, both)
    worth = Worth({rule.currency for rule in both})
    now, then = GivenInMonths(sales, live, anew=True), GivenInMonths(sales, both, anew=True)
    found = []
    for sale in sorted(sales, key=lambda each: (each.at, each.sale_id)):
        basket = basket_of(sale, known, worth.of(sale))
        without = earning.earn(live, replace(basket, given=now.to(sale)))
        given = earning.earn(both, replace(basket, given=then.to(sale)))
        now.add(sale, without)
        then.add(sale, given)
        paid = int(sale.total * basket.worth.get(candidate.currency, 0))
        found.append(Tried(sale, without.points, given.points, paid))
    return found
