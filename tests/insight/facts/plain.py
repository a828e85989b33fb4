"""The facts of members computed again in plain Python, sale by sale, as somebody with a pencil would."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from backend.core.db import db
from backend.insight import MemberFacts
from backend.insight.facts import SEPARATOR
from backend.sales import Sale

COLUMNS = tuple(column.key for column in MemberFacts.__table__.columns)


def stored() -> dict[str, dict[str, Any]]:
    """Everybody's facts as they stand, by customer."""
    db.session.rollback()
    rows = db.session.execute(select(MemberFacts.__table__)).mappings()
    return {row["customer_id"]: dict(row) for row in rows}


def expected() -> dict[str, dict[str, Any]]:
    """Everybody's facts as her sales say."""
    db.session.rollback()
    bought: dict[str, list[Sale]] = defaultdict(list)
    for sale in db.session.scalars(select(Sale).where(Sale.customer_id.is_not(None))):
        if sale.store.business_unit.shares != "own" and not any(each.whole for each in sale.returns):
            bought[str(sale.customer_id)].append(sale)
    return {customer_id: _facts(customer_id, sales) for customer_id, sales in bought.items()}


def _facts(customer_id: str, sales: list[Sale]) -> dict[str, Any]:
    days = Counter(sale.business_day for sale in sales)
    ordered = sorted(days)
    gaps = sorted((later - earlier).days for earlier, later in pairwise(ordered))
    middle = len(gaps) // 2
    stores: dict[str, list[int]] = {}
    goods: dict[str, list[int]] = {}
    for sale in sales:
        _add(stores, f"{sale.store_id}|{sale.currency}", 1, sale.net, int(sale.discount > 0), sale.discount)
        for line in sale.lines:
            if line.product is not None:
                back = min(max(line.returned, 0), max(line.quantity, 0))
                left = line.amount - (line.amount * back // line.quantity if back and line.amount >= 0 else 0)
                key = SEPARATOR.join((sale.currency, line.product.category or "", line.product.brand or ""))
                _add(goods, key, line.quantity - back, left)
    hours = Counter(sale.occurred_at.astimezone(ZoneInfo(sale.store.time_zone)).hour for sale in sales)
    return {
        "customer_id": customer_id,
        "first_on": ordered[0],
        "last_on": ordered[-1],
        "purchase_days": len(ordered),
        "sales": len(sales),
        "cycle_twice": None if len(ordered) < 4 else gaps[middle] + gaps[~middle],
        "days": {day.isoformat(): count for day, count in days.items()},
        "stores": stores,
        "hours": {str(hour): count for hour, count in hours.items()},
        "goods": {key: value for key, value in goods.items() if any(value)},
    }


def _add(tally: dict[str, list[int]], key: str, *more: int) -> None:
    tally[key] = [one + other for one, other in zip(tally.get(key, [0] * len(more)), more, strict=True)]
