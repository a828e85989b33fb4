"""`dangol grades`."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import click

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import run_in_unit_of_work
from backend.loyalty.grades import service, tending

if TYPE_CHECKING:
    from datetime import date, datetime

grades_group = click.Group("grades", help="Grades of members.")


@grades_group.command("evaluate")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Purchases of the period that ends here; today.")
@click.option("--apply", "applying", is_flag=True, help="Change the grades; without it only what would change is told.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(as_of: datetime | None, *, applying: bool, as_json: bool) -> None:
    """Work out what becomes of every member's grade."""
    day: date = as_of.date() if as_of else clock.now().date()
    evaluation_id = run_in_unit_of_work(lambda: service.ask(day, acting_staff=SYSTEM).id)
    run_in_unit_of_work(partial(tending.begin, evaluation_id))
    tending.carry_out(evaluation_id, applying=False)
    if applying:
        run_in_unit_of_work(partial(service.apply, evaluation_id, acting_staff=SYSTEM))
        tending.carry_out(evaluation_id, applying=True)
    found = service.evaluation(evaluation_id)
    told = {"id": found.id, "as_of": found.as_of.isoformat(), "state": found.state, "members": found.total}
    told |= {"counts": found.counts, "moves": found.moves}
    if as_json:
        click.echo(json.dumps(told))
        return
    changes = ", ".join(f"{kind} {count}" for kind, count in sorted(found.counts.items())) or "nothing changes"
    click.echo(f"{found.as_of}: {changes} ({'applied' if applying else 'not applied'})")
