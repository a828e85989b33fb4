"""What conditions of several groups have in common."""

from __future__ import annotations

import operator
from calendar import isleap
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_

from backend.segments.language.expressions import month_day
from backend.segments.language.parsing import CURRENCY_PATTERN
from backend.segments.language.registry import MOST_DAYS, Choice, Parameter, Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy import ColumnElement, SQLColumnExpression

    from backend.segments.language.registry import Given

COMPARED: Final = ("at_least", "at_most", "is")
NAMED: Final = ("is", "is_not")
DAYS: Final = Value("days", low=0, high=MOST_DAYS, unit="days")
YES_NO: Final = Value("boolean")
CURRENCY: Final = Parameter(
    "currency",
    Value("choice", choices=tuple(Choice(each, each, each) for each in CURRENCY_PATTERN.split("|"))),
    "통화",
    "Currency",
    required=True,
)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {"at_least": operator.ge, "at_most": operator.le, "is": operator.eq}
_MORE = {
    "ko": {"at_least": " 이상", "at_most": " 이하", "is": ""},
    "en": {"at_least": "at least ", "at_most": "at most ", "is": "exactly "},
}


def compared(given: Given, left: Any, right: Any = None) -> Any:  # noqa: ANN401 - columns, or plain numbers
    """`left` compared with the value, or with `right`, as the condition says."""
    return _COMPARE[given.op](left, given.value if right is None else right)


def as_asked(given: Given, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition of yes or no, as it was asked for."""
    return condition if given.value is True or given.op in {"has", "in"} else ~condition


def bound_ko(given: Given) -> str:
    """“ 이상”, “ 이하” or nothing."""
    return _MORE["ko"][given.op]


def bound_en(given: Given) -> str:
    """“at least ”, “at most ” or “exactly ”."""
    return _MORE["en"][given.op]


def day_ranges(first: date, last: date) -> list[tuple[int, int]]:
    """The ranges of `month_day` of days that return between two days less than a year apart.

    What is remembered on the 29th of February comes on the 28th where there is none.
    """
    begin, end = first.month * 100 + first.day, last.month * 100 + last.day
    if end == LAST_OF_FEBRUARY and not isleap(last.year):
        end += 1
    if first.year == last.year:
        return [(begin, end)]
    return [(101, end), (begin, 1231)]


LAST_OF_FEBRUARY: Final = 228
"""The 28th, where it may stand for the 29th."""


def returns_on(column: SQLColumnExpression[Any], first: date, last: date) -> ColumnElement[bool]:
    """Whether a yearly day returns from `first` to `last`."""
    if (last - first).days >= DAYS_OF_A_YEAR:
        return column.is_not(None)
    number = month_day(column)
    return or_(*(number.between(begin, end) for begin, end in day_ranges(first, last)))


DAYS_OF_A_YEAR: Final = 365
