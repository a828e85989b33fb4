"""`dangol import members`, `dangol import runs`, `dangol import undo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson
from flask.cli import with_appcontext
from sqlalchemy import select

from backend.core import clock
from backend.core.db import db
from backend.core.errors import DangolError
from backend.unify.files.encoding import ENCODINGS
from backend.unify.files.fields import NAMES
from backend.unify.files.plan import KEYS
from backend.unify.files.runs import SOURCE, Wishes, import_members
from backend.unify.files.undoing import undo
from backend.unify.models import ImportRun
from backend.unify.progress import Progress

if TYPE_CHECKING:
    from backend.unify.files.runs import Outcome

_INCOMPLETE = 3
_LISTED_RUNS = 50
_KEY_HELP = "By what a member is known again; otherwise the first of source-key, card, phone+name that the file has."
_KEEP_HELP = "Load a row without a cell that cannot be read, unless members are known by it."


def add_commands(group: click.Group) -> None:
    """Add the commands to `dangol import`."""
    for command in (members_command, runs_command, undo_command):
        group.add_command(command)


def _wishes(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for value in values:
        column, sign, name = value.rpartition("=")
        if not sign or not column:
            message = f"{value!r} is not COLUMN=FIELD."
            raise click.BadParameter(message)
        found[column] = name
    return found


@click.command("members")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything and write nothing.")
@click.option(
    "--map",
    "map_",
    multiple=True,
    callback=_wishes,
    metavar="COLUMN=FIELD",
    help=f"A column, by heading or number, is this field ({', '.join(NAMES)}), or is passed over (-). May be repeated.",
)
@click.option("--key", type=click.Choice(list(KEYS)), help=_KEY_HELP)
@click.option("--source", default=SOURCE, show_default=True, help="Whose customer numbers the file has.")
@click.option("--profile", help="Use the mapping that was kept under this name.")
@click.option("--save-profile", help="Keep the mapping under this name.")
@click.option("--encoding", type=click.Choice(list(ENCODINGS)), help="Otherwise found.")
@click.option("--sheet", help="The sheet of a workbook; otherwise the first.")
@click.option("--keep-going-fields", is_flag=True, help=_KEEP_HELP)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON object, without progress.")
@with_appcontext
def members_command(file: Path, *, map_: dict[str, str], as_json: bool, **options: object) -> None:
    """Bring in the members of FILE: CSV or .xlsx, UTF-8 or CP949, columns of any name.

    Members who are there are changed where the file says something else; empty cells change nothing. A row with a cell
    that cannot be read is left out as a whole and listed with its line, and the rest is loaded (--keep-going-fields:
    only the cell is left out). Of rows with the same key the later wins and is listed.

    It may be repeated at any time. A run that was killed goes on where it was when the same command is given again.

    Exit codes: 0 all rows are in; 3 some rows or cells could not be used; 1 nothing could be done; 2 wrong usage.
    """
    progress = Progress("members", shown=not as_json)
    try:
        outcome = import_members(file, Wishes(map=map_, **options), progress=progress)  # type: ignore[arg-type]
    except DangolError as error:
        raise click.ClickException(error.detail) from error
    finally:
        progress.done()
    click.echo(orjson.dumps(outcome.as_json()) if as_json else _as_text(outcome))
    if not as_json:
        _tell_problems(outcome)
    if outcome.problem_count > outcome.repeated:
        raise SystemExit(_INCOMPLETE)


@click.command("runs")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
@with_appcontext
def runs_command(*, as_json: bool) -> None:
    """List the imports of files, the newest first."""
    query = select(ImportRun).where(ImportRun.kind.is_not(None)).order_by(ImportRun.id.desc()).limit(_LISTED_RUNS)
    for run in db.session.scalars(query):
        described = _described(run)
        click.echo(orjson.dumps(described) if as_json else "  ".join(str(value) for value in described.values()))


@click.command("undo")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def undo_command(run: str, *, as_json: bool) -> None:
    """Take the import RUN back: members it added go, members it changed are as before.

    Refused, with nothing changed, when anything it wrote has been touched since: the sentence says whose and by what.

    Exit codes: 0 undone; 1 refused, or no such import; 2 wrong usage.
    """
    progress = Progress("undo", shown=not as_json)
    try:
        undone = undo(run, progress=progress)
    except DangolError as error:
        raise click.ClickException(error.detail) from error
    finally:
        progress.done()
    counts = {"run": undone.run, "removed": undone.removed, "restored": undone.restored}
    text = f"{undone.removed:,} members removed, {undone.restored:,} as before."
    click.echo(orjson.dumps(counts) if as_json else text)


def _described(run: ImportRun) -> dict[str, object]:
    state = "undone" if run.undone_at else "finished" if run.finished_at else f"stopped after line {run.lines_done}"
    counts = {"new": run.created, "changed": run.changed, "unchanged": run.unchanged}
    about: dict[str, object] = {
        "run": run.id,
        "started_at": clock.rfc3339(run.started_at),
        "file": run.file,
        "state": state,
    }
    return about | counts | {"repeated": run.repeated, "bad": run.bad}


def _as_text(outcome: Outcome) -> str:
    columns = ", ".join(f"{heading} → {name}" for heading, name in outcome.columns.items())
    unused = f"; passed over: {', '.join(outcome.unused)}" if outcome.unused else ""
    went_on = f"Went on after line {outcome.resumed_after}.\n" if outcome.resumed_after else ""
    run = "Nothing was written (dry run)." if outcome.dry_run else f"Import {outcome.run}."
    return (
        f"{outcome.format}; key {outcome.key}; {columns}{unused}\n{went_on}"
        f"{outcome.new:,} new, {outcome.changed:,} changed, {outcome.unchanged:,} unchanged,"
        f" {outcome.repeated:,} repeated, {outcome.bad:,} left out. {run}"
    )


def _tell_problems(outcome: Outcome) -> None:
    for problem in outcome.problems:
        click.echo(f"{problem.file}:{problem.line}: {problem.reason}", err=True)
    unlisted = outcome.problem_count - len(outcome.problems)
    if unlisted:
        click.echo(f"{unlisted:,} more are not listed.", err=True)
