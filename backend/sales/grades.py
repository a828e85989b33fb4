"""Purchases as grades count them: what is left of what was bought, on how many days, at how many business units."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Text, bindparam, case, cast, func, select

from backend.catalog import Rates
from backend.core.db import db, table_of
from backend.core.money import exponent
from backend.organization import Store, unshared_stores
from backend.sales.models import Sale, SaleReturn
from backend.sales.points import sold_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sqlalchemy import ColumnElement

    from backend.loyalty import Sold


def _joined(values: Sequence[ColumnElement[str]]) -> ColumnElement[str]:
    return reduce(lambda text, value: text.concat(_BETWEEN_VALUES).concat(value), values)


_BETWEEN_SALES, _BETWEEN_VALUES = ";", "|"
_sale, _store, _return = table_of(Sale).c, table_of(Store).c, table_of(SaleReturn).c
_SOLD_AT = table_of(Sale).join(table_of(Store), _store.id == _sale.store_id)
_DAYS = _sale.business_day.between(bindparam("since"), bindparam("until"))
_WHO = (_sale.customer_id >= bindparam("first"), _sale.customer_id <= bindparam("last"), _DAYS)
_FOREIGN = _sale.currency != bindparam("currency")
_TEXT = Text()
# Of a sale in another currency what its worth follows from, so that one pass over the rows is enough.
_VALUES = (
    _sale.currency,
    _store.currency,
    func.coalesce(_sale.rate, ""),
    cast(_sale.business_day, _TEXT),
    cast(_sale.total, _TEXT),
    cast(_sale.id, _TEXT),
)
# Reads ix_sale_customer in its order, so that members need no sorting.
_TOTALS = (
    select(
        _sale.customer_id,
        cast(func.sum(case((_FOREIGN, 0), else_=_sale.total)), BigInteger),
        func.count(_sale.business_day.distinct()),
        func.count(_store.business_unit_id.distinct()),
        func.aggregate_strings(case((_FOREIGN, _joined(_VALUES))), _BETWEEN_SALES),
    )
    .select_from(_SOLD_AT)
    .where(*_WHO)
    .group_by(_sale.customer_id)
)
_CAME_BACK = (
    select(_sale.customer_id)
    .select_from(table_of(SaleReturn).join(table_of(Sale), _sale.id == _return.sale_id))
    .where(_sale.customer_id.is_not(None), _DAYS)
    .distinct()
)
_AT_ONCE = 200


class PurchaseFigures:
    """What members bought from one business day to another: spend in minor units of `currency`, days, units.

    Of a sale in another currency counts what its rate makes of it, rounded down, and nothing where none is known. What
    came back is taken off; a sale of which nothing is left is no visit. Purchases at units that keep their own count as
    little as on the tablets: everybody sees what a grade came of. Nearly all is one aggregate; only of members
    of whom something came back each sale is looked at, of whom is read once for all.
    """

    def __init__(self, since: date, until: date, currency: str) -> None:
        self._days = {"since": since, "until": until}
        self._currency = currency
        self._rates = Rates()
        self._unshared = unshared_stores()
        self._totals = _TOTALS.where(_sale.store_id.not_in(sorted(self._unshared))) if self._unshared else _TOTALS
        self._factors: dict[tuple[str, str], Fraction] = {}
        self._returned: set[str] | None = None

    def between(self, first: str, last: str) -> Mapping[str, tuple[int, int, int]]:
        """{customer: (spend, days, units)} of those who bought, with ids from `first` to `last`."""
        asked = self._days | {"first": first, "last": last, "currency": self._currency}
        found: dict[str, tuple[int, int, int]] = {}
        abroad: dict[str, str] = {}
        for customer_id, spend, days, units, foreign in db.session.execute(self._totals, asked):
            found[customer_id] = (spend, days, units)
            if foreign is not None:
                abroad[customer_id] = foreign
        members = self._with_returns(first, last, found)
        worth = self._add_foreign(abroad, found, members)
        some = sorted(members)
        for start in range(0, len(some), _AT_ONCE):
            found |= self._exact(some[start : start + _AT_ONCE], worth)
        return found

    def _add_foreign(
        self, abroad: Mapping[str, str], found: dict[str, tuple[int, int, int]], members: AbstractSet[str]
    ) -> dict[str, Fraction]:
        """Add what was paid in other currencies; what a minor unit was worth, by sale, of these members."""
        worth: dict[str, Fraction] = {}
        for customer_id, sales in abroad.items():
            spend, days, units = found[customer_id]
            for sale in sales.split(_BETWEEN_SALES):
                currency, base, rate, day, total, sale_id = sale.split(_BETWEEN_VALUES)
                factor = self._factor(currency, rate if base == self._currency else "", day)
                spend += int(total) * factor.numerator // factor.denominator
                if customer_id in members:
                    worth[sale_id] = factor
            found[customer_id] = (spend, days, units)
        return worth

    def _factor(self, currency: str, rate: str, day: str) -> Fraction:
        """What a minor unit is worth, by the rate of the sale or that of its day; nothing where none is known."""
        key = (currency, rate or day)
        if key not in self._factors:
            known = rate or self._rates.of(currency, self._currency, date.fromisoformat(day))
            shift = Fraction(10) ** (exponent(self._currency) - exponent(currency))
            self._factors[key] = Fraction(0) if known is None else Fraction(known) * shift
        return self._factors[key]

    def _with_returns(self, first: str, last: str, bought: Mapping[str, Any]) -> AbstractSet[str]:
        """Of those who bought, of whom something came back; whoever is looked at alone is simply looked at."""
        if first == last:
            return bought.keys()
        if self._returned is None:
            self._returned = {str(each) for each in db.session.scalars(_CAME_BACK, self._days)}
        return self._returned & bought.keys()

    def _exact(self, members: Sequence[str], worth: Mapping[str, Fraction]) -> dict[str, tuple[int, int, int]]:
        """Their figures sale by sale, as each stands."""
        left: dict[str, list[Sold]] = defaultdict(list)
        for sale in sold_to(members, self._days["since"], self._days["until"]):
            if sale.store_id not in self._unshared and (sale.changed_at is None or sale.refunded < sale.total):
                left[sale.customer_id].append(sale)
        return {
            member: (
                sum(int((sale.total - sale.refunded) * worth.get(sale.sale_id, 1)) for sale in left[member]),
                len({sale.day for sale in left[member]}),
                len({sale.business_unit_id for sale in left[member]}),
            )
            for member in members
        }
