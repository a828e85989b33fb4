"""`dangol segment …`. Exit codes: 0 done, 1 refused (the reason is on stderr), 2 wrong use."""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING, Any

import click
import orjson
from sqlalchemy import select

from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.core.errors import DangolError
from backend.core.ids import is_id
from backend.segments import access, counting, exports, views, watching
from backend.segments.models import Segment

if TYPE_CHECKING:
    from backend.segments.language import Rule


@click.group("segment")
def segment_group() -> None:
    """Segments: members who have something in common."""


@segment_group.command("list")
def list_command() -> None:
    """Print every segment that is not put away: id, kind, members when counted last, name."""
    for each in db.session.scalars(access.segments("live", None).order_by(Segment.name, Segment.id)):
        counted = "-" if each.members is None else str(each.members)
        click.echo(f"{each.id}\t{each.kind}\t{counted}\t{each.name}")


@segment_group.command("count")
@click.argument("which")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def count_command(which: str, as_json: bool) -> None:  # noqa: FBT001 - click's way
    r"""Count the members of a segment (its id or name), or of a rule given as JSON.

    \b
    dangol segment count "강남 단골" --json
    dangol segment count '{"is": "points", "op": "at_least", "value": 30000}'
    """
    rule = _refusing(lambda: _rule(which))
    found = {"members": _refusing(lambda: counting.count(rule)), "sentence": views.said(rule)}
    click.echo(orjson.dumps(found).decode() if as_json else f"{found['members']}")


@segment_group.command("export")
@click.argument("which")
@click.option("--json", "as_json", is_flag=True, help="The ids as one JSON list; otherwise CSV with masked numbers.")
def export_command(which: str, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Print the members of a segment (its id or name); that they were read is recorded."""
    segment_id = _refusing(lambda: _segment(which))
    rule = access.rule_of(segment_id)
    text = _refusing(lambda: run_in_unit_of_work(lambda: exports.taken(segment_id, rule, acting_staff=SYSTEM)))
    if as_json:
        text = orjson.dumps([row[0] for row in csv.reader(io.StringIO(text))][1:]).decode()
    click.echo(text.rstrip("\n"))


@segment_group.command("look")
@click.argument("which", required=False)
def look_command(which: str | None) -> None:
    """Write down who entered and left a watched segment, or all that were not looked at today."""
    if which is None:
        click.echo(f"{watching.look_at_all()} looked at")
        return
    entered, left = _refusing(lambda: watching.look(_segment(which)))
    click.echo(f"{entered} entered, {left} left")


def _rule(which: str) -> Rule:
    if which.lstrip().startswith("{"):
        try:
            return views.read(orjson.loads(which))
        except orjson.JSONDecodeError as error:
            message = f"This is no JSON: {error}"
            raise click.UsageError(message) from None
    return access.rule_of(_segment(which))


def _segment(which: str) -> str:
    if is_id(which):
        return access.segment(which).id
    found = db.session.scalars(select(Segment.id).where(Segment.name == which, Segment.state == "live")).all()
    if len(found) != 1:
        message = f"{len(found)} segments have the name {which!r}; give the id that `dangol segment list` prints."
        raise click.UsageError(message)
    return found[0]


def _refusing(do: Any) -> Any:  # noqa: ANN401 - what it does
    try:
        return do()
    except DangolError as error:
        click.echo(error.detail, err=True)
        sys.exit(1)
