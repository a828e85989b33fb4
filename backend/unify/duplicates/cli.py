"""The command `dangol duplicates`."""

from __future__ import annotations

import click
import orjson
from flask.cli import with_appcontext

from backend.unify.duplicates.full_pass import find_all
from backend.unify.progress import Progress


@click.group("duplicates")
def duplicates_group() -> None:
    """Find members who may be one person."""


@duplicates_group.command("find")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object, without progress.")
@with_appcontext
def find_command(*, as_json: bool) -> None:
    """Compare all members and put those who may be one person into the queue for review.

    It may be repeated and stopped at any time: the next one goes on where it stopped. New members are compared when
    they are registered; this is for those who were there before, were imported, or were registered in one moment.
    """
    progress = Progress("duplicates", shown=not as_json)
    try:
        figures = find_all(progress)
    finally:
        progress.done()
    click.echo(
        orjson.dumps(figures.as_json())
        if as_json
        else f"{figures.members:,} members, {figures.compared:,} pairs compared: {figures.new:,} new,"
        f" {figures.open:,} wait for a decision, {figures.automatic:,} of them sure."
    )
