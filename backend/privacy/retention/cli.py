"""`dangol privacy retention`."""

from __future__ import annotations

import json
from functools import partial

import click

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.privacy.retention import service
from backend.privacy.retention.schemas import StandingSchema
from backend.privacy.retention.tending import finish


@click.command("retention")
@click.option("--apply/--dry-run", "apply_", default=False, help="Let go what is too old, or only say what would go.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def retention_command(*, apply_: bool, as_json: bool) -> None:
    """Say what is kept longer than is set, or let it go. A rule is off until it has a period (/admin)."""
    taken = _apply() if apply_ else {}
    db.session.expire_all()
    found = service.standings()
    if as_json:
        rules = StandingSchema(many=True).dump(found)
        click.echo(json.dumps({"applied": apply_, "taken": taken, "rules": rules}, ensure_ascii=False))
        return
    for rule in found:
        kept = f"{rule.months} months" if rule.months else "off"
        oldest = f", the oldest of {clock.rfc3339(rule.oldest)}" if rule.oldest else ""
        gone = f"; {taken[rule.name]:,} taken" if rule.name in taken else ""
        click.echo(f"{rule.name}: {kept}; {rule.count:,} too old{oldest}{gone}")


def _apply() -> dict[str, int]:
    taken = {}
    for rule in service.standings():
        if rule.months is not None:
            run = run_in_unit_of_work(partial(service.begin, rule.name, acting_staff=SYSTEM)).id
            finish(run)
            taken[rule.name] = service.taken(run)
    return taken
