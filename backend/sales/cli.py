"""`dangol sales …`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from sqlalchemy import select

from backend.core.db import db
from backend.loyalty import EarningRule
from backend.sales import points
from backend.sales.models import Sale

if TYPE_CHECKING:
    from datetime import datetime


@click.group("sales")
def sales_group() -> None:
    """Look at sales."""


@sales_group.command("ids")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list instead of a line each.")
def ids_command(*, as_json: bool) -> None:
    """Print the ids of all sales, oldest first."""
    ids = db.session.execute(select(Sale.id).order_by(Sale.id)).scalars()
    if as_json:
        click.echo(json.dumps(list(ids)))
        return
    for sale_id in ids:
        click.echo(sale_id)


@sales_group.command("award-points")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first business day.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last business day.")
@click.option("--dry-run", is_flag=True, help="Say what the rules would give; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def award_points_command(since: datetime, until: datetime, *, dry_run: bool, as_json: bool) -> None:
    """Have sales that came in without points earn what the rules of their day give; twice is the same as once."""
    awarded = points.award(since.date(), until.date(), dry_run=dry_run)
    names = {rule.id: rule.name for rule in db.session.scalars(select(EarningRule))}
    if as_json:
        click.echo(json.dumps(asdict(awarded), sort_keys=True))
        return
    gave = "would give" if dry_run else "gave"
    click.echo(f"{awarded.sales:,} sales: {awarded.earning:,} of them {gave} {awarded.points:,} points.")
    if awarded.unknown_rate:
        click.echo(f"{awarded.unknown_rate:,} are in a currency whose rate to a rule's is not known on their day.")
    for rule_id, given in sorted(awarded.by_rule.items(), key=lambda item: -item[1]):
        click.echo(f"  {names.get(rule_id, 'Coupons')}: {given:,}")
