"""A run of an import: opened or taken up; each chunk is a unit of work that says how far it has come."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from backend.core import audit, clock
from backend.core.audit import SYSTEM
from backend.core.db import TryAgain, db, is_duplicate, run_in_unit_of_work
from backend.core.errors import ValidationFailed
from backend.organization import BusinessUnit, Store
from backend.unify.files.mapping import KIND, Columns, corrected, load_profile, save_profile, suggest
from backend.unify.files.members import Done, MemberWriter
from backend.unify.files.plan import CHUNK, KEYS, Chunk, Planner, Reading
from backend.unify.files.tables import Table, open_table
from backend.unify.models import ImportProblem, ImportRun
from backend.unify.problems import Problem, Problems
from backend.unify.read_ahead import read_ahead

if TYPE_CHECKING:
    from pathlib import Path

    from backend.core.audit import Actor
    from backend.unify.progress import Progress

SOURCE = "file"
_LARGE = 500_000
_KEPT_PROBLEMS = 10_000


@dataclass(frozen=True)
class Wishes:
    """What whoever imports asked for. `source` says whose customer numbers the file has."""

    map: dict[str, str] = field(default_factory=dict)
    profile: str | None = None
    save_profile: str | None = None
    key: str | None = None
    source: str = SOURCE
    encoding: str | None = None
    sheet: str | None = None
    keep_going_fields: bool = False
    dry_run: bool = False


@dataclass
class Outcome:
    """What an import came to: `new`, `changed`, `unchanged`, `repeated` and `bad` count rows, and sum up to all."""

    run: str | None
    file: str
    format: str
    key: str
    columns: dict[str, str]
    unused: list[str]
    dry_run: bool
    resumed_after: int
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    bad: int = 0
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    def as_json(self) -> dict[str, object]:
        """All of it, plain."""
        return asdict(self)


@dataclass(frozen=True)
class Prepared:
    """A file that was opened, and how it is to be read."""

    table: Table
    columns: Columns
    key: str
    wishes: Wishes


def prepare(path: Path, wishes: Wishes) -> Prepared:
    """Open a file and settle its mapping and key. Raises `ValidationFailed`, `NotFound` (the profile)."""
    table = open_table(path, encoding=wishes.encoding, sheet=wishes.sheet)
    columns = suggest(table)
    if wishes.profile is not None:
        columns = corrected(columns, load_profile(wishes.profile), only=True)
    columns = corrected(columns, wishes.map)
    return Prepared(table, columns, _key(columns, wishes.key), wishes)


def import_members(path: Path, wishes: Wishes, *, progress: Progress, acting_staff: Actor = SYSTEM) -> Outcome:
    """Bring the members of a file into the database, or say what that would do (`wishes.dry_run`).

    Raises `ValidationFailed` when the file cannot be read at all, has no usable mapping or key, `NotFound` for a
    profile that there is not. Bad rows are left out and listed.
    """
    prepared = prepare(path, wishes)
    if wishes.save_profile is not None and not wishes.dry_run:
        run_in_unit_of_work(lambda: save_profile(str(wishes.save_profile), prepared.columns))
    run = None if wishes.dry_run else run_in_unit_of_work(lambda: _open_run(prepared, acting_staff))
    outcome = Outcome(
        run.id if run else None,
        prepared.table.name,
        prepared.table.described,
        prepared.key,
        prepared.columns.by_heading(),
        prepared.columns.unused(),
        wishes.dry_run,
        run.lines_done if run else 0,
    )
    if run is not None and run.lines_done:
        _take_up(outcome, run)
    _Run(prepared, outcome, progress).go(large=path.stat().st_size > _LARGE)
    if run is not None:
        run_in_unit_of_work(lambda: _finish(outcome, acting_staff))
    return outcome


class _Run:
    """The chunks of a file, one after the other."""

    def __init__(self, prepared: Prepared, outcome: Outcome, progress: Progress) -> None:
        self._table = prepared.table
        self._outcome = outcome
        self._progress = progress
        self._found = Problems(_KEPT_PROBLEMS, outcome.problems, outcome.problem_count)
        headings = {name: prepared.columns.headings[at] for at, name in prepared.columns.columns.items()}
        self._writer = MemberWriter(outcome.run, prepared.wishes.source, prepared.key, headings)
        self._planner = Planner(
            prepared.table,
            Reading(
                prepared.columns,
                prepared.key,
                prepared.wishes.keep_going_fields,
                clock.now().date(),
                dict(db.session.execute(select(Store.code, Store.id)).all()),
                dict(db.session.execute(select(BusinessUnit.code, BusinessUnit.id)).all()),
            ),
        )

    def go(self, *, large: bool) -> None:
        """Write every chunk that was not written yet."""
        after, size = self._outcome.resumed_after, CHUNK
        for values in read_ahead(lambda: self._planner.chunks(after=after, size=size), aside=large):
            self._take(Chunk._make(values))

    def _take(self, chunk: Chunk) -> None:
        if self._outcome.run is None:
            done = self._writer.write(chunk.rows)
            db.session.rollback()
        else:
            done = run_in_unit_of_work(lambda: self._write(chunk))
        self._add(chunk, done)
        self._progress.at(chunk.last_line, fraction=chunk.fraction)

    def _write(self, chunk: Chunk) -> Done:
        try:
            done = self._writer.write(chunk.rows)
        except IntegrityError as error:
            if not is_duplicate(error):
                raise
            # Somebody else has just registered that card: look again.
            raise TryAgain from error
        self._record(chunk, done)
        return done

    def _record(self, chunk: Chunk, done: Done) -> None:
        run = db.session.get_one(ImportRun, self._outcome.run)
        problems = _in_order(chunk, done)
        room = max(_KEPT_PROBLEMS - run.problems, 0)
        if problems[:room]:
            db.session.execute(
                insert(ImportProblem),
                [
                    {"run_id": run.id, "number": number, "line": line, "reason": reason}
                    for number, (line, reason) in enumerate(problems[:room], run.problems + 1)
                ],
            )
        run.lines_done = chunk.last_line
        run.created += done.created
        run.changed += done.changed
        run.unchanged += done.unchanged
        run.repeated += chunk.repeated
        run.bad += chunk.bad + done.bad
        run.problems += len(problems)
        run.updated_at = clock.now()

    def _add(self, chunk: Chunk, done: Done) -> None:
        outcome = self._outcome
        outcome.new += done.created
        outcome.changed += done.changed
        outcome.unchanged += done.unchanged
        outcome.repeated += chunk.repeated
        outcome.bad += chunk.bad + done.bad
        for line, reason in _in_order(chunk, done):
            self._found.add(outcome.file, line, reason)
        outcome.problem_count = self._found.count


def _in_order(chunk: Chunk, done: Done) -> list[tuple[int, str]]:
    return sorted((line, reason) for line, reason in (*chunk.problems, *done.problems))


def _key(columns: Columns, wanted: str | None) -> str:
    mapped = set(columns.columns.values())
    candidates = [wanted] if wanted else ["source-key", "card", "phone+name"]
    for key in candidates:
        if mapped.issuperset(KEYS[key]):
            return key
    if wanted:
        message = f"The key {wanted} needs a column for {' and '.join(KEYS[wanted])}; name it with --map."
        raise ValidationFailed({"key": [message]})
    message = (
        "No columns say who a row is of. Needed: a customer number, a card, or phone and name."
        f" The columns are {', '.join(columns.headings)}; name them with --map COLUMN=FIELD."
    )
    raise ValidationFailed({"map": [message]})


def _open_run(prepared: Prepared, acting_staff: Actor) -> ImportRun:
    """The unfinished run of the same file read in the same way, or a new one."""
    wishes = prepared.wishes
    options: dict[str, Any] = {
        "columns": {str(place): name for place, name in sorted(prepared.columns.columns.items())},
        "key": prepared.key,
        "keep_going_fields": wishes.keep_going_fields,
        "sheet": wishes.sheet,
    }
    unfinished = select(ImportRun).where(
        ImportRun.source == wishes.source,
        ImportRun.kind == KIND,
        ImportRun.fingerprint == prepared.table.fingerprint,
        ImportRun.finished_at.is_(None),
        ImportRun.undone_at.is_(None),
    )
    for run in db.session.scalars(unfinished.order_by(ImportRun.id.desc())):
        if run.options == options:
            return run
    run = ImportRun(
        source=wishes.source,
        kind=KIND,
        file=prepared.table.name[:255],
        fingerprint=prepared.table.fingerprint,
        options=options,
    )
    db.session.add(run)
    db.session.flush()
    audit.record(acting_staff, "import.start", subject_kind="import_run", subject_id=run.id, detail={"file": run.file})
    return run


def _take_up(outcome: Outcome, run: ImportRun) -> None:
    """Begin with what the killed run had counted and found."""
    outcome.new, outcome.changed, outcome.unchanged = run.created, run.changed, run.unchanged
    outcome.repeated, outcome.bad = run.repeated, run.bad
    found = select(ImportProblem).where(ImportProblem.run_id == run.id).order_by(ImportProblem.number)
    outcome.problems = [Problem(outcome.file, row.line, row.reason) for row in db.session.scalars(found)]
    outcome.problem_count = run.problems


def _finish(outcome: Outcome, acting_staff: Actor) -> None:
    run = db.session.get_one(ImportRun, outcome.run)
    run.updated_at = run.finished_at = clock.now()
    counts = {"new": run.created, "changed": run.changed, "unchanged": run.unchanged, "bad": run.bad}
    audit.record(acting_staff, "import.finish", subject_kind="import_run", subject_id=run.id, detail=counts)
