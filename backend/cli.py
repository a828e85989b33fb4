"""The command line `dangol`. Features add their commands to `app.cli`; this file runs them and speaks of errors."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
from flask.cli import FlaskGroup
from flask_migrate import upgrade
from werkzeug.utils import import_string

from backend.backups import backup_command, restore_command
from backend.core import events
from backend.core.db import run_in_unit_of_work
from backend.core.errors import DangolError, SettingsError
from backend.serving import serve_command, worker_command
from backend.settings import ROOT, current_settings
from backend.sync import clock

if TYPE_CHECKING:
    from flask import Flask

_USAGE = 2


def _load() -> Flask:
    # By name: the composition root imports the packages, not the other way round.
    sys.path.insert(0, str(ROOT))
    app: Flask = import_string("wsgi:app")
    return app


class _Group(FlaskGroup):
    """Flask's group with our app and without the options that would load another."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - click's options
        super().__init__(create_app=_load, add_default_commands=False, add_version_option=False, **options)
        self.params = []

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in super().list_commands(ctx) if name != "limiter"]


@click.group(cls=_Group)
def dangol() -> None:
    """Dangol: find the customer, sell offline, sync once, text what is lawful and wanted.

    Settings come from DANGOL_* variables (README, Settings).
    """


@dangol.command("init")
def init_command() -> None:
    """Create the database, or bring it up to date."""
    settings = current_settings()
    if settings.is_sqlite:
        path = settings.database_url.partition(":///")[2]
        if path:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
    upgrade(revision="heads")
    run_in_unit_of_work(prepare_rows)
    click.echo("The database is ready.")


def prepare_rows() -> None:
    """Add the rows without which a database cannot be used, within a unit of work."""
    clock.ensure_clock()
    events.publish(events.DatabasePrepared())


dangol.add_command(serve_command)
dangol.add_command(worker_command)
dangol.add_command(backup_command)
dangol.add_command(restore_command)


def main() -> None:
    """Run `dangol`; exit 0 when done, 1 when it could not be done, 2 when the words or settings are off."""
    try:
        dangol.main(prog_name="dangol", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except SettingsError as error:
        click.echo(f"dangol: {error.detail}", err=True)
        sys.exit(_USAGE)
    except DangolError as error:
        click.echo(f"dangol: {error.detail}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
