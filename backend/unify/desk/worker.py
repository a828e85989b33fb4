"""The worker's part: it gives each run that waits to a process of its own, and hears that this one lives.

A process of its own, because reading a file keeps a processor busy that sending messages needs, and because it forks
another one, which a process with threads should not. When it dies, whatever kills it, its run is taken up.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import structlog
from sqlalchemy import or_, select

from backend.core import clock
from backend.core.audit import Actor
from backend.core.db import db, run_in_unit_of_work
from backend.core.errors import DangolError
from backend.core.ids import new_id
from backend.settings import ROOT
from backend.unify.desk import asking, uploads
from backend.unify.files.runs import RunStopped, Superseded, carry_out
from backend.unify.files.undoing import CannotUndo, undo
from backend.unify.models import ImportRun
from backend.unify.progress import Progress

if TYPE_CHECKING:
    import threading

    from flask import Flask
    from sqlalchemy import Select

_LOOK_SECONDS = 1.0
_BEAT_SECONDS = 5.0
_GRACE_SECONDS = 5
_FEW = 20
_LARGE = 500_000
_log = structlog.get_logger(__name__)


class Claim(NamedTuple):
    """A run, and the word by which whoever works on it is known."""

    run_id: str
    word: str


class Told(Progress):
    """Progress of an undo, told in the run's row."""

    def __init__(self, claim: Claim) -> None:
        super().__init__("undo", shown=False)
        self._claim = claim

    def at(self, count: int, *, fraction: float, unit: str = "lines") -> None:  # noqa: ARG002 - as `Progress` has it
        """Keep the fraction."""
        run_in_unit_of_work(lambda: _note(self._claim, fraction))


def run(app: Flask, stop: threading.Event) -> None:
    """Work on what was asked for until `stop` is set, one run at a time."""
    while not stop.wait(_LOOK_SECONDS):
        with app.app_context():
            claim = claim_next()
            db.session.remove()
            if claim is not None:
                attend(claim, stop)


def claim_next() -> Claim | None:
    """Take the oldest run that waits, or whose worker is gone, and whose file is on this machine."""
    # Most looks find nothing and should not write: ix_import_run_job holds the few runs with a job.
    if not db.session.scalars(_waiting().limit(1)).first():
        return None
    return run_in_unit_of_work(_claim)


def work_on(claim: Claim) -> None:
    """Do what a run says, in this process. What goes wrong stands in the run's row."""
    ended: DangolError
    try:
        _do(claim)
    except DangolError as error:
        ended = error
    except Exception:  # noqa: BLE001 - as in the worker's other jobs: logged; the screen says that it failed.
        _log.exception("import_failed", run=claim.run_id)
        ended = DangolError()
    else:
        return
    run_in_unit_of_work(lambda: _end(claim, ended))


def _waiting() -> Select[ImportRun]:
    gone = clock.now() - asking.SILENT
    mine = or_(ImportRun.claim.is_(None), ImportRun.beat_at.is_(None), ImportRun.beat_at < gone)
    return select(ImportRun).where(ImportRun.job.in_(["check", "import", "undo"]), mine).order_by(ImportRun.id)


def _claim() -> Claim | None:
    for found in db.session.scalars(_waiting().limit(_FEW).with_for_update(skip_locked=True)):
        # Without its row the file is gone for everybody, and the run says so; without the file it is elsewhere.
        if found.job == "undo" or uploads.is_here(found.upload_id) or not uploads.is_known(found.upload_id):
            found.claim = new_id()
            found.beat_at = found.begun_at = clock.now()
            found.begun_lines, found.begun_fraction = found.lines_done, found.fraction
            return Claim(found.id, found.claim)
    return None


def attend(claim: Claim, stop: threading.Event) -> None:
    """Have a process of its own do it, and say that it lives for as long as it does."""
    command = [sys.executable, "-m", "backend.cli", "import", "work", claim.run_id, claim.word]
    child = subprocess.Popen(command, cwd=ROOT)  # noqa: S603 - our own command
    try:
        while child.poll() is None and not stop.is_set():
            run_in_unit_of_work(lambda: _beat(claim))
            db.session.remove()
            _wait(child, _BEAT_SECONDS, stop)
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        by_itself = not stop.is_set()
        run_in_unit_of_work(lambda: _let_go(claim, by_itself=by_itself))


def _wait(child: subprocess.Popen[bytes], seconds: float, stop: threading.Event) -> None:
    until = clock.now().timestamp() + seconds
    while child.poll() is None and clock.now().timestamp() < until:
        if stop.wait(0.2):
            return


def _do(claim: Claim) -> None:
    found = asking.find(claim.run_id)
    if found.claim != claim.word:
        raise Superseded
    acting = Actor(found.staff_id)
    if found.job == "undo":
        undo(found.id, progress=Told(claim), acting_staff=acting)
        return
    prepared = asking.prepared_for(found)
    upload_id = found.upload_id
    large = uploads.path_of(uploads.find(str(upload_id))).stat().st_size > _LARGE
    carry_out(prepared, found, large=large, progress=Progress("", shown=False), acting_staff=acting)
    if not prepared.wishes.dry_run:
        run_in_unit_of_work(lambda: uploads.remove(str(upload_id)))


def _mine(claim: Claim) -> ImportRun | None:
    found = db.session.get(ImportRun, claim.run_id)
    return found if found is not None and found.claim == claim.word else None


def _note(claim: Claim, fraction: float) -> None:
    if found := _mine(claim):
        found.fraction = fraction


def _beat(claim: Claim) -> None:
    if found := _mine(claim):
        found.beat_at = clock.now()


def _end(claim: Claim, error: DangolError) -> None:
    """The run stands where it is; unless it was stopped on purpose it says why."""
    if not (found := _mine(claim)):
        return
    found.job = found.claim = None
    found.stop = False
    found.updated_at = clock.now()
    if isinstance(error, RunStopped):
        return
    found.failure = error.code
    found.failed_by = error.data if isinstance(error, CannotUndo) else {"detail": error.detail}


def _let_go(claim: Claim, *, by_itself: bool) -> None:
    """A process that ended without a word was killed: its run waits for the next turn.

    Unless it came to nothing at all: then the next would not either, and a person should look.
    """
    if not (found := _mine(claim)):
        return
    found.claim = None
    if by_itself and found.lines_done == found.begun_lines and found.fraction == found.begun_fraction:
        found.job, found.failure = None, "killed"
