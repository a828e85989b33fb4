"""How often somebody comes, and how late she is: in whole numbers, as `insight.rules` has it.

Purchases at units that keep their own are no part of it, as on the tablets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Integer, case, literal, null, select

from backend.core.db import db
from backend.customers import Customer, CustomerFacts
from backend.insight import LONG_SILENCE, REGULAR_DAYS, MemberFacts, SimilarCycle
from backend.organization import BusinessUnit, Store
from backend.segments.language import words
from backend.segments.language.conditions.common import NAMED, bound_en, bound_ko, compared
from backend.segments.language.conditions.member import chosen, turned
from backend.segments.language.expressions import days_since, last_number
from backend.segments.language.registry import Choice, Condition, Holds, Phrase, Value

if TYPE_CHECKING:
    from backend.segments.language.names import Names
    from backend.segments.language.registry import Asking, Given

_STATES = (
    Choice("none", "구매 이력 없음", "yet to buy"),
    Choice("new", "신규", "new"),
    Choice("active", "이용 중", "active"),
    Choice("due", "방문 예정", "due"),
    Choice("late", "늦음", "late"),
    Choice("lapsed", "이탈", "lapsed"),
    Choice("back", "복귀", "back after an absence"),
)


def _cycle(given: Given, _asking: Asking) -> Holds:
    return Holds(compared(given, MemberFacts.cycle_twice, given.value * 2), (MemberFacts,))


def _overdue(given: Given, asking: Asking) -> Holds:
    """Silence over cycle in percent: 100 × silence against percent × cycle."""
    silence = days_since(MemberFacts.last_on, asking.asked.today)
    return Holds(compared(given, silence * 200, MemberFacts.cycle_twice * given.value), (MemberFacts,))


def _state(given: Given, asking: Asking) -> Holds:
    """Her own cycle, or that of similar members of her home store's unit, as tablets show it."""
    found = state(asking).in_(given.value)
    condition = found if given.op == "is" else ~found
    return Holds(condition, (MemberFacts, CustomerFacts, Customer), rejects=(Customer,), sure=True)


def state(asking: Asking) -> ColumnElement[str]:
    """`Rhythm.state` over the rows of customer, customer_facts and member_facts."""
    silence, twice = days_since(MemberFacts.last_on, asking.asked.today), _cycle_twice()
    gap = last_number(CustomerFacts.purchase_gaps)
    return case(
        (MemberFacts.customer_id.is_(None), "none"),
        (twice.is_(None), "new"),
        ((silence * 2 >= twice * 3) & (silence >= LONG_SILENCE), "lapsed"),
        (silence * 6 >= twice * 5, "late"),
        (silence * 2 >= twice, "due"),
        ((gap * 2 >= twice * 3) & (gap >= LONG_SILENCE), "back"),
        (MemberFacts.purchase_days < REGULAR_DAYS, "new"),
        else_="active",
    )


def _cycle_twice() -> ColumnElement[int]:
    borrowed = db.session.execute(select(SimilarCycle.unit, SimilarCycle.purchase_days, SimilarCycle.cycle_twice)).all()
    homes: dict[str, list[str]] = {}
    for store_id, code in db.session.execute(select(Store.id, BusinessUnit.code).join(BusinessUnit)):
        homes.setdefault(code, []).append(store_id)
    cases = [
        ((MemberFacts.purchase_days == days) & Customer.home_store_id.in_(homes[unit]), literal(twice, Integer))
        for unit, days, twice in borrowed
        if unit in homes
    ]
    own = (MemberFacts.purchase_days >= REGULAR_DAYS, MemberFacts.cycle_twice)
    return case(own, *cases, else_=null())


def _say_cycle(given: Given, _names: Names) -> Phrase:
    en = f"come every {bound_en(given)}{words.days(given.value)}"
    return Phrase(f"구매 주기가 {given.value}일{bound_ko(given)}", "이", f"usually {en}", f"do not usually {en}")


def _say_overdue(given: Given, _names: Names) -> Phrase:
    en = f"have been away for {bound_en(given)}{words.number(given.value)}% of their cycle"
    ko = f"마지막 구매 이후 지난 기간이 구매 주기의 {words.number(given.value)}%{bound_ko(given)}"
    return Phrase(ko, "이", en, f"{en.replace('have been', 'have not been')}")


def _say_state(given: Given, names: Names) -> Phrase:
    text = chosen(_STATES, given, names)
    return turned(Phrase(f"구매 상태가 ‘{text}’", "이", f"are {text}", f"are not {text}"), given)


CONDITIONS = (
    Condition(
        "cycle",
        "rhythm",
        "구매 주기",
        "Purchase cycle",
        ("at_least", "at_most"),
        Value("days", low=1, high=3_660, unit="days"),
        _cycle,
        _say_cycle,
    ),
    Condition(
        "overdue",
        "rhythm",
        "주기 대비 공백",
        "Silence over cycle",
        ("at_least", "at_most"),
        Value("number", low=1, high=100_000, unit="%"),
        _overdue,
        _say_overdue,
    ),
    Condition(
        "state", "rhythm", "구매 상태", "State", NAMED, Value("choices", choices=_STATES, many=True), _state, _say_state
    ),
)
