"""Coupons: how their codes are made, for which sales they are good, and what they take off. Pure.

The tablet works out the same without a network; `tests/contract/coupons.json` holds both sides to it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBER_DIGITS, RANDOM_DIGITS = 4, 10
LENGTH = NUMBER_DIGITS + RANDOM_DIGITS + 2


@dataclass(frozen=True, slots=True)
class Terms:
    """A coupon as `models.Coupon` describes it, as far as sales ask."""

    id: str
    kind: str
    value: int | None
    currency: str | None
    cap: int | None
    least_spend: int | None
    audience: str
    grade: str | None
    business_unit_id: str | None
    store_id: str | None
    category: str | None
    stacks: bool
    exclusion_group: str | None
    starts_on: date
    ends_on: date | None
    per_member: int | None
    live_at: datetime | None
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A code: whose it is (None: whoever has it), and the last day of its own."""

    code: str
    coupon_id: str
    customer_id: str | None
    good_until: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line: what it costs before anything is taken off, what is taken off, and the article's category."""

    price: int
    discount: int
    category: str | None


@dataclass(frozen=True, slots=True)
class Basket:
    """A sale as coupons see it; `at` is when it happened, `day` its business day. `grade` is the buyer's."""

    business_unit_id: str
    store_id: str
    at: datetime
    day: date
    currency: str
    lines: Sequence[Line]
    customer_id: str | None
    grade: str | None = None


def check_digits(body: str) -> str:
    """The two digits behind `body`: ISO 7064 MOD 97-10, which finds each wrong digit and each pair exchanged."""
    return f"{98 - int(body) * 100 % 97:02d}"


def code_of(number: str, random: int) -> str:
    """The code of a coupon with these random digits, as a number."""
    body = f"{number}{random:0{RANDOM_DIGITS}d}"
    return body + check_digits(body)


def is_code(text: str) -> bool:
    """Whether this can be a coupon's code at all."""
    digits = len(text) == LENGTH and text.isascii() and text.isdigit()
    return digits and check_digits(text[:-2]) == text[-2:]


def last_day(terms: Terms, issued: Issued) -> date | None:
    """The last day on which a code is good; None for ever."""
    days = [day for day in (terms.ends_on, issued.good_until) if day is not None]
    return min(days) if days else None


def good_until(day: date, valid_days: int | None) -> date | None:
    """The last day of a code that is issued on `day` and good for so many days, that one included."""
    return None if valid_days is None else day + timedelta(days=valid_days - 1)


def wrong(terms: Terms, issued: Issued, basket: Basket, *, uses: int = 0) -> set[str]:
    """Why a code is not good for a sale; nothing when it is. `uses`: how many of the coupon the buyer used before."""
    found = set()
    last = last_day(terms, issued)
    if last is not None and basket.day > last:
        found.add("coupon_expired")
    if not is_hers(terms, issued, basket):
        found.add("coupon_not_hers")
    limited = terms.per_member is not None and basket.customer_id is not None and uses >= terms.per_member
    if limited or not fits(terms, basket):
        found.add("coupon_not_fitting")
    return found


def is_hers(terms: Terms, issued: Issued, basket: Basket) -> bool:
    """Whether the buyer may use the code. What was issued to a member is hers alone, whatever her grade is by now."""
    if issued.customer_id is not None:
        return issued.customer_id == basket.customer_id
    return terms.audience == "anyone" or (terms.audience == "grade" and terms.grade == basket.grade)


def fits(terms: Terms, basket: Basket) -> bool:
    """Whether it is live, and good for what is bought, where and for how much."""
    spent = [line.price for line in basket.lines if terms.category in {None, line.category}]
    return (
        terms.live_at is not None
        and (terms.stopped_at is None or basket.at < terms.stopped_at)
        and basket.day >= terms.starts_on
        and terms.business_unit_id in {None, basket.business_unit_id}
        and terms.store_id in {None, basket.store_id}
        and terms.currency in {None, basket.currency}
        and bool(spent)
        and sum(spent) >= (terms.least_spend or 0)
        and (terms.kind != "multiplier" or basket.customer_id is not None)
    )


def stack(coupons: Sequence[Terms]) -> bool:
    """Whether these may be used with one sale."""
    groups = Counter(each.exclusion_group for each in coupons if each.exclusion_group is not None)
    return len(coupons) <= 1 or (all(each.stacks for each in coupons) and all(n == 1 for n in groups.values()))


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in whole parts as the weights are to each other; what is left over goes to the largest remainders."""
    whole = sum(weights)
    if whole <= 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def taken_off(terms: Terms, prices: Sequence[int], categories: Sequence[str | None]) -> list[int]:
    """What a coupon takes off each line that costs so much; nothing of a gift or of a multiplier of points."""
    fitting = [
        max(price, 0) if terms.category in {None, category} else 0
        for price, category in zip(prices, categories, strict=True)
    ]
    whole, value = sum(fitting), terms.value or 0
    total = {"amount": value, "percent": whole * value // 100}.get(terms.kind, 0)
    if terms.cap is not None:
        total = min(total, terms.cap)
    return spread(min(total, whole), fitting)


def worths(coupons: Sequence[Terms], lines: Sequence[Line]) -> list[int]:
    """What each coupon was worth, one after the other: never more than what was taken off the lines."""
    prices = [line.price for line in lines]
    room = [max(line.discount, 0) for line in lines]
    found = []
    for terms in coupons:
        parts = taken_off(terms, prices, [line.category for line in lines])
        given = [min(part, left) for part, left in zip(parts, room, strict=True)]
        prices = [price - part for price, part in zip(prices, parts, strict=True)]
        room = [left - part for left, part in zip(room, given, strict=True)]
        found.append(sum(given))
    return found


def multiplied(points: int, percent: int) -> int:
    """What a multiplier adds to points, rounded down: 200 % add as many again."""
    return points * max(percent - 100, 0) // 100
