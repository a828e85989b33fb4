"""Which column of a file is which field: suggested, corrected by whoever imports, kept under a name."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core import audit, clock
from backend.core.audit import SYSTEM
from backend.core.db import db
from backend.core.errors import NotFound, ValidationFailed
from backend.unify.files.fields import plain
from backend.unify.models import ImportProfile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backend.core.audit import Actor
    from backend.unify.files.tables import Table
    from backend.unify.files.target import Target

_SAMPLE = 200
_LONGEST_NAME = 80
NOTHING = "-"
"""What a column is mapped to that is to be passed over."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file. `first` is the line of the first row, behind the heading if there is one."""

    headings: tuple[str, ...]
    columns: dict[int, str]
    heading_line: int | None
    # The fields that a column may be.
    names: tuple[str, ...]
    # Those that were told from their values alone.
    guessed: frozenset[int] = frozenset()

    def by_heading(self) -> dict[str, str]:
        """{heading: field} for people and profiles."""
        return {self.headings[place]: name for place, name in sorted(self.columns.items())}

    def unused(self) -> list[str]:
        """Headings of the columns that are passed over."""
        return [heading for place, heading in enumerate(self.headings) if place not in self.columns]


def suggest(table: Table, target: Target) -> Columns:
    """The mapping that headings, or else values, speak for. Raises `ValidationFailed` for a file without rows."""
    rows = [(line, cells) for line, cells, reason in islice(table.records(), _SAMPLE) if reason is None]
    if not rows:
        raise ValidationFailed({"file": ["The file has no row that can be read."]})
    line, first = rows[0]
    today = clock.now().date()
    columns, names = target.fields.by_heading(list(first)), target.fields.names
    if not columns and target.is_data(first, today):
        numbers = tuple(str(place) for place in range(1, len(first) + 1))
        columns = target.by_values([cells for _, cells in rows], today)
        return Columns(numbers, columns, None, names, frozenset(columns))
    guessed: frozenset[int] = frozenset()
    if not columns:
        columns = target.by_values([cells for _, cells in rows[1:]], today)
        guessed = frozenset(columns)
    return Columns(_distinct(first), columns, line, names, guessed)


def corrected(mapping: Columns, wishes: Mapping[str, str], *, only: bool = False) -> Columns:
    """`mapping` with {heading or number of a column: field, or `-`}; `only` these when they are a profile.

    Raises `ValidationFailed` for a column or a field that there is not.
    """
    columns = {} if only else dict(mapping.columns)
    for column, name in wishes.items():
        place = _place(mapping.headings, column)
        if name not in (*mapping.names, NOTHING):
            raise ValidationFailed({"map": [f"There is no field {name}; there are {', '.join(mapping.names)}."]})
        columns = {where: what for where, what in columns.items() if what != name and where != place}
        if name != NOTHING:
            columns[place] = name
    return Columns(mapping.headings, columns, mapping.heading_line, mapping.names)


def exactly(mapping: Columns, columns: Mapping[int, str]) -> Columns:
    """`mapping` with {place from 0: field} instead. Raises `ValidationFailed` for what there is not, or twice."""
    for place, name in columns.items():
        if name not in mapping.names:
            raise ValidationFailed({"columns": [f"There is no field {name}; there are {', '.join(mapping.names)}."]})
        if place >= len(mapping.headings):
            raise ValidationFailed({"columns": [f"The file has {len(mapping.headings)} columns."]})
    if twice := {name for name in columns.values() if list(columns.values()).count(name) > 1}:
        raise ValidationFailed({"columns": [f"Two columns cannot both be {' or '.join(sorted(twice))}."]})
    return Columns(mapping.headings, dict(columns), mapping.heading_line, mapping.names)


def load_profile(name: str, kind: str) -> dict[str, str]:
    """The mapping of a kind of rows kept as `name`. Raises `NotFound`."""
    found = db.session.get(ImportProfile, name)
    if found is None or found.kind != kind:
        detail = f"There is no profile {name} for {kind}."
        raise NotFound(detail)
    columns: dict[str, str] = found.columns
    return columns


def save_profile(name: str, mapping: Columns, kind: str) -> None:
    """Keep a mapping as `name`, in place of one of that name."""
    keep_profile(name, mapping.by_heading(), kind=kind)


def keep_profile(name: str, columns: dict[str, str], *, kind: str, actor: Actor = SYSTEM) -> ImportProfile:
    """Keep {heading: field} as `name`, in place of one of that name. Raises `ValidationFailed` for a strange name."""
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable() or name == NOTHING:
        raise ValidationFailed({"name": [f"A profile's name has 1 to {_LONGEST_NAME} characters."]})
    profile = db.session.get(ImportProfile, name) or ImportProfile(name=name, kind=kind)
    profile.kind, profile.columns, profile.updated_at = kind, columns, clock.now()
    db.session.add(profile)
    db.session.flush()
    audit.record(actor, "import.profile", subject_kind="import_profile", subject_id=None, detail={"name": name})
    return profile


def forget_profile(name: str, *, actor: Actor) -> None:
    """Delete what was kept as `name`. Raises `NotFound`."""
    profile = db.session.get(ImportProfile, name)
    if profile is None:
        raise NotFound
    db.session.delete(profile)
    audit.record(actor, "import.profile_delete", subject_kind="import_profile", subject_id=None, detail={"name": name})


def fitting(headings: Sequence[str], kind: str) -> list[ImportProfile]:
    """Profiles whose every column the file has: the one that says most first, of these the last one saved."""
    found = db.session.scalars(select(ImportProfile).where(ImportProfile.kind == kind))
    fits = [profile for profile in found if set(profile.columns) <= set(headings)]
    return sorted(fits, key=lambda profile: (len(profile.columns), profile.updated_at), reverse=True)


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
