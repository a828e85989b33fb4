"""`dangol keys …`: the keys that personal identifiers are encrypted with."""

from __future__ import annotations

import json
import sys

import click
from flask.cli import with_appcontext

from backend.core import clock, crypto
from backend.customers.identity import rotation
from backend.customers.identity.service import ring


@click.group("keys")
def keys_group() -> None:
    """Look after the keys that passports are encrypted with (DANGOL_DATA_KEYS)."""


@keys_group.command("new")
@click.option("--id", "key_id", default=None, help="What the key is called; the month unless given.")
def new_command(key_id: str | None) -> None:
    """Print a fresh key for DANGOL_DATA_KEYS. Put it in front of the others, start again, then rotate."""
    click.echo(crypto.new_key(key_id or f"{clock.now():%Y-%m}"))


@keys_group.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def status_command(*, as_json: bool) -> None:
    """Say which key holds how much, and which may be taken out of the settings."""
    rows, known = rotation.rows_by_key(), [key.id for key in ring().keys]
    missing = sorted(set(rows) - set(known))
    removable = [key_id for key_id in known[1:] if not rows.get(key_id)]
    if as_json:
        found = {"current": known[0], "rows": {key: rows.get(key, 0) for key in [*known, *missing]}}
        click.echo(json.dumps(found | {"removable": removable, "missing": missing}))
    else:
        for key_id in known:
            says = "encrypts" if key_id == known[0] else "may be taken out" if key_id in removable else "still needed"
            click.echo(f"{key_id}: {rows.get(key_id, 0):,} rows, {says}")
        for key_id in missing:
            click.echo(f"{key_id}: {rows[key_id]:,} rows, MISSING in the settings: put it back, behind the others.")
        if removable:
            click.echo("Backups made before a rotation need the old key: keep it where they are.")
    sys.exit(1 if missing else 0)


@keys_group.command("rotate")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, without progress.")
@with_appcontext
def rotate_command(*, as_json: bool) -> None:
    """Encrypt everything with the first key of the settings, while the server runs.

    It may be stopped and repeated at any time. Every server must know the new key before: put it into the settings,
    start them again, then rotate.
    """

    def progress(done: int, total: int) -> None:
        if not as_json:
            click.echo(f"\r{done:,} of {max(done, total):,} rows", nl=False, err=True)

    done = rotation.rotate(progress)
    left = [key.id for key in ring().keys[1:] if not rotation.rows_by_key().get(key.id)]
    if as_json:
        click.echo(json.dumps({"rows": done.rows, "unreadable": done.unreadable, "removable": left}))
    else:
        click.echo(f"\n{done.rows:,} rows are under the key {ring().current.id} now.")
        for key_id in left:
            click.echo(f"The key {key_id} may be taken out of DANGOL_DATA_KEYS. Backups made before still need it.")
        if done.unreadable:
            click.echo(f"{len(done.unreadable):,} rows cannot be opened with the keys of the settings.", err=True)
    sys.exit(1 if done.unreadable else 0)
