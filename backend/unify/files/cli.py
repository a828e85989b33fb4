"""`dangol import members`, `products` and `sales`, `dangol import runs`, `dangol import undo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson
from flask.cli import with_appcontext
from sqlalchemy import select

from backend.core import clock
from backend.core.db import db
from backend.core.errors import DangolError
from backend.unify.files.encoding import ENCODINGS
from backend.unify.files.runs import SOURCE, Wishes, import_file
from backend.unify.files.targets import TARGETS
from backend.unify.files.undoing import undo
from backend.unify.models import ImportRun
from backend.unify.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from backend.unify.files.runs import Outcome

_INCOMPLETE = 3
_LISTED_RUNS = 50


def add_commands(group: click.Group) -> None:
    """Add the commands to `dangol import`."""
    for command in (members_command, products_command, sales_command, runs_command, undo_command):
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


def _file_command(kind: str, *, known: str, source: str | None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The argument and the options that files of every kind have; the function itself does nothing but say what it is.

    `known` is whom or what a key knows again, `source` what numbers are those of a source, if any are.
    """
    target = TARGETS[kind]
    fields = f"A column, by heading or number, is this field ({', '.join(target.fields.names)}), or is passed over (-)."
    key = f"By what {known} is known; otherwise the first of {', '.join(target.usual)} that the file has."
    keep = f"Load a row without a cell that cannot be read, unless {known} is known by it."
    options = [
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
        click.option("--dry-run", is_flag=True, help="Check everything and write nothing."),
        click.option(
            "--map",
            "map_",
            multiple=True,
            callback=_wishes,
            metavar="COLUMN=FIELD",
            help=f"{fields} May be repeated.",
        ),
        click.option("--key", type=click.Choice(list(target.keys)), help=key),
        click.option("--profile", help="Use the mapping that was kept under this name."),
        click.option("--save-profile", help="Keep the mapping under this name."),
        click.option("--encoding", type=click.Choice(list(ENCODINGS)), help="Otherwise found."),
        click.option("--sheet", help="The sheet of a workbook; otherwise the first."),
        click.option("--keep-going-fields", is_flag=True, help=keep),
        click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON object, without progress."),
    ]
    if source is not None:
        options.insert(
            4, click.option("--source", default=SOURCE, show_default=True, help=f"Whose {source} the file has.")
        )

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        command = with_appcontext(function)
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.command("members")
@_file_command("members", known="a member", source="customer numbers")
def members_command(file: Path, **options: Any) -> None:  # noqa: ANN401 - as click gives them
    """Bring in the members of FILE: CSV or .xlsx, UTF-8 or CP949, columns of any name.

    Members who are there are changed where the file says something else; empty cells change nothing. A row with a cell
    that cannot be read is left out as a whole and listed with its line, and the rest is loaded (--keep-going-fields:
    only the cell is left out). Of rows with the same key the later wins and is listed.

    It may be repeated at any time. A run that was killed goes on where it was when the same command is given again.

    Exit codes: 0 all rows are in; 3 some rows or cells could not be used; 1 nothing could be done; 2 wrong usage.
    """
    _bring_in("members", file, **options)


@click.command("products")
@_file_command("products", known="a product", source=None)
def products_command(file: Path, **options: Any) -> None:  # noqa: ANN401 - as click gives them
    """Bring in the products of FILE: CSV or .xlsx, UTF-8 or CP949, columns of any name.

    Products that are there are changed where the file says something else; empty cells change nothing. Prices are in
    whole units (89,000 or 12.50) of the currency that the row names, else the product's, else the stores' own.

    A row with a cell that cannot be read is left out and listed; it may be repeated, and a killed run goes on, as of
    members.

    Exit codes: 0 all rows are in; 3 some rows or cells could not be used; 1 nothing could be done; 2 wrong usage.
    """
    _bring_in("products", file, **options)


@click.command("sales")
@_file_command("sales", known="a customer", source="customer and receipt numbers")
def sales_command(file: Path, **options: Any) -> None:  # noqa: ANN401 - as click gives them
    """Bring in the sales of FILE, a line of a receipt a row: CSV or .xlsx, UTF-8 or CP949, columns of any name.

    A sale is known again by its source, its store and its receipt number; the lines of a receipt may stand anywhere.
    What is there already stays: a receipt with another content is a problem, as is one of which a line cannot be used.
    Times without an offset are the store's. Whom nobody is known by (--key) has bought all the same: such a sale is
    flagged. Sales are counted as sales, what is left out as lines.

    It may be repeated, and a killed run goes on, as of members.

    Exit codes: 0 all rows are in; 3 some rows or cells could not be used; 1 nothing could be done; 2 wrong usage.
    """
    _bring_in("sales", file, **options)


def _bring_in(kind: str, file: Path, *, map_: dict[str, str], as_json: bool, **options: Any) -> None:  # noqa: ANN401
    progress = Progress(kind, shown=not as_json)
    try:
        outcome = import_file(file, Wishes(map=map_, kind=kind, **options), progress=progress)
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
    """Take the import RUN back: what it added goes, what it changed is as before.

    Refused, with nothing changed, when anything it wrote has been touched since: the sentence says what and by what.

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
    text = f"{undone.removed:,} {undone.kind} removed, {undone.restored:,} as before."
    click.echo(orjson.dumps(counts) if as_json else text)


def _described(run: ImportRun) -> dict[str, object]:
    state = "undone" if run.undone_at else "finished" if run.finished_at else f"stopped after line {run.lines_done}"
    counts = {"new": run.created, "changed": run.changed, "unchanged": run.unchanged}
    about: dict[str, object] = {
        "run": run.id,
        "started_at": clock.rfc3339(run.started_at),
        "kind": run.kind,
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
