"""Sales as the points ledger sees them, and points for sales that were taken in without any."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from backend.catalog import Product
from backend.core.db import db, run_in_unit_of_work, table_of
from backend.core.one_of import one_of
from backend.customers import hold
from backend.loyalty import Lacking, Sold, SoldLine, coupons, missing, post
from backend.organization import Store
from backend.sales import rules
from backend.sales.models import Sale, SaleLine, SaleReturn, SaleReturnLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
_sale, _line, _product = table_of(Sale).c, table_of(SaleLine).c, table_of(Product).c
_return, _back, _store = table_of(SaleReturn).c, table_of(SaleReturnLine).c, table_of(Store).c
_SALES = (
    select(
        _sale.id,
        _sale.customer_id,
        _sale.owner_id,
        _store.business_unit_id,
        _sale.store_id,
        _sale.occurred_at,
        _sale.received_at,
        _sale.business_day,
        _sale.points_redeemed,
        _sale.currency,
    )
    .join(table_of(Store), _store.id == _sale.store_id)
    .where(one_of(_sale.id, "ids"), _sale.customer_id.is_not(None))
    .order_by(_sale.id)
)
_LINES = (
    select(_line.sale_id, _line.position, _line.quantity, _line.amount, _product.category)
    .outerjoin(table_of(Product), _product.id == _line.product_id)
    .where(one_of(_line.sale_id, "ids"))
    .order_by(_line.sale_id, _line.position)
)
_CAME_BACK = (
    select(_return.sale_id, _return.occurred_at, _return.received_at, _return.business_day, _back.line, _back.quantity)
    .join(table_of(SaleReturnLine), _back.return_id == _return.id)
    .where(one_of(_return.sale_id, "ids"))
    .order_by(_return.occurred_at, _return.id)
)
# Seeks in ix_sale_customer.
_OF_MEMBERS = select(_sale.id).where(
    one_of(_sale.customer_id, "ids"), _sale.business_day.between(bindparam("since"), bindparam("until"))
)
_AT_ONCE = 50


@dataclass
class Awarded:
    """What `sales` earned: `earning` of them got `points`, by rule and by business unit."""

    sales: int = 0
    earning: int = 0
    points: int = 0
    # To whose currency nobody knows the rate.
    unknown_rate: int = 0
    by_rule: dict[str, int] = field(default_factory=dict)
    by_unit: dict[str, int] = field(default_factory=dict)


def as_they_stand(sale_ids: Sequence[str]) -> list[Sold]:
    """Members' sales with what came back of them, ordered by id; three statements for any number."""
    wanted = {"ids": list(sale_ids)}
    lines: dict[str, list[Any]] = defaultdict(list)
    for line in db.session.execute(_LINES, wanted):
        lines[line.sale_id].append(line)
    returns: dict[str, list[Any]] = defaultdict(list)
    for back in db.session.execute(_CAME_BACK, wanted):
        returns[back.sale_id].append(back)
    return [_sold(row, lines[row.id], returns[row.id]) for row in db.session.execute(_SALES, wanted)]


def award(
    since: date, until: date, *, dry_run: bool = False, said: Callable[[int], None] = lambda _count: None
) -> Awarded:
    """Have the sales of these business days earn what the rules in force then give, where they have not yet.

    For sales that came in with a file. Doing it twice comes to the same. With `dry_run` nothing is written: what a rule
    would do. `said` hears how many sales were looked at. Goes member by member, so that each book is written once, and
    opens units of work of its own.
    """
    awarded = Awarded()
    after = ""
    while members := buyers(since, until, after):
        after = members[-1]
        if dry_run:
            _count(awarded, *_lacking(members, since, until))
            db.session.rollback()
        else:
            _count(awarded, *run_in_unit_of_work(partial(_award, members, since, until)))
        said(awarded.sales)
    return awarded


def _award(members: Sequence[str], since: date, until: date) -> tuple[list[Sold], list[Lacking]]:
    hold(members)
    sold, entries = _lacking(members, since, until)
    post([row for each in entries for row in each.entries])
    return sold, entries


def _lacking(members: Sequence[str], since: date, until: date) -> tuple[list[Sold], list[Lacking]]:
    """Their sales of these days, and the entries that the ledger lacks for each."""
    found = sold_to(members, since, until)
    multipliers = coupons.multipliers([sale.sale_id for sale in found])
    sold = [replace(sale, multipliers=multipliers.get(sale.sale_id, {})) for sale in found]
    return sold, missing(sold)


def sold_to(members: Sequence[str], since: date, until: date) -> list[Sold]:
    """What these members bought on these days, as it stands."""
    wanted = {"ids": list(members), "since": since, "until": until}
    return as_they_stand(list(db.session.scalars(_OF_MEMBERS, wanted)))


def buyers(since: date, until: date, after: str) -> list[str]:
    """Some who bought on these days, behind `after`; reads ix_sale_customer along."""
    bought = (Sale.business_day.between(since, until), Sale.customer_id.is_not(None))
    query = select(Sale.customer_id).where(*bought).distinct().order_by(Sale.customer_id).limit(_AT_ONCE)
    return [str(each) for each in db.session.scalars(query.where(Sale.customer_id > after) if after else query)]


def _count(awarded: Awarded, sold: Sequence[Sold], entries: Sequence[Lacking]) -> None:
    awarded.sales += len(sold)
    for sale, (rows, unknown_rate) in zip(sold, entries, strict=True):
        awarded.unknown_rate += unknown_rate
        points = sum(row["points"] for row in rows if row["kind"] in {"earn", "reverse"})
        awarded.earning += points > 0
        awarded.points += points
        awarded.by_unit[sale.business_unit_id] = awarded.by_unit.get(sale.business_unit_id, 0) + points
        for row in rows:
            for rule_id, given in row["rules"] or ():
                awarded.by_rule[rule_id] = awarded.by_rule.get(rule_id, 0) + given


def _sold(row: Any, lines: Sequence[Any], returns: Sequence[Any]) -> Sold:  # noqa: ANN401 - rows
    back = rules.came_back((each.line, each.quantity) for each in returns)
    last = returns[-1] if returns else None
    return Sold(
        sale_id=row.id,
        customer_id=row.customer_id,
        owner_id=row.owner_id,
        business_unit_id=row.business_unit_id,
        store_id=row.store_id,
        at=min(row.occurred_at, row.received_at),
        day=row.business_day,
        lines=[
            SoldLine(each.amount, rules.refund(each.amount, each.quantity, back.get(each.position, 0)), each.category)
            for each in lines
        ],
        redeemed=row.points_redeemed,
        currency=row.currency,
        new=False,
        changed_at=min(last.occurred_at, last.received_at) if last else None,
        changed_on=last.business_day if last else None,
    )
