"""What somebody bought: how often, for how much, when last. All sales count that whoever asks may see.

`MemberFacts` answers what concerns all purchases, where no unit keeps its own from everybody's facts; the sales answer
the rest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from backend.insight import MemberFacts
from backend.segments.language import words
from backend.segments.language.conditions import sold
from backend.segments.language.conditions.common import COMPARED, CURRENCY, DAYS, bound_en, bound_ko, compared
from backend.segments.language.conditions.spans import goods_en, goods_ko, where_en, where_ko
from backend.segments.language.registry import (
    MOST_MONEY,
    Among,
    Condition,
    Given,
    Holds,
    Parameter,
    Phrase,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Select, SQLColumnExpression

    from backend.segments.language.names import Names
    from backend.segments.language.registry import Asking, Meaning

    Summed = Callable[[Given, Asking], tuple[Select[Any], SQLColumnExpression[Any]]]

_BY_GOODS = (
    Parameter("product", Value("product", many=True), "상품", "Product"),
    Parameter("brand", Value("brand", many=True, length=80), "브랜드", "Brand"),
    Parameter("category", Value("category", many=True, length=80), "분류", "Category"),
)
_BY_PLACE = (
    Parameter("store", Value("store", many=True), "매장", "Store"),
    Parameter("unit", Value("unit", many=True), "사업부", "Business unit"),
)
_BY_TIME = (
    Parameter("within_days", DAYS, "최근 며칠 이내", "Within the last days"),
    Parameter("from", Value("date"), "이날부터", "From"),
    Parameter("until", Value("date"), "이날 전까지", "Until before"),
)
_ALL = (*_BY_GOODS, *_BY_PLACE, *_BY_TIME)


def _summed(sums: Summed, column: Any = None) -> Callable[[Given, Asking], Meaning]:  # noqa: ANN401 - a column of the facts
    """What a sum has to be. Who bought nothing has a sum of nothing."""

    def meaning(given: Given, asking: Asking) -> Meaning:
        none = compared(given, 0)
        if column is not None and asking.facts_tell and not sold.names_anything(given):
            return _of_facts(given, column, none=none)
        if given.op == "at_least" and given.value == 1 and sums in {sold.purchases, sold.purchase_days}:
            return Among(sold.buyers(given, asking))
        found, number = sums(given, asking)
        fits = compared(given, number)
        return Among(found.having(~fits if none else fits), negated=none, once=True)

    return meaning


def _of_facts(given: Given, column: Any, *, none: bool) -> Holds:  # noqa: ANN401 - a column of the facts
    fits = compared(given, column)
    if none:
        return Holds(fits | MemberFacts.customer_id.is_(None), (MemberFacts,), rejects=(), sure=True)
    return Holds(fits, (MemberFacts,))


def _last(given: Given, asking: Asking) -> Meaning:
    limit = asking.asked.before(given.value)
    if asking.facts_tell and not sold.names_anything(given):
        last_on = MemberFacts.last_on
        return Holds(last_on >= limit if given.op == "within" else last_on < limit, (MemberFacts,))
    if given.op == "within":
        return Among(sold.buyers(replace(given, parameters={**given.parameters, "within_days": given.value}), asking))
    found, last = sold.last_day(given, asking)
    return Among(found.having(last < limit), once=True)


def _first(given: Given, asking: Asking) -> Meaning:
    limit = asking.asked.before(given.value)
    if asking.facts_tell and not sold.names_anything(given):
        first_on = MemberFacts.first_on
        return Holds(first_on >= limit if given.op == "within" else first_on < limit, (MemberFacts,))
    found, first = sold.first_day(given, asking)
    return Among(found.having(first >= limit if given.op == "within" else first < limit), once=True)


def _say_count(given: Given, names: Names) -> Phrase:
    """“최근 90일 이내에 구매 횟수가 3번 이상인”, “made at least 3 purchases within the last 90 days”."""
    ko, en, goods = where_ko(given, names), where_en(given, names), goods_en(given, names)
    if given.op == "at_least" and given.value == 1:
        return Phrase(
            f"{ko}{_object(given, names)}구매",
            "했",
            f"bought {goods or 'something'}{en}",
            f"did not buy {goods or 'anything'}{en}",
        )
    if compared(given, 0) and given.value == 0:
        return Phrase(
            f"{ko}{_object(given, names)}구매한 적이 ",
            "!있",
            f"did not buy {goods or 'anything'}{en}",
            f"bought {goods or 'something'}{en}",
        )
    count = f"made {bound_en(given)}{words.times(given.value, 'purchase', 'purchases')}{_of(goods)}{en}"
    return Phrase(
        f"{ko}{_goods(given, names)}구매 횟수가 {words.number(given.value)}번{bound_ko(given)}",
        "이",
        count,
        f"did not make {count.removeprefix('made ')}",
    )


def _say_spend(given: Given, names: Names) -> Phrase:
    amount, goods = words.money(given.value, given.get("currency"), names.language), goods_en(given, names)
    ko, en = where_ko(given, names) + _goods(given, names), (f" on {goods}" if goods else "") + where_en(given, names)
    spent = f"{bound_en(given)}{amount}{en}"
    return Phrase(f"{ko}구매 금액이 {amount}{bound_ko(given)}", "이", f"spent {spent}", f"did not spend {spent}")


def _say_pieces(given: Given, names: Names) -> Phrase:
    count = f"{bound_en(given)}{words.times(given.value, 'article', 'articles')}"
    count += _of(goods_en(given, names)) + where_en(given, names)
    ko = f"{where_ko(given, names)}{_goods(given, names)}구매 수량이 {words.number(given.value)}개{bound_ko(given)}"
    return Phrase(ko, "이", f"bought {count}", f"did not buy {count}")


def _say_days(given: Given, names: Names) -> Phrase:
    count = f"on {bound_en(given)}{words.times(given.value, 'day', 'different days')}{where_en(given, names)}"
    goods = goods_en(given, names)
    ko = f"{where_ko(given, names)}{_object(given, names)}구매한 날이 {words.number(given.value)}일{bound_ko(given)}"
    return Phrase(ko, "이", f"bought {goods or 'something'} {count}", f"did not buy {goods or 'anything'} {count}")


def _say_last(given: Given, names: Names) -> Phrase:
    ko, en, span = where_ko(given, names), where_en(given, names), words.days(given.value)
    goods = goods_en(given, names)
    if given.op == "within":
        when = f"{en} within the last {span}"
        return Phrase(
            f"{ko}최근 {given.value}일 이내에 {_object(given, names)}구매",
            "했",
            f"bought {goods or 'something'}{when}",
            f"did not buy {goods or 'anything'}{when}",
        )
    when = f"last bought {goods or 'something'}{en} more than {span} ago"
    return Phrase(
        f"{ko}{_object(given, names)}마지막으로 구매한 지 {given.value}일이 ",
        "지나",
        when,
        f"did not {when.replace('bought', 'buy', 1)}",
    )


def _say_first(given: Given, names: Names) -> Phrase:
    ko, en, span = where_ko(given, names), where_en(given, names), words.days(given.value)
    when = f"within the last {span}" if given.op == "within" else f"more than {span} ago"
    first = f"first bought {goods_en(given, names) or 'something'}{en} {when}"
    second = f"did not {first.replace('bought', 'buy', 1)}"
    if given.op == "within":
        return Phrase(f"{ko}{_goods(given, names)}첫 구매가 최근 {given.value}일 이내", "이", first, second)
    return Phrase(f"{ko}{_object(given, names)}처음 구매한 지 {given.value}일이 ", "지나", first, second)


def _goods(given: Given, names: Names) -> str:
    goods = goods_ko(given, names)
    return f"{goods} " if goods else ""


def _object(given: Given, names: Names) -> str:
    goods = goods_ko(given, names)
    return f"{words.particle(goods, '을', '를')} " if goods else ""


def _of(goods: str) -> str:
    return f" of {goods}" if goods else ""


_COUNT = Value("number", high=1_000_000)
_PLACED = (*_BY_GOODS, *_BY_PLACE)
CONDITIONS = (
    Condition(
        "purchase_count",
        "purchases",
        "구매 횟수",
        "Number of purchases",
        COMPARED,
        replace(_COUNT, unit="times"),
        _summed(sold.purchases, MemberFacts.sales),
        _say_count,
        _ALL,
    ),
    Condition(
        "purchase_sum",
        "purchases",
        "구매 금액",
        "Money spent",
        ("at_least", "at_most"),
        Value("money", high=MOST_MONEY),
        _summed(sold.spend),
        _say_spend,
        (CURRENCY, *_ALL),
    ),
    Condition(
        "purchase_pieces",
        "purchases",
        "구매 수량",
        "Articles bought",
        ("at_least", "at_most"),
        replace(_COUNT, unit="pieces"),
        _summed(sold.pieces),
        _say_pieces,
        _ALL,
    ),
    Condition(
        "purchase_days",
        "purchases",
        "구매한 날 수",
        "Days with a purchase",
        COMPARED,
        replace(_COUNT, unit="days"),
        _summed(sold.purchase_days, MemberFacts.purchase_days),
        _say_days,
        _ALL,
    ),
    Condition(
        "last_purchase",
        "purchases",
        "마지막 구매",
        "Last purchase",
        ("within", "longer_ago"),
        DAYS,
        _last,
        _say_last,
        _PLACED,
    ),
    Condition(
        "first_purchase",
        "purchases",
        "첫 구매",
        "First purchase",
        ("within", "longer_ago"),
        DAYS,
        _first,
        _say_first,
        _PLACED,
    ),
)
