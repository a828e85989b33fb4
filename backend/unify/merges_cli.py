"""The command `dangol merges`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import orjson
from flask.cli import with_appcontext

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.core.errors import DangolError
from backend.customers import find_one
from backend.unify import merges
from backend.unify.models import Merge
from backend.unify.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable


@click.group("merges")
def merges_group() -> None:
    """Make one member of two, and two of one again."""


@merges_group.command("make")
@click.argument("survivor")
@click.argument("merged")
@click.option("--take", multiple=True, type=click.Choice(merges.FIELDS), help="A field to take from MERGED.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def make_command(survivor: str, merged: str, *, take: tuple[str, ...], as_json: bool) -> None:
    """Merge MERGED into SURVIVOR; each is an id, a card or a phone. What SURVIVOR lacks she gets from MERGED."""

    def work() -> dict[str, Any]:
        return _told(merges.merge(find_one(survivor).id, find_one(merged).id, take=take, acting_staff=SYSTEM))

    _say(_tried(work), "Merged: {merged_id} into {survivor_id} (merge {id}).", as_json=as_json)


@merges_group.command("sure")
@click.option("--limit", type=click.IntRange(1), help="Stop after so many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, without progress.")
@with_appcontext
def sure_command(*, limit: int | None, as_json: bool) -> None:
    """Merge the pairs of duplicates that reach the automatic threshold, the surest first, one by one.

    It may be stopped at any time. Each can be undone, and such a pair is not merged again by itself.
    """
    progress = Progress("merging", shown=not as_json)
    done = 0
    try:
        while (limit is None or done < limit) and run_in_unit_of_work(_merge_surest):
            done += 1
            progress.say(f"{done:,} pairs merged")
    finally:
        progress.done()
    click.echo(orjson.dumps({"merged": done}) if as_json else f"{done:,} pairs merged.")


def _merge_surest() -> bool:
    return merges.merge_surest(acting_staff=SYSTEM) is not None


@merges_group.command("undo")
@click.argument("merge_id")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def undo_command(merge_id: str, *, as_json: bool) -> None:
    """Undo a merge; a sentence names the later one that has to be undone before."""
    told = _tried(lambda: _told(merges.undo(merge_id, acting_staff=SYSTEM)))
    _say(told, "Parted: {merged_id} from {survivor_id}.", as_json=as_json)
    for kind, id_ in told["unclear"]:
        click.echo(f"Whose is it? {kind} {id_} was recorded meanwhile and stays with {told['survivor_id']}.", err=True)


@merges_group.command("list")
@click.option("--standing", is_flag=True, help="Without those that were undone.")
@with_appcontext
def list_command(*, standing: bool) -> None:
    """List merges as JSON lines, the newest first."""
    query = merges.merges(standing=standing).order_by(Merge.id.desc())
    for entry in db.session.scalars(query.execution_options(yield_per=500)):
        click.echo(orjson.dumps(_told(entry)))


def _told(entry: Merge) -> dict[str, Any]:
    return {
        "id": entry.id,
        "survivor_id": entry.survivor_id,
        "merged_id": entry.merged_id,
        "fields": sorted(entry.fields),
        "merged_at": clock.rfc3339(entry.merged_at),
        "undone_at": clock.rfc3339(entry.undone_at) if entry.undone_at else None,
        "unclear": entry.unclear,
    }


def _tried(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return run_in_unit_of_work(work)
    except DangolError as error:
        raise click.ClickException(error.detail) from error


def _say(told: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    click.echo(orjson.dumps(told) if as_json else sentence.format(**told))
