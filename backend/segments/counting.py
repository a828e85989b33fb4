"""How many a rule means, who they are, and how they spread: one statement each, none of which runs for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, and_, case, extract, func, literal, select

from backend.core import clock
from backend.customers import Customer, CustomerFacts
from backend.organization import BusinessUnit, Store, hidden_units
from backend.segments.language import Asked, Rule, members, run
from backend.segments.language import count as exactly

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement

MOST_ROWS: Final = 30
_BANDS: Final = (20, 30, 40, 50, 60, 70)
SAMPLE: Final = 8


def asked() -> Asked:
    """A rule asked now, by whoever asks: what other units keep from her counts nothing."""
    return Asked(clock.now(), hidden=hidden_units())


def sample(rule: Rule) -> list[Customer]:
    """Some of whom the rule means: those who became members last."""
    query = select(Customer).where(Customer.id.in_(members(rule, asked()))).order_by(Customer.id.desc())
    return [row[0] for row in run(query.limit(SAMPLE))]


def people(rule: Rule) -> Select[Customer]:
    """Whom the rule means."""
    return select(Customer).where(Customer.id.in_(members(rule, asked())))


def overlap(rule: Rule, other: Rule) -> dict[str, int]:
    """How many both rules mean, and how many only the one or the other."""
    one, two = members(rule, asked()).subquery(), members(other, asked()).subquery()
    first, second = next(iter(one.c)), next(iter(two.c))
    joined = select(
        func.count(case((and_(first.is_not(None), second.is_not(None)), 1))),
        func.count(case((second.is_(None), 1))),
        func.count(case((first.is_(None), 1))),
    ).select_from(one.outerjoin(two, first == second, full=True))
    ((both, only, others),) = run(joined)
    return {"both": both, "only_here": only, "only_there": others}


def breakdown(rule: Rule, by: str) -> list[dict[str, Any]]:
    """How whom the rule means spread over grades, ages, districts or units: [{"key", "members"}], the largest first.

    The key is None for whom nothing is known; of districts the largest `MOST_ROWS` are named.
    """
    chosen = members(rule, asked()).subquery()
    key = _KEYS[by]()
    query: Select[*tuple[Any, ...]] = select(key.label("key"), func.count().label("members")).join_from(
        chosen, Customer, Customer.id == next(iter(chosen.c))
    )
    counted = _joined(query, by).group_by("key").order_by(func.count().desc(), "key").limit(MOST_ROWS)
    return [{"key": row.key, "members": row.members} for row in run(counted)]


def _joined(query: Select[*tuple[Any, ...]], by: str) -> Select[*tuple[Any, ...]]:
    if by == "grade":
        return query.outerjoin(CustomerFacts, CustomerFacts.customer_id == Customer.id)
    if by == "unit":
        stores = query.outerjoin(Store, Store.id == Customer.home_store_id)
        return stores.outerjoin(BusinessUnit, BusinessUnit.id == Store.business_unit_id)
    return query


def _band() -> ColumnElement[Any]:
    """The age by tens, as the first year of each: 20 for 20 to 29, 0 below, 70 above."""
    today = asked().today
    begins = [(today.year - age) * 10_000 + today.month * 100 + today.day for age in _BANDS]
    born = (
        extract("year", Customer.birth_date) * 10_000
        + extract("month", Customer.birth_date) * 100
        + extract("day", Customer.birth_date)
    )
    older = [(born <= begin, literal(age)) for age, begin in reversed(list(zip(_BANDS, begins, strict=True)))]
    return case((Customer.birth_date.is_(None), None), *older, else_=0)


_KEYS: Final[dict[str, Callable[[], Any]]] = {
    "grade": lambda: CustomerFacts.grade,
    "age": _band,
    "district": lambda: Customer.district,
    "unit": lambda: BusinessUnit.code,
}
BREAKDOWNS: Final = tuple(_KEYS)


def count(rule: Rule) -> int:
    """How many members a rule means, exactly. Raises `TooSlow`."""
    return exactly(rule, asked())
