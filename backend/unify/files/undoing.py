"""Taking a run back: what it added goes, what it changed is as before, unless somebody has touched any of it since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, func, select

from backend.core import audit, clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.core.errors import Conflict, NotFound
from backend.core.ids import BEFORE_ALL, is_id
from backend.core.one_of import one_of
from backend.unify.files.target import CannotUndo
from backend.unify.files.targets import TARGETS
from backend.unify.models import ImportRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import RowMapping

    from backend.core.audit import Actor
    from backend.unify.files.target import Undoer
    from backend.unify.progress import Progress

_AT_ONCE = 2_000


class _Part(NamedTuple):
    """Up to which row a part went, and what it did."""

    last: str
    removed: int
    restored: int


@dataclass(frozen=True)
class Undone:
    """How many members, products or sales (`kind`) were removed, and how many are as before."""

    run: str
    removed: int
    restored: int
    kind: str = "members"


def undo(run_id: str, *, progress: Progress, acting_staff: Actor = SYSTEM) -> Undone:
    """Take a run back, part by part, after all of it was looked at. Taken up by itself when it was interrupted.

    Raises `CannotUndo` with who or what was touched by what; `NotFound`; `Conflict` for a run that was undone already.
    """
    run = _find(run_id)
    kind = str(run.kind)
    undoer = TARGETS[kind].undoer
    journal = undoer.journal
    total = db.session.scalar(select(func.count()).select_from(journal).where(journal.c.run_id == run.id)) or 0
    progress.say("looking for later changes")
    for entries in _parts(undoer, run.id):
        undoer.refuse_touched(run.id, entries)
    removed = restored = 0
    after = BEFORE_ALL
    while part := run_in_unit_of_work(lambda after=after: _take_back_some(undoer, run.id, after)):  # type: ignore[misc]
        after = part.last
        removed, restored = removed + part.removed, restored + part.restored
        progress.at(removed + restored, fraction=(removed + restored) / max(total, 1), unit=kind)
    run_in_unit_of_work(lambda: _close(run.id, removed, restored, acting_staff))
    return Undone(run.id, removed, restored, kind)


def _find(run_id: str) -> ImportRun:
    run = db.session.get(ImportRun, run_id) if is_id(run_id) else None
    if run is None or run.kind not in TARGETS or run.dry_run:
        detail = "No import that can be undone has this id; `dangol import runs` lists them."
        raise NotFound(detail)
    if run.job not in {None, "undo"}:
        detail = "This import is running. Stop it first."
        raise Conflict(detail)
    if run.undone_at is not None:
        detail = "This import was undone already."
        raise Conflict(detail)
    return run


def _parts(undoer: Undoer, run_id: str) -> Iterator[Sequence[RowMapping]]:
    after = BEFORE_ALL
    while entries := _some(undoer, run_id, after):
        yield entries
        after = entries[-1][undoer.row.name]


def _some(undoer: Undoer, run_id: str, after: str) -> Sequence[RowMapping]:
    query = select(undoer.journal).where(undoer.journal.c.run_id == run_id, undoer.row > after)
    return db.session.execute(query.order_by(undoer.row).limit(_AT_ONCE)).mappings().all()


def _take_back_some(undoer: Undoer, run_id: str, after: str) -> _Part | None:
    """Take back the next of what is left of the run; None when nothing is."""
    entries = _some(undoer, run_id, after)
    if not entries:
        return None
    undoer.hold(entries)
    undoer.refuse_touched(run_id, entries)
    ids = [entry[undoer.row.name] for entry in entries]
    journal = undoer.journal
    db.session.execute(delete(journal).where(journal.c.run_id == run_id, one_of(undoer.row, "ids")), {"ids": ids})
    removed, restored = undoer.take_back(entries)
    return _Part(ids[-1], removed, restored)


def _close(run_id: str, removed: int, restored: int, acting_staff: Actor) -> None:
    run = db.session.get_one(ImportRun, run_id)
    run.undone_at = run.updated_at = clock.now()
    run.job = run.claim = None
    detail = {"removed": removed, "restored": restored}
    audit.record(acting_staff, "import.undo", subject_kind="import_run", subject_id=run_id, detail=detail)


__all__ = ["CannotUndo", "Undone", "undo"]
