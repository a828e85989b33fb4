"""`dangol insight pairings` and `dangol insight suggest`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click
import orjson

from backend.core.errors import DangolError
from backend.insight.offers import access, tending

if TYPE_CHECKING:
    from datetime import datetime


@click.command("pairings")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="What was known when this day was over; yesterday.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def pairings_command(as_of: datetime | None, *, as_json: bool) -> None:
    """Work out what is bought together and next; rows that stay as they are are not touched."""
    refreshed = tending.refresh(as_of.date() if as_of else None)
    if as_json:
        click.echo(orjson.dumps(asdict(refreshed)).decode())
        return
    click.echo(f"{refreshed.as_of}: {refreshed.rows:,} rows of pairings, {refreshed.changed:,} of them changed.")


@click.command("suggest")
@click.argument("customer_id")
@click.option("--unit", help="Code of the business unit that sells; that of her home store unless one is named.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
def suggest_command(customer_id: str, unit: str | None, *, as_json: bool) -> None:
    """Print what would be offered to a member now, with reasons.

    Exit codes: 0 done, also where there is nothing to offer; 1 there is no such member; 2 wrong usage.
    """
    try:
        found = access.suggestions(customer_id, unit=unit)
    except DangolError as error:
        raise click.ClickException(error.detail) from error
    for article, suggestion in found:
        if as_json:
            click.echo(orjson.dumps({"sku": article.sku, "name": article.name, "reason": suggestion.reason}).decode())
        else:
            click.echo(f"{article.name}: {', '.join(f'{key} {value}' for key, value in suggestion.reason.items())}")
