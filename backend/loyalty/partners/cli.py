"""`dangol partners …`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend.loyalty.partners import access, files, statements

if TYPE_CHECKING:
    from datetime import datetime

    from backend.loyalty.partners.files import Figures

_INCOMPLETE = 3
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)
_partner = click.option("--partner", "code", required=True, help="The partner's code.")
_result = click.option("--result", type=_NEW, help="Where to write what became of each line [FILE.result.csv].")
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would become of each line; change nothing.")


@click.group("partners")
def partners_group() -> None:
    """Exchange files with partners."""


@partners_group.command("transfers")
@click.argument("file", type=_FILE)
@_partner
@_result
@_dry_run
def transfers_command(file: Path, code: str, result: Path | None, *, dry_run: bool) -> None:
    """Take in points that a partner transferred: CSV with the columns reference, card, points and date.

    Each reference counts once, so that the same file may be given again, also after it was interrupted.

    Exit codes: 0 every line is in; 3 some were refused; 1 nothing could be done; 2 wrong usage.
    """
    target = result or file.with_name(f"{file.name}.result.csv")
    _tell(files.take_transfers(file, code, result=target, dry_run=dry_run), target, dry_run=dry_run)


@partners_group.command("cards")
@click.argument("file", type=_FILE)
@_partner
@_result
@_dry_run
def cards_command(file: Path, code: str, result: Path | None, *, dry_run: bool) -> None:
    """Tie a bank's cards to members: CSV with the columns token and card (a number that the member has already).

    A payment card's own number is refused and kept nowhere. Exit codes as for `transfers`.
    """
    target = result or file.with_name(f"{file.name}.result.csv")
    _tell(files.take_cards(file, code, result=target, dry_run=dry_run), target, dry_run=dry_run)


@partners_group.command("outgoing")
@_partner
@click.option("--to", "target", type=_NEW, required=True, help="The file to write.")
@click.option("--again", is_flag=True, help="Also what was written before and is not answered.")
def outgoing_command(code: str, target: Path, *, again: bool) -> None:
    """Write what goes to a partner: CSV with the columns reference, account, points and date."""
    count = files.write_outgoing(target, code, again=again)
    click.echo(f"{count:,} transfers.")


@partners_group.command("answers")
@click.argument("file", type=_FILE)
@_partner
@_result
@_dry_run
def answers_command(file: Path, code: str, result: Path | None, *, dry_run: bool) -> None:
    """Take in what a partner answers: CSV with the columns reference, outcome (done or refused) and reason.

    What it refuses goes back to the members. Exit codes as for `transfers`.
    """
    target = result or file.with_name(f"{file.name}.result.csv")
    _tell(files.take_answers(file, code, result=target, dry_run=dry_run), target, dry_run=dry_run)


@partners_group.command("statement")
@_partner
@click.option("--month", type=click.DateTime(["%Y-%m"]), required=True, help="Which month: 2026-11.")
@click.option("--to", "target", type=_NEW, help="The file to write, instead of the screen.")
def statement_command(code: str, month: datetime, target: Path | None) -> None:
    """Write what was exchanged with a partner in a month, and what is owed for it, as CSV."""
    text = statements.as_csv(statements.statement(access.partner(code), month.date()))
    if target is None:
        click.echo(text.removeprefix("\ufeff"), nl=False)
    else:
        target.write_text(text, encoding="utf-8", newline="")


def _tell(figures: Figures, target: Path, *, dry_run: bool) -> None:
    for outcome, count in sorted(figures.counts.items()):
        click.echo(f"{outcome}: {count:,}")
    if figures.points:
        click.echo(f"points: {figures.points:,}{' (nothing was changed)' if dry_run else ''}")
    click.echo(f"What became of each line is in {target.name}.")
    if figures.amiss:
        raise SystemExit(_INCOMPLETE)
