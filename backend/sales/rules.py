"""What is odd about a sale. Pure: a sale is taken whatever these say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_FUTURE = timedelta(minutes=5)


class Line(NamedTuple):
    """A line as the till sent it, with what the catalogue holds of the product (`known`, `price`, `currency`)."""

    sku: str
    quantity: int
    amount: int
    unit_price: int | None
    discount: int
    known: bool
    price: int | None
    currency: str | None


def price_differs(line: Line, currency: str) -> bool:
    """Whether what was paid and what was taken off is not the catalogue's price, known in this currency."""
    if line.price is None or line.currency != currency:
        return False
    if line.unit_price is not None and line.unit_price != line.price:
        return True
    return line.amount + line.discount != line.quantity * line.price


def flags(lines: list[Line], *, currency: str, occurred_at: datetime, received_at: datetime) -> set[str]:
    """`unknown_product`, `price_differs`, `odd_line`, `clock_skew`."""
    found = set()
    if any(line.quantity < 1 or line.amount < 0 or line.discount < 0 for line in lines):
        found.add("odd_line")
    if any(not line.known for line in lines):
        found.add("unknown_product")
    if any(price_differs(line, currency) for line in lines):
        found.add("price_differs")
    if occurred_at > received_at + _FUTURE:
        found.add("clock_skew")
    return found


def return_flags(
    sold: list[int] | None,
    earlier: list[tuple[int, int]],
    lines: list[tuple[int, int]],
    *,
    occurred_at: datetime,
    received_at: datetime,
) -> set[str]:
    """What is odd about a return of `lines` (line, quantity) from a sale of `sold` articles a line (None: unknown)."""
    found = set()
    if any(quantity < 1 or line < 0 for line, quantity in lines):
        found.add("odd_line")
    if sold is None:
        found.add("unknown_sale")
    elif any(line >= len(sold) for line, _ in lines):
        found.add("odd_line")
    else:
        back = came_back([*earlier, *lines])
        if any(back.get(line, 0) > max(quantity, 0) for line, quantity in enumerate(sold)):
            found.add("returned_too_much")
    if occurred_at > received_at + _FUTURE:
        found.add("clock_skew")
    return found


def came_back(lines: Iterable[tuple[int, int]]) -> dict[int, int]:
    """How many articles of each line came back; what is no article counts for nothing."""
    back: dict[int, int] = {}
    for line, quantity in lines:
        back[line] = back.get(line, 0) + max(quantity, 0)
    return back


def nothing_left(sold: list[int] | None, lines: list[tuple[int, int]]) -> bool:
    """Whether everything that was sold came back."""
    back = came_back(lines)
    return bool(sold) and all(back.get(line, 0) >= quantity for line, quantity in enumerate(sold or ()))


def refund(amount: int, quantity: int, back: int) -> int:
    """What `back` of `quantity` articles are worth of a line's `amount`, never more than all of it.

    Rounded down, so that returning piece by piece comes to the same in the end as at once.
    """
    if quantity < 1 or amount < 0:
        return 0
    return amount * min(max(back, 0), quantity) // quantity
