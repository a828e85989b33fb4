"""Purchases as grades count them: what is left of what was bought, on how many days, at how many business units."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, bindparam, case, func, select

from backend.catalog import Rates
from backend.core.db import db, table_of
from backend.core.money import exponent
from backend.organization import Store
from backend.sales.models import Sale, SaleReturn
from backend.sales.points import sold_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from backend.loyalty import Sold

_sale, _store, _return = table_of(Sale).c, table_of(Store).c, table_of(SaleReturn).c
_SOLD_AT = table_of(Sale).join(table_of(Store), _store.id == _sale.store_id)
_DAYS = _sale.business_day.between(bindparam("since"), bindparam("until"))
_WHO = (_sale.customer_id >= bindparam("first"), _sale.customer_id <= bindparam("last"), _DAYS)
_FOREIGN = _sale.currency != bindparam("currency")
# Reads ix_sale_customer in its order, so that members need no sorting.
_TOTALS = (
    select(
        _sale.customer_id,
        func.sum(case((_FOREIGN, 0), else_=_sale.total)).cast(Integer),
        func.count(_sale.business_day.distinct()),
        func.count(_store.business_unit_id.distinct()),
        func.sum(case((_FOREIGN, 1), else_=0)),
    )
    .select_from(_SOLD_AT)
    .where(*_WHO)
    .group_by(_sale.customer_id)
)
_ABROAD = (
    select(_sale.customer_id, _sale.id, _sale.currency, _store.currency, _sale.rate, _sale.business_day, _sale.total)
    .select_from(_SOLD_AT)
    .where(*_WHO, _FOREIGN)
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
    came back is taken off; a sale of which nothing is left is no visit. Nearly all is one aggregate; only of members
    of whom something came back each sale is looked at, of whom is read once for all.
    """

    def __init__(self, since: date, until: date, currency: str) -> None:
        self._days = {"since": since, "until": until}
        self._currency = currency
        self._rates = Rates()
        self._returned: set[str] | None = None

    def between(self, first: str, last: str) -> Mapping[str, tuple[int, int, int]]:
        """{customer: (spend, days, units)} of those who bought, with ids from `first` to `last`."""
        asked = self._days | {"first": first, "last": last, "currency": self._currency}
        found: dict[str, tuple[int, int, int]] = {}
        abroad = 0
        for customer_id, spend, days, units, foreign in db.session.execute(_TOTALS, asked):
            found[customer_id] = (spend, days, units)
            abroad += foreign
        worth = self._add_foreign(asked, found) if abroad else {}
        for members in self._with_returns(first, last, found):
            found |= self._exact(members, worth)
        return found

    def _add_foreign(self, asked: Mapping[str, Any], found: dict[str, tuple[int, int, int]]) -> dict[str, Fraction]:
        """Add what was paid in other currencies; what a minor unit was worth, by sale."""
        worth: dict[str, Fraction] = {}
        for customer_id, sale_id, currency, base, rate, day, total in db.session.execute(_ABROAD, asked):
            worth[sale_id] = self._factor(currency, rate if base == self._currency else None, day)
            spend, days, units = found[customer_id]
            found[customer_id] = (spend + int(total * worth[sale_id]), days, units)
        return worth

    def _factor(self, currency: str, rate: str | None, day: date) -> Fraction:
        known = rate or self._rates.of(currency, self._currency, day)
        shift = Fraction(10) ** (exponent(self._currency) - exponent(currency))
        return Fraction(0) if known is None else Fraction(known) * shift

    def _with_returns(self, first: str, last: str, bought: Mapping[str, Any]) -> list[list[str]]:
        if first == last:
            members = list(bought)
        else:
            if self._returned is None:
                self._returned = {str(each) for each in db.session.scalars(_CAME_BACK, self._days)}
            members = sorted(self._returned & bought.keys())
        return [members[start : start + _AT_ONCE] for start in range(0, len(members), _AT_ONCE)]

    def _exact(self, members: Sequence[str], worth: Mapping[str, Fraction]) -> dict[str, tuple[int, int, int]]:
        """Their figures sale by sale, as each stands."""
        left: dict[str, list[Sold]] = defaultdict(list)
        for sale in sold_to(members, self._days["since"], self._days["until"]):
            if sale.changed_at is None or sale.refunded < sale.total:
                left[sale.customer_id].append(sale)
        return {
            member: (
                sum(int((sale.total - sale.refunded) * worth.get(sale.sale_id, 1)) for sale in left[member]),
                len({sale.day for sale in left[member]}),
                len({sale.business_unit_id for sale in left[member]}),
            )
            for member in members
        }
