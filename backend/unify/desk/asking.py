"""What the desk asks the worker for: check, import, stop, take up, take back. Each is a word in the run's row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import Conflict, NotFound
from backend.core.ids import is_id
from backend.unify.desk import uploads
from backend.unify.files.runs import Wishes, open_run, prepare
from backend.unify.models import ImportRun, ImportUpload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.core.audit import Actor
    from backend.unify.files.runs import Prepared

SILENT = timedelta(seconds=60)
"""Who has not been heard of for so long is gone: somebody else takes its run up."""


class RunBusy(Conflict):
    """The worker is at this import just now. Stop it first, or wait until it is done."""

    code = "import_busy"


def ask(prepared: Prepared, upload: ImportUpload, *, acting_staff: Actor) -> ImportRun:
    """Have the worker check a file, or import it. Goes on with an unfinished import of the same file.

    Raises `RunBusy` while such a one is being worked on.
    """
    run = open_run(prepared, acting_staff)
    if run.job is not None or is_alive(run):
        raise RunBusy
    run.upload_id = upload.id
    _give(run, "check" if run.dry_run else "import")
    return run


def prepared_as(upload: ImportUpload, *, columns: Sequence[str | None], **wishes: Any) -> Prepared:  # noqa: ANN401
    """A file, opened, with the field of each of its columns or None. Raises `FileGone`, and what `prepare` raises."""
    chosen = {place: name for place, name in enumerate(columns) if name is not None}
    given = Wishes(columns=chosen, kind=upload.kind, **wishes)
    return prepare(uploads.path_of(upload), given, looked=uploads.looked(upload))


def wishes_of(run: ImportRun) -> Wishes:
    """How a run reads its file."""
    options: dict[str, Any] = run.options
    return Wishes(
        columns={int(place): name for place, name in options["columns"].items()},
        key=options["key"],
        source=run.source,
        encoding=options.get("encoding"),
        sheet=options["sheet"],
        keep_going_fields=options["keep_going_fields"],
        dry_run=run.dry_run,
        kind=str(run.kind),
    )


def prepared_for(run: ImportRun) -> Prepared:
    """The file of a run, opened. Raises `FileGone`, and what `prepare` raises."""
    upload = db.session.get(ImportUpload, run.upload_id) if run.upload_id else None
    if upload is None:
        raise uploads.FileGone
    return prepare(uploads.path_of(upload), wishes_of(run), looked=uploads.looked(upload))


def find(run_id: str) -> ImportRun:
    """A run of a file. Raises `NotFound`."""
    run = db.session.get(ImportRun, run_id) if is_id(run_id) else None
    if run is None or run.kind is None:
        raise NotFound
    return run


def stop(run_id: str, *, acting_staff: Actor) -> ImportRun:
    """Have a check or an import end after the rows that are being written. Raises `Conflict` when it is not running."""
    run = find(run_id)
    if run.job not in {"check", "import"}:
        detail = "This import is not running."
        raise Conflict(detail)
    if run.claim is None:
        run.job = None
    else:
        run.stop = True
    audit.record(acting_staff, "import.stop", subject_kind="import_run", subject_id=run.id)
    return run


def take_up(run_id: str, *, acting_staff: Actor) -> ImportRun:
    """Have a stopped import go on where it was. Raises `Conflict` when there is nothing to go on with, `FileGone`."""
    run = find(run_id)
    if run.finished_at is not None or run.undone_at is not None or run.dry_run:
        detail = "This import has come to its end."
        raise Conflict(detail)
    if run.job is not None or is_alive(run):
        raise RunBusy
    if not uploads.is_here(run.upload_id):
        raise uploads.FileGone
    _give(run, "import")
    audit.record(acting_staff, "import.resume", subject_kind="import_run", subject_id=run.id)
    return run


def take_back(run_id: str, *, acting_staff: Actor) -> ImportRun:
    """Have an import undone. Whether that can be the worker finds out: the run then says why not.

    Raises `Conflict` for a dry run and one that was undone, `RunBusy`.
    """
    run = find(run_id)
    if run.dry_run or run.undone_at is not None:
        detail = "There is nothing to undo in this import."
        raise Conflict(detail)
    if run.job is not None or is_alive(run):
        raise RunBusy
    _give(run, "undo")
    audit.record(acting_staff, "import.undo_asked", subject_kind="import_run", subject_id=run.id)
    return run


def is_alive(run: ImportRun, *, now: datetime | None = None) -> bool:
    """Whether a command line is at it: no job of ours, and heard of a moment ago."""
    return run.job is None and run.claim is not None and run.updated_at > (now or clock.now()) - SILENT


def _give(run: ImportRun, job: str) -> None:
    run.job, run.claim, run.stop, run.failure, run.failed_by = job, None, False, None, None
    run.begun_at, run.begun_lines, run.begun_fraction = None, run.lines_done, run.fraction
