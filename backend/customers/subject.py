"""What is held about a member, for her to read: each feature says once what its tables hold (`holds`).

A section is a list of rows; a report shows the columns that are named, the JSON all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import inspect, select

from backend.core.db import db, table_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy import ColumnElement

    from backend.core.db import Base

_KEY = "dangol.subject"

Words = tuple[str, str]
"""Korean, English."""


@dataclass(frozen=True)
class Subject:
    """Whom the report is about: her id and those of whoever was merged into her, her phones and cards."""

    customer_id: str
    merged: tuple[str, ...]
    phones: tuple[str, ...]
    cards: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id under which something of hers may stand."""
        return (self.customer_id, *self.merged)


@dataclass(frozen=True)
class Held:
    """A section: its title, what it reads, and the columns that people read with their names.

    `tables` are those that it gives an account of; `rows` gives them as {column: value}.
    """

    name: str
    title: Words
    tables: tuple[str, ...]
    rows: Callable[[Subject], list[dict[str, Any]]]
    shown: dict[str, Words] = field(default_factory=dict)


def holds(app: Flask, *sections: Held) -> None:
    """Have reports of `app` contain these sections."""
    app.extensions.setdefault(_KEY, []).extend(sections)


def sections() -> list[Held]:
    """Every section of the running app, in order of registration."""
    found: list[Held] = current_app.extensions.get(_KEY, [])
    return found


def of_table(
    model: type[Base],
    title: Words,
    *,
    shown: dict[str, Words],
    hers: Callable[[Subject], ColumnElement[bool]] | None = None,
    more: tuple[str, ...] = (),
    secret: tuple[str, ...] = (),
) -> Held:
    """The section of one table: the rows of which `hers` is true, by default those of her `customer_id`.

    `more` names further tables of which these rows tell everything, `secret` columns that no file may hold.
    """
    table = table_of(model)

    def rows(subject: Subject) -> list[dict[str, Any]]:
        condition = hers(subject) if hers else table.c.customer_id.in_(subject.ids)
        found = db.session.execute(select(table).where(condition).order_by(*inspect(model).primary_key))
        return [{name: value for name, value in row.items() if name not in secret} for row in found.mappings()]

    return Held(table.name, title, (table.name, *more), rows, shown)
