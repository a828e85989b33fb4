"""The OpenAPI document: generated from the routes, kept in `backend/openapi.json`, readable at `/api/docs`.

The page is Swagger UI as its npm package ships it; the PWA's build copies it beside the app.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click
from flask import Response, redirect, send_from_directory

from backend.core.errors import NotFound
from backend.core.http import openapi_document
from backend.settings import ROOT

if TYPE_CHECKING:
    from flask import Flask

DOCUMENT = ROOT / "backend" / "openapi.json"
_PAGE = ROOT / "pwa" / "dist" / "api-docs"
# Swagger UI writes style attributes; scripts stay as strict as everywhere.
_CSP = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'"


def init_app(app: Flask) -> None:
    """Register `dangol openapi` and serve `/api/docs`."""
    app.cli.add_command(openapi_command)
    app.add_url_rule("/api/docs", "api_docs", lambda: redirect("/api/docs/"))
    app.add_url_rule("/api/docs/", "api_docs_page", docs)
    app.add_url_rule("/api/docs/<name>", "api_docs_file", docs)


def docs(name: str = "index.html") -> Response:
    """The page that shows the document, and its files."""
    if not (_PAGE / name).is_file():
        raise NotFound
    response = send_from_directory(_PAGE, name)
    response.headers["Content-Security-Policy"] = _CSP
    response.headers["Cache-Control"] = "no-cache"
    return response


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
