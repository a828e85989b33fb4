"""One statement of a rule.

A condition is either true of a member's row in tables that hold one row each (`Holds`), or she is among those whom a
select of the history finds (`Among`). The statement begins with the table that everybody who is meant must be in, so
that whoever asks for points alone reads no other. Where all conditions must be so, PostgreSQL joins what a select
finds; within "any" it finds everybody's answer beside her (LEFT JOIN), because a list that outgrows the memory would be
gone through for every member. SQLite looks members up in such a list, which it makes once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Select, and_, exists, false, func, literal, not_, or_, select, true

from backend.core.db import Base, db, table_of
from backend.core.one_of import one_of
from backend.customers import Customer
from backend.organization import Store, unshared_stores
from backend.segments.language import references
from backend.segments.language.parsing import Group, Node, Not, Rule
from backend.segments.language.registry import Among, Asking, Holds, conditions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement, SQLColumnExpression

    from backend.segments.language.asked import Asked
    from backend.segments.language.registry import Meaning

SAMPLE = "sampled_ids"
"""The parameter of a statement that asks of a sample only: their ids."""


@dataclass(frozen=True)
class _Literal:
    """What a condition means, or the opposite of it."""

    meaning: Meaning
    negated: bool


@dataclass(frozen=True)
class _Parts:
    every: bool
    parts: tuple[_Tree, ...]


_Tree = _Literal | _Parts


def members(rule: Rule, asked: Asked) -> Select[str]:
    """The statement that selects the ids of the members whom the rule means, each once.

    It selects from `customer`, to which more may be joined. Raises `ValidationFailed` for a segment that is not there
    or that leads back to itself.
    """
    statement = _Statement(_meant(rule, _asking(asked)), begin=Customer)
    return statement.select(statement.id)


def ids(rule: Rule, asked: Asked, *, sampled: bool = False) -> Select[str]:
    """The same from whatever table tells it soonest, for counting; with `sampled` of those in the parameter SAMPLE."""
    statement = _Statement(_meant(rule, _asking(asked, sampled=sampled)))
    found = statement.select(statement.id)
    return found.where(one_of(cast("ColumnElement[Any]", statement.id), SAMPLE)) if sampled else found


def _asking(asked: Asked, *, sampled: bool = False) -> Asking:
    unshared = unshared_stores()
    hidden = db.session.scalars(select(Store.id).where(Store.business_unit_id.in_(sorted(asked.hidden)))).all()
    return Asking(
        asked,
        (lambda column: [one_of(column, SAMPLE)]) if sampled else (lambda _column: []),
        facts_tell=frozenset(hidden) == unshared,
        hidden_stores=tuple(sorted(hidden)),
    )


def _meant(rule: Rule, asking: Asking) -> _Tree:
    return _tree(rule.root, asking, negated=False, within=())


def _tree(node: Node, asking: Asking, *, negated: bool, within: tuple[str, ...]) -> _Tree:
    """What each part means; "not" goes down to the conditions."""
    if isinstance(node, Not):
        return _tree(node.part, asking, negated=not negated, within=within)
    if isinstance(node, Group):
        parts = tuple(_tree(each, asking, negated=negated, within=within) for each in node.parts)
        return _Parts(node.every != negated, parts)
    if node.name == references.CONDITION:
        segment = references.segment(node.value)
        if segment.rule is not None:
            inside = references.enter(segment, within)
            turned = negated != (node.op == "not_in")
            return _tree(segment.rule.root, asking, negated=turned, within=inside)
    meaning = conditions()[node.name].meaning(node, asking)
    if isinstance(meaning, Among):
        return _Literal(replace(meaning, negated=False), negated != meaning.negated)
    return _Literal(meaning, negated)


def _required(tree: _Tree) -> Iterator[type[Base]]:
    """Tables without whose row nobody is meant."""
    if isinstance(tree, _Literal):
        if isinstance(tree.meaning, Holds) and not tree.negated:
            yield from tree.meaning.needs
    elif tree.every:
        for each in tree.parts:
            yield from _required(each)
    elif tree.parts:
        first, *others = (list(_required(each)) for each in tree.parts)
        yield from (model for model in first if all(model in other for other in others))


def _read(tree: _Tree, required: Sequence[type[Base]], *, joined: bool = True) -> Iterator[type[Base]]:
    """Every table of which a row is read beside the one that the statement begins with."""
    if isinstance(tree, _Parts):
        for each in tree.parts:
            yield from _read(each, required, joined=joined and tree.every)
    elif isinstance(tree.meaning, Holds) and not (joined and _lacks(tree, required)):
        yield from tree.meaning.over


def _lacks(tree: _Literal, required: Sequence[type[Base]]) -> bool:
    """Whether whom it means need not have the one row that it is about: who has none such is found by its absence."""
    meaning = tree.meaning
    if not tree.negated or not isinstance(meaning, Holds) or len(meaning.over) != 1:
        return False
    (model,) = meaning.over
    return model is not Customer and meaning.needs == meaning.over and model not in required


def _found(tree: _Tree) -> Among | None:
    """A select in which everybody who is meant must be."""
    if isinstance(tree, _Literal):
        return tree.meaning if isinstance(tree.meaning, Among) and not tree.negated else None
    return next((found for each in tree.parts if (found := _found(each))), None) if tree.every else None


def key_of(model: type[Base]) -> SQLColumnExpression[Any]:
    """The column of a table with one row for each member that says whose it is."""
    columns = table_of(model).c
    return columns.id if model is Customer else columns.customer_id


@dataclass
class _Statement:
    """The statement that is being made: where it begins, and what is joined to that."""

    tree: _Tree
    begin: type[Base] | None = None
    id: SQLColumnExpression[Any] = field(init=False)
    _from: Any = field(init=False)
    _required: list[type[Base]] = field(init=False)
    _looked_up: bool = field(init=False)

    def __post_init__(self) -> None:
        self._looked_up = db.engine.dialect.name == "sqlite"
        self._required = required = list(dict.fromkeys(_required(self.tree)))
        read = list(dict.fromkeys(_read(self.tree, required)))
        found = None if self.begin or required else _found(self.tree)
        if found is None:
            begin = self.begin or next((each for each in required if each is not Customer), None)
            begin = begin or Customer
            self._from, self.id = table_of(begin), key_of(begin)
        else:
            begin = None
            first = found.each_once.subquery()
            self._from, self.id = first, next(iter(first.c))
            self.tree = _without(self.tree, found)
        for model in read:
            if model is not begin:
                self._from = self._from.join(model, key_of(model) == self.id, isouter=model not in required)

    def select(self, *columns: SQLColumnExpression[Any]) -> Select[Any]:
        where = self._where(self.tree, joined=True)
        return (
            select(*(each.label("id") if each is self.id else each for each in columns))
            .select_from(self._from)
            .where(where)
        )

    def _where(self, tree: _Tree, *, joined: bool) -> ColumnElement[bool]:
        if isinstance(tree, _Parts):
            if tree.every:
                return and_(true(), *[self._where(each, joined=joined) for each in tree.parts])
            return or_(false(), *[self._where(each, joined=False) for each in tree.parts])
        if isinstance(tree.meaning, Holds):
            if joined and _lacks(tree, self._required):
                return self._without_row(tree.meaning)
            return self._holds(tree.meaning, negated=tree.negated)
        return self._among(tree.meaning, negated=tree.negated, joined=joined)

    def _holds(self, meaning: Holds, *, negated: bool) -> ColumnElement[bool]:
        if not negated:
            return meaning.condition
        return not_(meaning.condition) if meaning.sure else not_(func.coalesce(meaning.condition, false()))

    def _without_row(self, meaning: Holds) -> ColumnElement[bool]:
        (model,) = meaning.over
        there = exists().where(key_of(model) == self.id, meaning.condition)
        return ~there.correlate_except(table_of(model))

    def _among(self, meaning: Among, *, negated: bool, joined: bool) -> ColumnElement[bool]:
        if self._looked_up or (joined and not negated):
            return self.id.not_in(meaning.ids) if negated else self.id.in_(meaning.ids)
        found = (meaning.ids if joined else meaning.each_once).subquery()
        hers = next(iter(found.c)) == self.id
        if joined:
            return ~exists(select(literal(1)).select_from(found).where(hers))
        self._from = self._from.join(found, hers, isouter=True)
        is_there = next(iter(found.c))
        return is_there.is_(None) if negated else is_there.is_not(None)


def _without(tree: _Tree, found: Among) -> _Tree:
    """The tree without the select that the statement begins with."""
    if isinstance(tree, _Literal):
        return _Parts(every=True, parts=()) if tree.meaning is found else tree
    return _Parts(tree.every, tuple(_without(each, found) for each in tree.parts)) if tree.every else tree
