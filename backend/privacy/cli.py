"""`dangol privacy …`."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from functools import partial

import click

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import run_in_unit_of_work
from backend.privacy import paper, proof, report, service
from backend.privacy.access_log import service as access_log
from backend.privacy.blocks import clean_blocks
from backend.privacy.retention.cli import retention_command

_TRIES = 20


@click.group("privacy")
def privacy_group() -> None:
    """Do what the law gives every person a right to."""


@privacy_group.command("erase")
@click.argument("customer_id")
@click.option("--yes", is_flag=True, help="Do not ask, even at a terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def erase_command(customer_id: str, *, yes: bool, as_json: bool) -> None:
    """Erase a customer for ever, everywhere: on the server at once, on tablets when they next connect.

    Sales stay, as to somebody unknown. A backup made before still holds her until it is restored or deleted.
    """
    if not yes and sys.stdin.isatty():
        click.confirm("This cannot be undone. Erase the customer?", abort=True, err=True)
    entry = run_in_unit_of_work(lambda: service.erase(customer_id, acting_staff=SYSTEM))
    at = clock.rfc3339(entry.erased_at)
    clean = _clean()
    if as_json:
        click.echo(json.dumps({"customer_id": customer_id, "erased_at": at, "blocks_clean": clean}))
        return
    click.echo(f"Erased {customer_id}.")
    if not clean:
        click.echo("A block is being built at this moment; the worker cleans what is left within a few minutes.")


@privacy_group.command("report")
@click.argument("customer_id")
@click.option("--reason", default="Asked for on the command line.", show_default=True, help="Why; kept in the log.")
@click.option("--language", type=click.Choice(paper.LANGUAGES), default="ko", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the page (HTML).")
def report_command(customer_id: str, *, reason: str, language: str, as_json: bool) -> None:
    """Print everything that is held about a customer, by id; that it was taken, and why, is recorded."""
    work = partial(report.make, customer_id, reason=reason, language=language, acting_staff=SYSTEM)
    made = run_in_unit_of_work(work)
    if as_json:
        at = clock.rfc3339(made.made_at)
        found = {"customer_id": made.customer_id, "made_at": at, "sections": made.sections}
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo(made.page)


@privacy_group.command("proof")
@click.argument("customer_id")
@click.option("--reason", default="Asked for on the command line.", show_default=True, help="Why; kept in the log.")
@click.option("--language", type=click.Choice(paper.LANGUAGES), default="ko", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of the page (HTML).")
@click.option("--check", "digest", help="Tell instead what a digest on a paper is of; exit 1 when it is in no ledger.")
def proof_command(customer_id: str, *, reason: str, language: str, as_json: bool, digest: str | None) -> None:
    """Print what proves what a customer agreed to, by id; that it was taken, and why, is recorded."""
    if digest is not None:
        found = run_in_unit_of_work(partial(proof.check, customer_id, digest, reason=reason, acting_staff=SYSTEM))
        click.echo(found or "Nothing in this customer's ledger has this digest.", err=found is None)
        sys.exit(0 if found else 1)
    work = partial(proof.make, customer_id, reason=reason, language=language, acting_staff=SYSTEM)
    made = run_in_unit_of_work(work)
    if as_json:
        at = clock.rfc3339(made.made_at)
        told = {"customer_id": made.customer_id, "made_at": at, "digest": made.digest, "entries": made.entries}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(made.page)


@privacy_group.command("verify")
@click.option(
    "--expect",
    "expected",
    multiple=True,
    metavar="NUMBER:CHAIN",
    help="A checkpoint that was noted elsewhere: the log must still lead to it. May be given often.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify_command(expected: tuple[str, ...], *, as_json: bool) -> None:
    """Verify that the log of who looked at whose data is as it was sealed.

    Prints the last checkpoint: noted outside this machine, it shows later whether the end of the log was cut off. The
    worker also logs each (`access_log_sealed`). Exits with 1 and says what is wrong when anything is.
    """
    found = access_log.verify(dict(map(_checkpoint, expected)))
    if as_json:
        click.echo(json.dumps(asdict(found)))
    else:
        click.echo(f"{found.entries:,} entries under {found.seals:,} seals; {found.unsealed:,} not sealed yet.")
        if found.checkpoint is not None:
            click.echo(f"Checkpoint {found.checkpoint}")
        for fault in found.faults:
            click.echo(fault, err=True)
    if found.faults:
        sys.exit(1)


privacy_group.add_command(retention_command)


def _checkpoint(text: str) -> tuple[int, str]:
    number, _, chain = text.partition(":")
    if not number.isdecimal() or not chain:
        message = f"{text} is no checkpoint: give NUMBER:CHAIN as `dangol privacy verify` prints it."
        raise click.BadParameter(message)
    return int(number), chain


def _clean() -> bool:
    """Wait a little for a builder or reader that is in the way."""
    for _ in range(_TRIES):
        if clean_blocks():
            return True
        time.sleep(0.5)
    return False
