"""`dangol sync …`."""

from __future__ import annotations

import json
import sys

import click

from backend.sync import blocks, retention, sealing, verify
from backend.sync.epochs import clock_state


@click.group("sync")
def sync_group() -> None:
    """Look after the copies on the tablets."""


@sync_group.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify_command(*, as_json: bool) -> None:
    """Check that blocks, change log and tables agree; exit 1 when they do not."""
    report = verify.verify()
    if as_json:
        click.echo(json.dumps(report))
    else:
        for name, found in report["collections"].items():
            click.echo(f"{name}: {found['rows']} rows, {found['blocks']} blocks")
        for problem in report["problems"]:
            click.echo(problem, err=True)
        click.echo("Everything agrees." if report["ok"] else f"{len(report['problems'])} problems.")
    sys.exit(0 if report["ok"] else 1)


@sync_group.command("build")
def build_command() -> None:
    """Do now what the worker does of itself: let rows leave scopes that time takes them out of; build blocks."""
    left = retention.leave_scopes()
    built = blocks.rebuild_all() + blocks.renew_older_than(clock_state().v)
    click.echo(f"{left} rows looked at for leaving a scope, {built} blocks built.")


@click.command("sealing-key")
def sealing_key_command() -> None:
    """Print a fresh key for DANGOL_SEALING_KEY: what locked and wiped tablets hold is sealed for it.

    To change keys, put the fresh one before the old one, separated by a comma, and drop the old one once every tablet
    has called since.
    """
    click.echo(sealing.fresh())
