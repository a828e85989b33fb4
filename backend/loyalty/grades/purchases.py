"""Where a member's figures come from: whoever keeps sales registers how they are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app

from backend.loyalty.grades.rules import Figures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from flask import Flask

_KEY = "dangol.grades.purchases"


class Purchases(Protocol):
    """What members bought from one business day to another, in a currency."""

    def between(self, first: str, last: str) -> Mapping[str, tuple[int, int, int]]:
        """{customer: (spend, purchase days, business units)} of those who bought, with ids from `first` to `last`."""


def counts_purchases(app: Flask, count: Callable[[date, date, str], Purchases]) -> None:
    """Have figures come from `count(since, until, currency)`."""
    app.extensions[_KEY] = count


def purchases(since: date, until: date, currency: str) -> Purchases:
    """What members bought; the class that was registered reads what it needs for all of them at once."""
    count = cast("Callable[[date, date, str], Purchases]", current_app.extensions[_KEY])
    return count(since, until, currency)


def figures_of(customer_id: str, since: date, until: date, currency: str) -> Figures:
    """One member's figures."""
    found = purchases(since, until, currency).between(customer_id, customer_id)
    return Figures(*found.get(customer_id, (0, 0, 0)))
