"""A run of an import: opened or taken up; each chunk is a unit of work that says how far it has come."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from backend.core import audit, clock
from backend.core.audit import SYSTEM
from backend.core.db import TryAgain, db, is_duplicate, run_in_unit_of_work
from backend.core.errors import Conflict, ValidationFailed
from backend.core.garbage import collected_by_hand
from backend.core.ids import new_id
from backend.organization import BusinessUnit, Store
from backend.unify.files.mapping import Columns, corrected, exactly, load_profile, save_profile, suggest
from backend.unify.files.plan import CHUNK, Chunk, Reading
from backend.unify.files.sentences import Language, Trouble, sentence, worded
from backend.unify.files.tables import Looked, Table, open_table
from backend.unify.files.targets import TARGETS
from backend.unify.models import ImportProblem, ImportRun
from backend.unify.problems import Problem, Problems
from backend.unify.read_ahead import read_ahead

if TYPE_CHECKING:
    from pathlib import Path

    from backend.core.audit import Actor
    from backend.unify.files.target import Done, Target
    from backend.unify.progress import Progress

SOURCE = "file"
_LARGE = 500_000
_KEPT_PROBLEMS = 10_000


@dataclass(frozen=True)
class Wishes:
    """What whoever imports asked for. `source` says whose customer and receipt numbers the file has."""

    map: dict[str, str] = field(default_factory=dict)
    profile: str | None = None
    save_profile: str | None = None
    key: str | None = None
    source: str = SOURCE
    encoding: str | None = None
    sheet: str | None = None
    keep_going_fields: bool = False
    dry_run: bool = False
    # Exactly this mapping of places (from 0), whatever the headings say.
    columns: dict[int, str] | None = None
    # What the rows are: members, products, …
    kind: str = "members"


class Superseded(Conflict):
    """Somebody else has taken this import up and goes on with it."""

    code = "superseded"


class RunStopped(Conflict):
    """This import was stopped; what is written stays, and it can be taken up."""

    code = "stopped"


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

    @property
    def target(self) -> Target:
        """What its rows are."""
        return TARGETS[self.wishes.kind]

    @property
    def headings(self) -> dict[str, str]:
        """{field: heading of its column}."""
        return {name: self.columns.headings[at] for at, name in self.columns.columns.items()}


def prepare(path: Path, wishes: Wishes, *, looked: Looked | None = None) -> Prepared:
    """Open a file and settle its mapping and key. Raises `ValidationFailed`, `NotFound` (the profile)."""
    table = open_table(path, encoding=wishes.encoding, sheet=wishes.sheet, looked=looked)
    target = TARGETS[wishes.kind]
    columns = suggest(table, target)
    if wishes.columns is not None:
        columns = exactly(columns, wishes.columns)
    if wishes.profile is not None:
        columns = corrected(columns, load_profile(wishes.profile, target.kind), only=True)
    columns = corrected(columns, wishes.map)
    key = _key(target, columns, wishes.key)
    target.check(columns)
    return Prepared(table, columns, key, wishes)


def import_file(path: Path, wishes: Wishes, *, progress: Progress, acting_staff: Actor = SYSTEM) -> Outcome:
    """Bring what a file holds (`wishes.kind`) into the database, or say what that would do (`wishes.dry_run`).

    Raises `ValidationFailed` when the file cannot be read at all, has no usable mapping or key, `NotFound` for a
    profile that there is not. Bad rows are left out and listed.
    """
    prepared = prepare(path, wishes)
    if wishes.save_profile is not None and not wishes.dry_run:
        run_in_unit_of_work(lambda: save_profile(str(wishes.save_profile), prepared.columns, wishes.kind))
    run = None if wishes.dry_run else run_in_unit_of_work(lambda: _claimed(open_run(prepared, acting_staff)))
    return carry_out(prepared, run, large=path.stat().st_size > _LARGE, progress=progress, acting_staff=acting_staff)


def carry_out(
    prepared: Prepared, run: ImportRun | None, *, large: bool, progress: Progress, acting_staff: Actor
) -> Outcome:
    """Bring in what of a file `run` has not had yet; without a run nothing is kept.

    Raises `Superseded` when the run has another claim meanwhile, `RunStopped` when it was told to stop.
    """
    outcome = Outcome(
        run.id if run else None,
        prepared.table.name,
        prepared.table.described,
        prepared.key,
        prepared.columns.by_heading(),
        prepared.columns.unused(),
        prepared.wishes.dry_run,
        run.lines_done if run else 0,
    )
    if run is not None and run.lines_done:
        _take_up(outcome, run)
    _Run(prepared, outcome, progress, claim=run.claim if run else None).go(large=large)
    if run is not None:
        run_in_unit_of_work(lambda: _finish(outcome, acting_staff))
    return outcome


def _claimed(run: ImportRun) -> ImportRun:
    """Whoever was at this run, we are now."""
    run.claim, run.job, run.stop, run.failure = new_id(), None, False, None
    return run


class _Run:
    """The chunks of a file, one after the other."""

    def __init__(self, prepared: Prepared, outcome: Outcome, progress: Progress, *, claim: str | None) -> None:
        self._claim = claim
        self._table = prepared.table
        self._outcome = outcome
        self._progress = progress
        self._found = Problems(_KEPT_PROBLEMS, outcome.problems, outcome.problem_count)
        self._writer = prepared.target.writer(prepared, None if outcome.dry_run else outcome.run)
        self._planner = prepared.target.reader(
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
        with collected_by_hand() as collect:
            for values in read_ahead(lambda: self._planner.chunks(after=after, size=size), aside=large):
                self._take(Chunk._make(values))
                collect()

    def _take(self, chunk: Chunk) -> None:
        if self._outcome.dry_run:
            done = self._writer.write(chunk.rows)
            db.session.rollback()
            if self._outcome.run is not None:
                run_in_unit_of_work(lambda: self._record(chunk, done))
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
        if run.claim != self._claim:
            raise Superseded
        if run.stop:
            raise RunStopped
        problems = _in_order(chunk, done)
        room = max(_KEPT_PROBLEMS - run.problems, 0)
        if problems[:room]:
            db.session.execute(
                insert(ImportProblem),
                [
                    {"run_id": run.id, "number": number, "line": line, "reason": ""}
                    | {"code": code, "heading": heading[:255], "detail": detail[:60]}
                    for number, (line, code, heading, detail) in enumerate(problems[:room], run.problems + 1)
                ],
            )
        run.lines_done, run.fraction = chunk.last_line, chunk.fraction
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
        for problem in worded(outcome.file, _in_order(chunk, done)):
            self._found.add(problem.file, problem.line, problem.reason)
        outcome.problem_count = self._found.count


def _in_order(chunk: Chunk, done: Done) -> list[Trouble]:
    return sorted((*chunk.problems, *done.problems), key=lambda problem: problem[0])


def usual_key(target: Target, columns: Columns, wanted: str | None = None) -> str | None:
    """The key that is wanted, or else the best that the mapped columns allow; None when they do not."""
    mapped = set(columns.columns.values())
    candidates = (wanted,) if wanted else target.usual
    return next((key for key in candidates if mapped.issuperset(target.keys.get(key, (key,)))), None)


def _key(target: Target, columns: Columns, wanted: str | None) -> str:
    if (key := usual_key(target, columns, wanted)) is not None:
        return key
    if wanted and wanted not in target.keys:
        raise ValidationFailed({"key": [f"{wanted} is no key of {target.kind}; there are {', '.join(target.keys)}."]})
    if wanted:
        message = f"The key {wanted} needs a column for {' and '.join(target.keys[wanted])}; name it with --map."
        raise ValidationFailed({"key": [message]})
    names = ", ".join(columns.headings)
    message = f"{target.needed} The columns are {names}; name them with --map COLUMN=FIELD."
    raise ValidationFailed({"map": [message]})


def open_run(prepared: Prepared, acting_staff: Actor) -> ImportRun:
    """The unfinished run of the same file read in the same way, or a new one; a new one for a dry run."""
    wishes = prepared.wishes
    options: dict[str, Any] = {
        "columns": {str(place): name for place, name in sorted(prepared.columns.columns.items())},
        "key": prepared.key,
        "keep_going_fields": wishes.keep_going_fields,
        "sheet": wishes.sheet,
    }
    if wishes.encoding is not None:
        options["encoding"] = wishes.encoding
    unfinished = select(ImportRun).where(
        ImportRun.source == wishes.source,
        ImportRun.kind == wishes.kind,
        ImportRun.fingerprint == prepared.table.fingerprint,
        ImportRun.finished_at.is_(None),
        ImportRun.undone_at.is_(None),
        ImportRun.dry_run.is_(False),
    )
    if not wishes.dry_run:
        for run in db.session.scalars(unfinished.order_by(ImportRun.id.desc())):
            if run.options == options and run.job != "undo":
                return run
    run = ImportRun(
        source=wishes.source,
        kind=wishes.kind,
        file=prepared.table.name[:255],
        fingerprint=prepared.table.fingerprint,
        options=options,
        dry_run=wishes.dry_run,
        staff_id=acting_staff.staff_id,
    )
    db.session.add(run)
    db.session.flush()
    action = "import.check" if wishes.dry_run else "import.start"
    audit.record(acting_staff, action, subject_kind="import_run", subject_id=run.id, detail={"file": run.file})
    return run


def _take_up(outcome: Outcome, run: ImportRun) -> None:
    """Begin with what the killed run had counted and found."""
    outcome.new, outcome.changed, outcome.unchanged = run.created, run.changed, run.unchanged
    outcome.repeated, outcome.bad = run.repeated, run.bad
    found = select(ImportProblem).where(ImportProblem.run_id == run.id).order_by(ImportProblem.number)
    outcome.problems = [Problem(outcome.file, row.line, reason_of(row)) for row in db.session.scalars(found)]
    outcome.problem_count = run.problems


def reason_of(problem: ImportProblem, *, language: Language = "en") -> str:
    """A kept problem in words."""
    if problem.code is None:
        return problem.reason
    return sentence(problem.code, problem.heading or "", problem.detail or "", language=language)


def _finish(outcome: Outcome, acting_staff: Actor) -> None:
    run = db.session.get_one(ImportRun, outcome.run)
    run.updated_at = run.finished_at = clock.now()
    run.fraction, run.job, run.claim = 1.0, None, None
    if run.dry_run:
        return
    counts = {"new": run.created, "changed": run.changed, "unchanged": run.unchanged, "bad": run.bad}
    audit.record(acting_staff, "import.finish", subject_kind="import_run", subject_id=run.id, detail=counts)
