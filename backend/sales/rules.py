"""What is odd about a sale. Pure: a sale is taken whatever these say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_FUTURE = timedelta(minutes=5)


@dataclass(frozen=True)
class Line:
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
