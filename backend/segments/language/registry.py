"""What a condition is, and which there are. Other features register theirs (`register_condition`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Select

    from backend.core.db import Base
    from backend.segments.language.asked import Asked
    from backend.segments.language.names import Names

Kind = Literal[
    "number",
    "money",
    "text",
    "date",
    "days",
    "boolean",
    "choice",
    "choices",
    "segment",
    "product",
    "category",
    "brand",
    "store",
    "unit",
    "grade",
    "coupon",
    "campaign",
    "district",
    "tag",
]
BY_ID = frozenset({"segment", "product", "store", "unit", "coupon", "campaign"})
"""Kinds whose values are ids."""
MOST_DAYS = 3_660
MOST_NUMBER = 1_000_000_000
MOST_MONEY = 1_000_000_000_000_000


class Choice(NamedTuple):
    """One of the values that there are, and how it is said."""

    value: str
    ko: str
    en: str


@dataclass(frozen=True)
class Value:
    """What a value may be. `many`: a list of such, of which one must be so. Numbers lie from `low` to `high`."""

    kind: Kind
    choices: tuple[Choice, ...] = ()
    unit: str | None = None
    many: bool = False
    low: int = 0
    high: int = MOST_NUMBER
    length: int = 120
    pattern: str | None = None

    def said(self, value: str, language: str) -> str:
        """A choice as people call it."""
        return next(each.ko if language == "ko" else each.en for each in self.choices if each.value == value)


@dataclass(frozen=True)
class Parameter:
    """A further part of a condition."""

    name: str
    value: Value
    ko: str
    en: str
    required: bool = False


class Op(NamedTuple):
    """How the value is compared."""

    name: str
    ko: str
    en: str


OPS: dict[str, Op] = {
    name: Op(name, ko, en)
    for name, ko, en in (
        ("is", "일치", "is"),
        ("is_not", "일치하지 않음", "is not"),
        ("at_least", "이상", "at least"),
        ("at_most", "이하", "at most"),
        ("since", "이후(당일 포함)", "on or after"),
        ("before", "이전(당일 제외)", "before"),
        ("within", "최근 며칠 이내", "within the last … days"),
        ("longer_ago", "며칠보다 오래전", "longer ago than … days"),
        ("coming", "앞으로 며칠 이내", "within the next … days"),
        ("in_days", "정확히 며칠 뒤", "in exactly … days"),
        ("has", "있음", "has"),
        ("has_not", "없음", "has not"),
        ("holds", "미사용 보유", "holds unused"),
        ("used", "사용함", "used"),
        ("expired", "기한이 지남", "let expire"),
        ("received", "받은 적 있음", "ever got"),
        ("in", "포함", "is in"),
        ("not_in", "미포함", "is not in"),
    )
}


@dataclass(frozen=True)
class Given:
    """A condition as somebody wrote it, read: values are plain (whole numbers, dates, text, tuples of text)."""

    name: str
    op: str
    value: Any
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:  # noqa: ANN401 - as its kind has it
        """A parameter's value; None where it was not given."""
        return self.parameters.get(name)


class Phrase(NamedTuple):
    """What a condition says of members. In Korean `ko` with a verb of `words.VERBS`, in English what they do, or not.

    "포인트가 10점 이상" + "이", "have at least 10 points", "do not have at least 10 points".
    """

    ko: str
    verb: str
    en: str
    en_not: str


@dataclass(frozen=True)
class Holds:
    """Members for whose rows of tables that hold one row each (`over`) a condition of SQL is true.

    `rejects`: those of them without whose row it cannot be true. `sure`: it is never NULL where the rows are there.
    """

    condition: ColumnElement[bool]
    over: tuple[type[Base], ...]
    rejects: tuple[type[Base], ...] | None = None
    sure: bool = False

    @property
    def needs(self) -> tuple[type[Base], ...]:
        """Tables without whose row nobody is meant."""
        return self.over if self.rejects is None else self.rejects


@dataclass(frozen=True)
class Among:
    """Members whose ids a select of one column has, never NULL; or everybody else (`negated`).

    `once`: none of them stands in it twice, because they are grouped.
    """

    ids: Select[Any]
    negated: bool = False
    once: bool = False

    @property
    def each_once(self) -> Select[Any]:
        """The select with nobody in it twice."""
        return self.ids if self.once else self.ids.distinct()


Meaning = Holds | Among


@dataclass(frozen=True)
class Asking:
    """What a condition is compiled for. `only` narrows a column of members' ids where a sample is asked."""

    asked: Asked
    only: Callable[[Any], Sequence[ColumnElement[bool]]]
    facts_tell: bool
    """Whether `MemberFacts` hold exactly the purchases that count for whoever asks."""
    hidden_stores: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """Something that may be asked of members. `group` is where a builder shows it; `ops` are names of `OPS`."""

    name: str
    group: str
    ko: str
    en: str
    ops: tuple[str, ...]
    value: Value
    meaning: Callable[[Given, Asking], Meaning]
    phrase: Callable[[Given, Names], Phrase]
    parameters: tuple[Parameter, ...] = ()

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, if there is one."""
        return next((each for each in self.parameters if each.name == name), None)


_conditions: dict[str, Condition] = {}


def register_condition(condition: Condition) -> None:
    """Have rules ask for something more. Once more by the same name replaces it: an app is made more than once."""
    _conditions[condition.name] = condition


def conditions() -> dict[str, Condition]:
    """Every condition by its name, in the order in which they were registered."""
    return _conditions
