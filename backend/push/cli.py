"""Commands about pushes."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from backend.push import keys

push_group = AppGroup("push", help="Telling staff by push.")


@push_group.command("keys")
def print_keys() -> None:
    """Print a fresh key for DANGOL_PUSH_KEY, by which push services know this house.

    Browsers subscribe with it: after a change each subscribes anew when it is used next, and is told nothing before.
    """
    click.echo(keys.fresh())
