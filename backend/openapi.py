"""The OpenAPI document: generated from the routes, kept in `backend/openapi.json`, readable at `/api/docs`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from backend.core.http import openapi_document
from backend.settings import ROOT

if TYPE_CHECKING:
    from flask import Flask

DOCUMENT = ROOT / "backend" / "openapi.json"


def init_app(app: Flask) -> None:
    """Register `dangol openapi`."""
    app.cli.add_command(openapi_command)


@click.command("openapi")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when backend/openapi.json is not current.")
def openapi_command(*, check: bool) -> None:
    """Write backend/openapi.json from the routes."""
    text = json.dumps(openapi_document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    current = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    if check:
        if text != current:
            click.echo("backend/openapi.json is not current: run `dangol openapi` and `npm run api` in pwa.", err=True)
            sys.exit(1)
        click.echo("backend/openapi.json is current.")
        return
    DOCUMENT.write_text(text, encoding="utf-8")
    click.echo(f"{DOCUMENT.relative_to(ROOT)} written.")
