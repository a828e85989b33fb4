"""`dangol simulator …`: what the simulator is to do wrong, and what it accepted. Demo mode only."""

from __future__ import annotations

import json
import sys
from typing import TextIO

import click

from sms.simulator import script
from sms.simulator.api import ledger


@click.group("simulator")
def simulator_group() -> None:
    """Tell the stand-in for Twilio what to do wrong."""


@simulator_group.command("script")
@click.argument("file", type=click.File(encoding="utf-8"), required=False)
def follow_script(file: TextIO | None) -> None:
    """Follow the script in FILE (JSON; - reads standard input); without FILE, print the one in force."""
    books = ledger()
    click.echo(script.to_text(books.keep_script(file.read()) if file else books.script()))


@simulator_group.command("acceptances")
def show_acceptances() -> None:
    """Print as JSON what was accepted; exit with 3 when a text was accepted twice for one number."""
    found = ledger().acceptances()
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    sys.exit(3 if found["twice"] else 0)
