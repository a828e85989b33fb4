"""The command `dangol demo`."""

from __future__ import annotations

import os
from dataclasses import asdict

import click
import orjson
from flask.cli import with_appcontext

from backend.core.errors import DangolError
from backend.demo.load import load_demo
from backend.unify import Progress


@click.command("demo")
@click.option(
    "--members", type=click.IntRange(1, 1_000_000), default=3_000, show_default=True, help="How many members."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed on the same day: the same demo.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object, without progress.")
@with_appcontext
def demo_command(*, members: int, seed: int, as_json: bool) -> None:
    """Fill the database with invented shops, staff, articles, members and two years of their purchases.

    Needs demo mode. Where a demo is already, nothing is done.

    Exit codes: 0 the demo is there; 1 it could not be made; 2 wrong usage.
    """
    # Before numpy is loaded: the matrices of the forecasts are small, and threads would wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    progress = Progress("demo", shown=not as_json)
    try:
        figures = load_demo(members, seed=seed, progress=progress)
    except DangolError as error:
        raise click.ClickException(error.detail) from error
    finally:
        progress.done()
    if as_json:
        click.echo(orjson.dumps(asdict(figures)))
        return
    what = "The demo is ready" if figures.created else "A demo is there already; nothing was done"
    click.echo(
        f"{what}: {figures.stores:,} stores, {figures.products:,} articles, {figures.members:,} members,"
        f" {figures.sales:,} sales with {figures.lines:,} lines."
    )
