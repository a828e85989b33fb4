"""Moving facts on by sales that just arrived, without reading anybody's history.

The outcome is that of `derived.work_out`; the tests compare the two after every step.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from backend.core.bulk import insert_rows, update_rows
from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.insight.facts.cycles import tell_cycles
from backend.insight.facts.models import SEPARATOR, MemberFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backend.sales import Purchase

_TABLE = table_of(MemberFacts)
_STORED = select(_TABLE).where(one_of(_TABLE.c.customer_id, "ids"))
_INSERT = insert(_TABLE)
FEWEST_DAYS = 4
"""Purchase days from which on a member has a rhythm of her own."""


def add(purchases: Iterable[Purchase]) -> None:
    """Add sales to the facts of their members, within the unit of work that wrote and holds them."""
    bought: dict[str, list[Purchase]] = defaultdict(list)
    for purchase in purchases:
        bought[purchase.customer_id].append(purchase)
    if not bought:
        return
    rows = db.session.execute(_STORED, {"ids": list(bought)}).mappings()
    stored = {row["customer_id"]: dict(row) for row in rows}
    cycles = {customer_id: facts["cycle_twice"] for customer_id, facts in stored.items()}
    wanted = [_moved(stored.get(customer_id) or _nothing(customer_id), each) for customer_id, each in bought.items()]
    insert_rows(_INSERT, [facts for facts in wanted if facts["customer_id"] not in stored])
    update_rows(_TABLE, [facts for facts in wanted if facts["customer_id"] in stored], by=("customer_id",))
    tell_cycles([facts["customer_id"] for facts in wanted if facts["cycle_twice"] != cycles.get(facts["customer_id"])])


def cycle_twice(days: Sequence[date]) -> int | None:
    """Twice the median gap between purchase days (distinct, ascending); None with fewer than four of them."""
    if len(days) < FEWEST_DAYS:
        return None
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
    return gaps[(len(gaps) - 1) // 2] + gaps[len(gaps) // 2]


def _nothing(customer_id: str) -> dict[str, Any]:
    return {"customer_id": customer_id, "sales": 0, "days": {}, "stores": {}, "hours": {}, "goods": {}}


def _moved(facts: dict[str, Any], bought: list[Purchase]) -> dict[str, Any]:
    known_days = len(facts["days"])
    for each in bought:
        _count(facts["days"], each.day.isoformat(), 1)
        _count(facts["hours"], str(each.hour), 1)
        at_store = (1, each.total, int(each.discount > 0), each.discount)
        _add(facts["stores"], f"{each.store_id}|{each.currency}", at_store)
        for (_, quantity, amount), kind in zip(each.basket, each.kinds, strict=True):
            if kind is not None:
                _add(facts["goods"], SEPARATOR.join((each.currency, *kind)), (quantity, amount))
    facts["sales"] += len(bought)
    if len(facts["days"]) > known_days:
        days = sorted(date.fromisoformat(day) for day in facts["days"])
        facts |= {
            "first_on": days[0],
            "last_on": days[-1],
            "purchase_days": len(days),
            "cycle_twice": cycle_twice(days),
        }
    return facts


def _count(tally: dict[str, int], key: str, more: int) -> None:
    tally[key] = tally.get(key, 0) + more


def _add(tally: dict[str, list[int]], key: str, more: tuple[int, ...]) -> None:
    """Add up; what comes to nothing is not kept."""
    there = tally.get(key)
    total = list(more) if there is None else [one + other for one, other in zip(there, more, strict=True)]
    if any(total):
        tally[key] = total
    else:
        tally.pop(key, None)
