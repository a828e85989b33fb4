"""`dangol campaign effect`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import orjson
from flask.cli import with_appcontext

from backend.campaigns.effect import access, service
from backend.core.errors import DangolError

if TYPE_CHECKING:
    from typing import Any

    from flask import Flask


@click.command("effect")
@click.argument("campaign_id", metavar="ID")
@click.option("--margin", type=click.FloatRange(0, 100), help="Percent of revenue that is left of it; all of it.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as one JSON object.")
@with_appcontext
def effect_command(campaign_id: str, *, margin: float | None, as_json: bool) -> None:
    """What campaign ID brought: stages, purchases, and the lift against those who were held out."""
    try:
        report = service.report(access.campaign(campaign_id), margin=margin)
    except DangolError as error:
        raise click.ClickException(error.detail) from error
    click.echo(orjson.dumps(report) if as_json else _as_text(report))


def attach(app: Flask) -> None:
    """Add the command to the group `campaign`, made here where nobody has made it yet."""
    group = app.cli.commands.get("campaign")
    if not isinstance(group, click.Group):
        group = click.Group("campaign", help="Campaigns.")
        app.cli.add_command(group)
    group.add_command(effect_command)


def _as_text(report: dict[str, Any]) -> str:
    about = report["campaign"]
    lines = [f"{about['name']} ({about['kind']}, {about['state']}, {about['window_days']} days)"]
    for stage in report["stages"]:
        share = "" if stage["share"] is None else f" ({100 * stage['share']:.1f} %)"
        known = stage["reason"] if stage["members"] is None else f"{stage['members']:,}{share}"
        lines.append(f"  {stage['stage']}: {known}")
    lines.append(report["said"]["en"])
    return "\n".join([*lines, *(note["en"] for note in report["notes"])])
