"""The command `dangol import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson
from flask.cli import with_appcontext

from backend.core.errors import DangolError
from backend.unify.complete_journey import import_directory
from backend.unify.desk.cli import work_command
from backend.unify.files import add_commands
from backend.unify.progress import Progress

if TYPE_CHECKING:
    from backend.unify.complete_journey import Outcome

_INCOMPLETE = 3


@click.group("import")
def import_group() -> None:
    """Bring in customers, articles and sales from files."""


add_commands(import_group)
import_group.add_command(work_command)


@import_group.command("complete-journey")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--profiling-consent", is_flag=True, help="Record that each of its members agrees to profiling.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object, without progress.")
@with_appcontext
def complete_journey_command(directory: Path, *, profiling_consent: bool, as_json: bool) -> None:
    """Load members, articles, sales and campaigns of The Complete Journey from DIRECTORY.

    It may be repeated at any time: what is there already stays, what was interrupted is completed. Rows that cannot be
    read are listed with file, line and reason, and the rest is loaded.

    Exit codes: 0 all rows are in; 3 some rows could not be read; 1 nothing could be done; 2 wrong usage.
    """
    progress = Progress("sales", shown=not as_json)
    try:
        outcome = import_directory(directory, progress=progress, profiling_consent=profiling_consent)
    except DangolError as error:
        raise click.ClickException(error.detail) from error
    finally:
        progress.done()
    click.echo(orjson.dumps(outcome.as_json()) if as_json else _as_text(outcome))
    if outcome.problem_count:
        _tell_problems(outcome)
        raise SystemExit(_INCOMPLETE)


def _as_text(outcome: Outcome) -> str:
    now = outcome.figures
    news = f"{outcome.added:,} of them new or mended" if outcome.added else "nothing new"
    return (
        f"{now.stores:,} stores, {now.members:,} members, {now.products:,} articles;"
        f" {now.sales:,} sales with {now.lines:,} lines, {now.revenue_minor / 100:,.2f} dollars: {news};"
        f" {now.campaigns:,} campaigns sent {now.sent:,} times, {now.redemptions:,} coupons redeemed."
    )


def _tell_problems(outcome: Outcome) -> None:
    for problem in outcome.problems:
        click.echo(f"{problem.file}:{problem.line}: {problem.reason}", err=True)
    unlisted = outcome.problem_count - len(outcome.problems)
    more = f" ({unlisted:,} more are not listed)" if unlisted else ""
    click.echo(f"{outcome.problem_count:,} rows were left out{more}.", err=True)
