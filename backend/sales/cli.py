"""`dangol sales …`."""

from __future__ import annotations

import json

import click
from sqlalchemy import select

from backend.core.db import db
from backend.sales.models import Sale


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
