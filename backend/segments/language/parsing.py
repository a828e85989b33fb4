"""Reading a rule: every part is checked, and what is wrong is named by its path ("rule.all.1.value")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn

from backend.core.errors import ValidationFailed
from backend.core.ids import is_id
from backend.core.money import CURRENCIES
from backend.segments.language.registry import BY_ID, Given, Value, conditions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEEPEST = 8
"""How deep groups may lie in each other."""
MOST_CONDITIONS = 50
MOST_VALUES = 50
_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)
_KEYS = ("is", "op", "value")


@dataclass(frozen=True)
class Group:
    """All of some parts, or any of them."""

    every: bool
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """Everybody else."""

    part: Node


Node = Group | Not | Given


@dataclass(frozen=True)
class Rule:
    """A rule that was read: its JSON is right in every part."""

    tree: dict[str, Any]
    root: Node


def parse(tree: object) -> Rule:
    """Read a rule. Raises `ValidationFailed` that names the part which is wrong ("rule.all.1.value")."""
    reader = _Reader()
    root = reader.node(tree, "rule", 1)
    assert isinstance(tree, dict)  # noqa: S101 - the reader refuses anything else
    return Rule(tree, root)


def refuse(message: str, *, at: str) -> NoReturn:
    """Raise the error that names a part of a rule."""
    raise ValidationFailed({at: [message]})


class _Reader:
    def __init__(self) -> None:
        self._conditions = 0

    def node(self, tree: object, path: str, depth: int) -> Node:
        if not isinstance(tree, dict):
            refuse("A rule is an object.", at=path)
        if depth > DEEPEST:
            message = f"Groups lie at most {DEEPEST} deep in each other."
            refuse(message, at=path)
        if "is" in tree:
            return self._condition(tree, path)
        if len(tree) != 1 or next(iter(tree)) not in {"all", "any", "not"}:
            refuse('A rule has "all", "any" or "not", or it is a condition with "is".', at=path)
        ((word, inside),) = tree.items()
        if word == "not":
            return Not(self.node(inside, f"{path}.not", depth + 1))
        if not isinstance(inside, list):
            refuse("This is a list of rules.", at=f"{path}.{word}")
        parts = (self.node(each, f"{path}.{word}.{place}", depth + 1) for place, each in enumerate(inside))
        return Group(word == "all", tuple(parts))

    def _condition(self, tree: dict[str, Any], path: str) -> Given:
        self._conditions += 1
        if self._conditions > MOST_CONDITIONS:
            message = f"A rule has at most {MOST_CONDITIONS} conditions."
            refuse(message, at=path)
        name = tree["is"]
        condition = conditions().get(name) if isinstance(name, str) else None
        if condition is None:
            refuse("There is no such condition.", at=f"{path}.is")
        known = {*_KEYS, *(each.name for each in condition.parameters)}
        for key in tree:
            if key not in known:
                refuse("This condition has no such part.", at=f"{path}.{str(key)[:60]}")
        if tree.get("op") not in condition.ops:
            message = f"One of {', '.join(condition.ops)}."
            refuse(message, at=f"{path}.op")
        if "value" not in tree:
            refuse("This is missing.", at=f"{path}.value")
        value = _read(condition.value, tree["value"], f"{path}.value")
        given = {}
        for each in condition.parameters:
            if tree.get(each.name) is not None:
                given[each.name] = _read(each.value, tree[each.name], f"{path}.{each.name}")
            elif each.required:
                refuse("This is missing.", at=f"{path}.{each.name}")
        _in_order(given, path)
        return Given(condition.name, tree["op"], value, given)


def _in_order(given: Mapping[str, Any], path: str) -> None:
    begin, end = given.get("from"), given.get("until")
    if begin is not None and end is not None and begin >= end:
        refuse("This lies after “from”; its day is not in it.", at=f"{path}.until")


def _read(value: Value, given: object, path: str) -> Any:  # noqa: ANN401 - as its kind has it
    if not value.many:
        return _one(value, given, path)
    listed: Sequence[object] = given if isinstance(given, list) else [given]
    if not 1 <= len(listed) <= MOST_VALUES:
        message = f"1 to {MOST_VALUES} values."
        refuse(message, at=path)
    return tuple(dict.fromkeys(_one(value, each, path) for each in listed))


def _one(value: Value, given: object, path: str) -> Any:  # noqa: ANN401 - as its kind has it
    if value.kind in {"number", "money", "days"}:
        if type(given) is not int or not value.low <= given <= value.high:
            message = f"A whole number from {value.low} to {value.high}."
            refuse(message, at=path)
        return given
    if value.kind == "boolean":
        if type(given) is not bool:
            refuse("true or false.", at=path)
        return given
    if not isinstance(given, str):
        refuse("This is text.", at=path)
    return _day(given, path) if value.kind == "date" else _text(value, given, path)


def _day(given: str, path: str) -> date:
    try:
        day = date.fromisoformat(given) if re.fullmatch(r"\d{4}-\d\d-\d\d", given, re.ASCII) else None
    except ValueError:
        day = None
    if day is None or not _EARLIEST <= day <= _LATEST:
        message = f"A day, such as 2026-11-23, from {_EARLIEST} to {_LATEST}."
        refuse(message, at=path)
    return day


def _text(value: Value, given: str, path: str) -> str:
    if value.choices and given not in {each.value for each in value.choices}:
        message = f"One of {', '.join(each.value for each in value.choices)}."
        refuse(message, at=path)
    if value.kind in BY_ID and not is_id(given):
        refuse("This is an id.", at=path)
    if not 1 <= len(given) <= value.length or not given.isprintable():
        message = f"1 to {value.length} printable characters."
        refuse(message, at=path)
    if value.pattern is not None and not re.fullmatch(value.pattern, given):
        refuse("This is not written as it should be.", at=path)
    return given


CURRENCY_PATTERN = "|".join(sorted(CURRENCIES))
