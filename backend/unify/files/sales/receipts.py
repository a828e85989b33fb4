"""The lines of one receipt as one sale, or why they are none. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from backend.core.clock import rfc3339
from backend.unify.files.amounts import in_minor_units
from backend.unify.files.moments import in_zone
from backend.unify.files.sales.fields import CUSTOMER, SAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backend.unify.files.sales.reader import Places
    from backend.unify.files.sentences import Trouble

Line = tuple[dict[str, str], list[Any], bool]
"""({field: value}, what could not be read of it, whether it can be used)."""
_LARGEST = 10**13


class Row(NamedTuple):
    """A sale on its way to the writer: plain, because it travels between processes; `lines` say where it stands."""

    key: str
    lines: list[int]
    store_id: str
    occurred_at: str
    currency: str
    customer: str | None
    staff_id: str | None
    items: list[tuple[str, int, int, int | None, int]]


@dataclass(frozen=True)
class Whole:
    """A sale with all of its lines; `problems` are of cells that it does without."""

    row: tuple[Any, ...]
    problems: list[Trouble]


@dataclass(frozen=True)
class Refused:
    """A receipt of which nothing is taken."""

    problems: list[Trouble]
    lines: int

    @classmethod
    def because_of(
        cls, bad: int, lines: Sequence[tuple[int, Line]], heading: str, more: Sequence[Trouble] = ()
    ) -> Refused:
        """Every line is named: with what is wrong with it, or else with the line that is in its way."""
        problems = [tuple(each) for _, (_, told, _) in lines for each in told] + list(more)
        named = {problem[0] for problem in problems}
        problems += [(number, "with_line", heading, str(bad)) for number, _ in lines if number not in named]
        return cls(problems, len(lines))


def whole(
    lines: Sequence[tuple[int, Line]], store_id: str, places: Places, headings: Mapping[str, str], key: str
) -> Whole | Refused:
    """The sale that the lines of a store's receipt come to."""
    store = places.stores[store_id]
    said, wrong = _said(lines, headings)
    at = None
    if not wrong:
        at = in_zone(said["sold_at"], said.get("time"), store.time_zone)
        if at > places.now:
            wrong.append((lines[0][0], "future", headings["sold_at"], ""))
    currency = said.get("currency", store.currency)
    items = []
    for number, (values, _, _) in lines:
        item = _item(values, currency)
        if isinstance(item, str):
            field, code = item.split(":")
            detail = currency if code == "decimals" else ""
            wrong.append((number, code, headings.get(field) or headings.get("amount", ""), detail))
        else:
            items.append(item)
    if wrong or at is None:
        return Refused.because_of(wrong[0][0], lines, headings["receipt"], wrong)
    whose = CUSTOMER[key]
    receipt = lines[0][1][0]["receipt"]
    row = Row(
        f"{store.code}/{receipt}",
        [number for number, _ in lines],
        store_id,
        rfc3339(at),
        currency,
        said.get(whose) if whose else None,
        places.staff.get(said.get("staff", "")),
        items,
    )
    return Whole(tuple(row), [tuple(each) for _, (_, told, _) in lines for each in told])


def _said(lines: Sequence[tuple[int, Line]], headings: Mapping[str, str]) -> tuple[dict[str, str], list[Trouble]]:
    """What the lines say alike, and those that say something else than one before them."""
    said: dict[str, tuple[str, int]] = {}
    wrong: list[Trouble] = []
    for number, (values, _, _) in lines:
        for name in SAME:
            if name not in values:
                continue
            first, where = said.setdefault(name, (values[name], number))
            if first != values[name]:
                wrong.append((number, "differs_above", headings[name], str(where)))
    return {name: value for name, (value, _) in said.items()}, wrong


def _item(values: Mapping[str, str], currency: str) -> tuple[str, int, int, int | None, int] | str:
    """(sku, quantity, amount, unit price, discount) in minor units, or "field:code" of what is wrong with it.

    `amount` is what was paid for all of the line: it may be left out where there is a unit price, and so may the
    discount where both are there.
    """
    quantity = int(values.get("quantity", "1"))
    worth: dict[str, int] = {}
    for name in ("unit_price", "amount", "discount"):
        if name not in values:
            continue
        minor = in_minor_units(values[name], currency)
        if minor is None or minor > _LARGEST:
            return f"{name}:{'decimals' if minor is None else 'amount'}"
        worth[name] = minor
    unit_price, amount, discount = (worth.get(name) for name in ("unit_price", "amount", "discount"))
    if unit_price is None:
        return "amount:no_amount" if amount is None else (values["sku"], quantity, amount, None, discount or 0)
    full = unit_price * quantity
    if amount is None:
        amount = full - (discount or 0)
    if discount is None:
        discount = full - amount
    if amount < 0 or discount < 0 or full - discount != amount:
        return "amount:line_sum"
    return values["sku"], quantity, amount, unit_price, discount
