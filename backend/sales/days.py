"""What members bought day by day, as models of their habits take it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import BigInteger, Text, bindparam, cast, func, select

from backend.catalog import Rates
from backend.core.db import db, parts, table_of
from backend.core.money import exponent
from backend.organization import Store, unshared_stores
from backend.sales.models import Sale, SaleReturn
from backend.sales.points import sold_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_sale, _store, _return = table_of(Sale).c, table_of(Store).c, table_of(SaleReturn).c
_BOUGHT = _sale.customer_id.is_not(None), _sale.business_day <= bindparam("until")
_WORTH = _sale.currency, _store.currency, func.coalesce(_sale.rate, ""), cast(_sale.business_day, Text())
# In the order of ix_sale_customer, so that nothing needs sorting.
_DAYS = (
    select(_sale.customer_id, _sale.business_day, *_WORTH, cast(func.sum(_sale.total), BigInteger))
    .select_from(table_of(Sale).join(table_of(Store), _store.id == _sale.store_id))
    .where(*_BOUGHT)
    .group_by(_sale.customer_id, _sale.business_day, *_WORTH)
    .order_by(_sale.customer_id, _sale.business_day)
)
_CAME_BACK = (
    select(_sale.customer_id)
    .select_from(table_of(SaleReturn).join(table_of(Sale), _sale.id == _return.sale_id))
    .where(*_BOUGHT)
    .distinct()
)
_RATES_OF = (
    select(_sale.id, *_WORTH)
    .select_from(table_of(Sale).join(table_of(Store), _store.id == _sale.store_id))
    .where(*_BOUGHT, _sale.currency != bindparam("currency"))
)
_AT_ONCE = 200
_FETCHED = 10_000


class PurchaseDay(NamedTuple):
    """A member's business day with a purchase of which something is left; `spend` in minor units."""

    customer_id: str
    day: date
    spend: int


def main_currency() -> str:
    """The currency that most sales were paid in; that of a new house where nothing was ever sold."""
    query = select(_sale.currency).group_by(_sale.currency).order_by(func.count().desc(), _sale.currency).limit(1)
    return db.session.scalar(query) or "KRW"


def purchase_days(until: date, *, currency: str) -> Iterator[PurchaseDay]:
    """Every member's purchase days up to `until`, one member after the other but those of whom something came back.

    Of a sale in another currency counts what its rate makes of it, rounded down; a day of which no rate is known is a
    purchase day all the same. What units keep to themselves is left out, as on the tablets. Two statements, and a few
    more for members with returns.
    """
    worth = _Worth(currency)
    returned = {str(each) for each in db.session.scalars(_CAME_BACK, {"until": until})}
    unshared = unshared_stores()
    query = _DAYS.where(_sale.store_id.not_in(sorted(unshared))) if unshared else _DAYS
    rows = db.session.execute(query, {"until": until}, execution_options={"yield_per": _FETCHED})
    last: PurchaseDay | None = None
    for customer_id, day, paid_in, base, rate, written, total in rows:
        if customer_id in returned:
            continue
        spend = worth.of(total, paid_in, rate if base == currency else "", written)
        if last is not None and (last.customer_id, last.day) == (customer_id, day):
            last = last._replace(spend=last.spend + spend)
            continue
        if last is not None:
            yield last
        last = PurchaseDay(customer_id, day, spend)
    if last is not None:
        yield last
    for some in parts(sorted(returned), _AT_ONCE):
        yield from _exact(some, until, unshared, worth)


class _Worth:
    """What was paid, in one currency."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self._rates = Rates()
        self._factors: dict[tuple[str, str], Fraction] = {}

    def of(self, total: int, paid_in: str, rate: str, day: str) -> int:
        """Convert by the rate of the sale or that of its day; nothing where none is known."""
        if paid_in == self.currency:
            return total
        key = (paid_in, rate or day)
        if key not in self._factors:
            known = rate or self._rates.of(paid_in, self.currency, date.fromisoformat(day))
            shift = Fraction(10) ** (exponent(self.currency) - exponent(paid_in))
            self._factors[key] = Fraction(0) if known is None else Fraction(known) * shift
        factor = self._factors[key]
        return total * factor.numerator // factor.denominator


def _exact(members: Sequence[str], until: date, unshared: frozenset[str], worth: _Worth) -> Iterator[PurchaseDay]:
    """Their days sale by sale, as each stands: what came back is taken off, and a sale that came back whole is none."""
    asked = {"until": until, "currency": worth.currency}
    foreign = {row[0]: row[1:] for row in db.session.execute(_RATES_OF.where(_sale.customer_id.in_(members)), asked)}
    found: dict[tuple[str, date], int] = defaultdict(int)
    for sold in sold_to(members, date.min, until):
        if sold.store_id in unshared or (sold.changed_at is not None and sold.refunded >= sold.total):
            continue
        left = sold.total - sold.refunded
        if sold.sale_id in foreign:
            paid_in, base, rate, written = foreign[sold.sale_id]
            left = worth.of(left, paid_in, rate if base == worth.currency else "", written)
        found[sold.customer_id, sold.day] += left
    for (customer_id, day), spend in sorted(found.items()):
        yield PurchaseDay(customer_id, day, spend)
