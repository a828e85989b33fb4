"""Uploads and runs as the desk sees them."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from flask import request
from sqlalchemy import Select, select

from backend.core import clock
from backend.core.db import db
from backend.organization import Staff
from backend.unify.desk import asking, uploads
from backend.unify.files import sentences
from backend.unify.files.mapping import corrected, fitting, suggest
from backend.unify.files.runs import reason_of, usual_key
from backend.unify.files.tables import open_table
from backend.unify.files.targets import TARGETS
from backend.unify.models import ImportProblem, ImportProfile, ImportRun, ImportUpload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backend.unify.files.mapping import Columns
    from backend.unify.files.sentences import Language

_SHOWN = 8
_LONGEST = 120
_SURE, _LIKELY = 100, 80
_PART = 1_000


def language() -> Language:
    """In which language whoever asks reads sentences."""
    return cast("Language", request.accept_languages.best_match(("ko", "en"), "ko"))


def look(upload: ImportUpload, *, encoding: str | None, sheet: str | None, profile: str | None) -> dict[str, Any]:
    """A file with its columns, first values and suggested mapping; that of the best profile when one fits.

    `profile` names another one, or "-" for none. Raises `FileGone`, `ValidationFailed`.
    """
    table = open_table(uploads.path_of(upload), encoding=encoding, sheet=sheet, looked=uploads.looked(upload))
    target = TARGETS[upload.kind]
    suggested = suggest(table, target)
    fits = fitting(suggested.headings, upload.kind)
    chosen = next((each for each in fits if profile in {None, each.name}), None)
    columns = corrected(suggested, chosen.columns, only=True) if chosen else suggested
    rows = [(line, cells) for line, cells, _ in islice(table.records(), _SHOWN + 1) if line != columns.heading_line]
    return {
        "id": upload.id,
        "kind": upload.kind,
        "name": upload.name,
        "size": upload.size,
        "uploaded_at": upload.uploaded_at,
        "encoding": table.encoding,
        "damaged": upload.damaged,
        "described": table.described,
        "sheet": table.sheet,
        "sheets": table.sheets,
        "columns": _columns(columns, [cells for _, cells in rows[:_SHOWN]], by_profile=chosen is not None),
        "lines": [line for line, _ in rows[:_SHOWN]],
        "fields_known": target.fields.names,
        "keys": target.keys,
        "key": usual_key(target, columns),
        "profile": chosen.name if chosen else None,
        "profiles": [each.name for each in fits],
    }


def _columns(columns: Columns, rows: Sequence[Sequence[str]], *, by_profile: bool) -> list[dict[str, Any]]:
    found = []
    for place, heading in enumerate(columns.headings):
        field = columns.columns.get(place)
        by = "profile" if by_profile else "values" if place in columns.guessed else "heading"
        found.append(
            {
                "heading": heading,
                "samples": [row[place].strip()[:_LONGEST] if place < len(row) else "" for row in rows],
                "field": field,
                "by": by if field else None,
                "confidence": 0 if field is None else _LIKELY if by == "values" else _SURE,
            }
        )
    return found


def runs(kind: str | None) -> Select[ImportRun]:
    """Select imports of files, without checks (the primary key backwards); the caller orders and pages."""
    query = select(ImportRun).where(ImportRun.kind.is_not(None), ImportRun.dry_run.is_(False))
    return query if kind is None else query.where(ImportRun.kind == kind)


def described(page: Sequence[ImportRun]) -> list[dict[str, Any]]:
    """Runs as the desk shows them: one look-up for all names."""
    ids = {run.staff_id for run in page if run.staff_id}
    staff = dict(db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids))).all()) if ids else {}
    return [_described(run, staff.get(run.staff_id or "")) for run in page]


def _described(run: ImportRun, staff: str | None) -> dict[str, Any]:
    names = ("id", "kind", "dry_run", "upload_id", "lines_done", "created", "changed", "unchanged", "repeated", "bad")
    state = state_of(run)
    ended = run.finished_at is not None or run.undone_at is not None
    rate, left = _pace(run) if state in {"running", "undoing"} else (None, None)
    return {name: getattr(run, name) for name in names} | {
        "file": run.file or "",
        "state": state,
        "stopping": run.stop,
        "can_resume": state in {"stopped", "failed"}
        and not ended
        and not run.dry_run
        and uploads.is_here(run.upload_id),
        "staff": staff,
        "fraction": run.fraction,
        "rate": rate,
        "seconds_left": left,
        "problems": run.problems,
        "failure": run.failure,
        "failure_detail": _failure(run),
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "undone_at": run.undone_at,
    }


def state_of(run: ImportRun) -> str:
    """What is going on with a run, in one word."""
    if run.undone_at is not None:
        return "undone"
    if run.job is not None:
        return "waiting" if run.claim is None else "undoing" if run.job == "undo" else "running"
    if run.finished_at is not None:
        return "finished"
    if asking.is_alive(run):
        return "running"
    return "failed" if run.failure else "stopped"


def _pace(run: ImportRun) -> tuple[int | None, int | None]:
    """Rows a second, and seconds left, by what was done since it was begun or taken up."""
    if run.begun_at is None:
        return None, None
    seconds = (clock.now() - run.begun_at).total_seconds()
    lines, part = run.lines_done - run.begun_lines, run.fraction - run.begun_fraction
    if seconds <= 0 or part <= 0:
        return None, None
    return (round(lines / seconds) or None), round((1 - run.fraction) * seconds / part)


def _failure(run: ImportRun) -> str | None:
    """Why, in words: names are looked up now, so that nobody who is erased is kept in it."""
    if run.failure is None or not isinstance(run.failed_by, dict):
        return None
    if run.failure != "import_touched":
        detail: str | None = run.failed_by.get("detail")
        return detail
    kind, told = str(run.kind), run.failed_by
    whose = TARGETS[kind].undoer.whose(told)
    return sentences.touched(told["what"], told.get("by") or "", whose, kind=kind, language=language())


def problems(run_id: str) -> Select[ImportProblem]:
    """Select the problems of a run (its primary key)."""
    return select(ImportProblem).where(ImportProblem.run_id == run_id)


def told(page: Sequence[ImportProblem]) -> list[dict[str, Any]]:
    """Problems as sentences."""
    words = language()
    return [
        {
            "id": str(problem.number),
            "line": problem.line,
            "heading": problem.heading or None,
            "reason": reason_of(problem, language=words),
        }
        for problem in page
    ]


def problems_as_csv(run_id: str) -> Iterator[str]:
    """All kept problems as CSV that spreadsheets open, a part at a time."""
    words = language()
    yield "\ufeff" + _csv([("줄", "열", "문제") if words == "ko" else ("line", "column", "problem")])
    after = 0
    while part := db.session.scalars(
        problems(run_id).where(ImportProblem.number > after).order_by(ImportProblem.number).limit(_PART)
    ).all():
        after = part[-1].number
        yield _csv([(each.line, each.heading or "", reason_of(each, language=words)) for each in part])


def profiles() -> Select[ImportProfile]:
    """Select what was kept (the primary key)."""
    return select(ImportProfile)


def _csv(rows: Sequence[tuple[object, ...]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[_inert(cell) for cell in row] for row in rows])
    return text.getvalue()


def _inert(cell: object) -> object:
    """A text that a spreadsheet would take for a formula, as a text: headings come from anybody's file."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
