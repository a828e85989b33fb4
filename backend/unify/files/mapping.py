"""Which column of a file is which field: suggested, corrected by whoever imports, kept under a name."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from backend.core import clock
from backend.core.db import db
from backend.core.errors import NotFound, ValidationFailed
from backend.unify.files.fields import NAMES, columns_by_heading, plain
from backend.unify.files.guess import columns_by_values, is_data
from backend.unify.models import ImportProfile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backend.unify.files.tables import Table

_SAMPLE = 200
KIND = "members"
NOTHING = "-"
"""What a column is mapped to that is to be passed over."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file. `first` is the line of the first row, behind the heading if there is one."""

    headings: tuple[str, ...]
    columns: dict[int, str]
    heading_line: int | None

    def by_heading(self) -> dict[str, str]:
        """{heading: field} for people and profiles."""
        return {self.headings[place]: name for place, name in sorted(self.columns.items())}

    def unused(self) -> list[str]:
        """Headings of the columns that are passed over."""
        return [heading for place, heading in enumerate(self.headings) if place not in self.columns]


def suggest(table: Table) -> Columns:
    """The mapping that headings, or else values, speak for. Raises `ValidationFailed` for a file without rows."""
    rows = [(line, cells) for line, cells, reason in islice(table.records(), _SAMPLE) if reason is None]
    if not rows:
        raise ValidationFailed({"file": ["The file has no row that can be read."]})
    line, first = rows[0]
    today = clock.now().date()
    columns = columns_by_heading(list(first))
    if not columns and is_data(first, today=today):
        numbers = tuple(str(place) for place in range(1, len(first) + 1))
        return Columns(numbers, columns_by_values([cells for _, cells in rows], today=today), None)
    if not columns:
        columns = columns_by_values([cells for _, cells in rows[1:]], today=today)
    return Columns(_distinct(first), columns, line)


def corrected(mapping: Columns, wishes: Mapping[str, str], *, only: bool = False) -> Columns:
    """`mapping` with {heading or number of a column: field, or `-`}; `only` these when they are a profile.

    Raises `ValidationFailed` for a column or a field that there is not.
    """
    columns = {} if only else dict(mapping.columns)
    for column, name in wishes.items():
        place = _place(mapping.headings, column)
        if name not in (*NAMES, NOTHING):
            raise ValidationFailed({"map": [f"There is no field {name}; there are {', '.join(NAMES)}."]})
        columns = {where: what for where, what in columns.items() if what != name and where != place}
        if name != NOTHING:
            columns[place] = name
    return Columns(mapping.headings, columns, mapping.heading_line)


def load_profile(name: str) -> dict[str, str]:
    """The mapping kept as `name`. Raises `NotFound`."""
    found = db.session.get(ImportProfile, name)
    if found is None:
        detail = f"There is no profile {name}."
        raise NotFound(detail)
    columns: dict[str, str] = found.columns
    return columns


def save_profile(name: str, mapping: Columns) -> None:
    """Keep a mapping as `name`, in place of one of that name."""
    profile = db.session.get(ImportProfile, name) or ImportProfile(name=name, kind=KIND)
    profile.columns = mapping.by_heading()
    db.session.add(profile)


def _place(headings: Sequence[str], column: str) -> int:
    if column in headings:
        return headings.index(column)
    alike = [place for place, heading in enumerate(headings) if plain(column) and plain(heading) == plain(column)]
    if len(alike) == 1:
        return alike[0]
    if column.isascii() and column.isdigit() and 1 <= int(column) <= len(headings):
        return int(column) - 1
    raise ValidationFailed({"map": [f"The file has no column {column}; it has {', '.join(headings)}."]})


def _distinct(cells: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for number, cell in enumerate(cells, 1):
        heading = " ".join(cell.split()) or f"column {number}"
        found.append(heading if heading not in found else f"{heading} ({number})")
    return tuple(found)
