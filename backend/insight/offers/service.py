"""Pairings kept current. The edge's unit of work commits what is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select

from backend.core import clock
from backend.core.bulk import delete_rows, insert_rows, update_rows
from backend.core.db import db, table_of
from backend.insight.offers import counting
from backend.insight.offers.counting import Whose
from backend.insight.offers.models import PairingRun, ProductPairing
from backend.insight.offers.rules import says_the_same
from backend.insight.offers.sync import COLLECTION
from backend.sync import mark_changed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_PAIRINGS = table_of(ProductPairing)
_INSERT = insert(_PAIRINGS)
_SILENT: Final = timedelta(hours=3)
"""After so long a run that did not end is begun again: its worker is gone."""


@dataclass(frozen=True)
class Change:
    """A row that is to be written; `partners` is None where there are none any more."""

    whose: Whose
    partners: list[list[Any]] | None
    known: bool


def claim(as_of: date) -> bool:
    """Take the run of a day; False when it is done, or another worker is at it. Within a unit of work."""
    run = db.session.get(PairingRun, as_of, with_for_update=True, populate_existing=True)
    if run is None:
        db.session.add(PairingRun(as_of=as_of))
        return True
    if run.ended_at is not None or run.begun_at > clock.now() - _SILENT:
        return False
    run.begun_at = clock.now()
    return True


def changes(as_of: date) -> tuple[int, list[Change]]:
    """How many rows there should be by what is known up to `as_of`, and which say something else than what is stored.

    Ends the transaction that it reads in.
    """
    db.session.rollback()
    try:
        counted = counting.count(as_of)
        rows = db.session.execute(select(_PAIRINGS.c.id, _PAIRINGS.c.key, _PAIRINGS.c.partners))
        there = {Whose(row_id, key): partners for row_id, key, partners in rows}
    finally:
        db.session.rollback()
    wanted = {whose: [list(partner) for partner in partners] for whose, partners in counted.items()}
    known = {whose.id for whose in there}
    put = [
        Change(whose, partners, whose.id in known)
        for whose, partners in sorted(wanted.items())
        if whose not in there or not says_the_same(there[whose], partners)
    ]
    kept = {whose.id for whose in wanted}
    gone = [Change(whose, None, known=True) for whose in sorted(there) if whose.id not in kept]
    # What goes goes first: its key may be another's by now.
    return len(wanted), gone + put


def write(changed: Sequence[Change], as_of: date) -> None:
    """Write rows that differ; the others are not touched, so that no tablet hears of them."""
    gone = [each.whose.id for each in changed if each.partners is None]
    put = [each for each in changed if each.partners is not None]
    mark_changed(COLLECTION, gone, deleted=True)
    mark_changed(COLLECTION, [each.whose.id for each in put])
    rows = {each.whose: {**each.whose._asdict(), "partners": each.partners, "as_of": as_of} for each in put}
    delete_rows(_PAIRINGS, [{"id": row_id} for row_id in gone])
    update_rows(_PAIRINGS, [rows[each.whose] for each in put if each.known], by=("id",))
    insert_rows(_INSERT, [rows[each.whose] for each in put if not each.known])


def end(as_of: date, *, rows: int, changed: int) -> None:
    """Note that the run of a day is done, and what it came to."""
    run = db.session.get(PairingRun, as_of) or PairingRun(as_of=as_of)
    run.rows, run.changed, run.ended_at = rows, changed, clock.now()
    db.session.add(run)
