"""Serving the built PWA: one page for every address of the app, hashed assets for ever."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

from flask import Response, request, send_from_directory

from backend.core.errors import NotFound
from backend.settings import ROOT

if TYPE_CHECKING:
    from flask import Flask

DIST = ROOT / "pwa" / "dist"
_YEAR = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    """Serve `/`, `/floor`, `/admin` and the files of the build."""
    mimetypes.add_type("application/manifest+json", ".webmanifest")
    for rule in ("/", "/floor", "/floor/<path:_rest>", "/admin", "/admin/<path:_rest>"):
        app.add_url_rule(rule, "pwa_page", page)
    app.add_url_rule("/assets/<path:name>", "pwa_asset", asset)
    app.add_url_rule("/<name>", "pwa_file", file)


def page(_rest: str = "") -> Response:
    """The app's page; its address is read by the app itself."""
    return _send("index.html", cache="no-cache")


def asset(name: str) -> Response:
    """A file whose name changes with its content."""
    return _send(f"assets/{name}", cache=_YEAR)


def file(name: str) -> Response:
    """The service worker, the manifest, icons: small files at the root that are asked for anew."""
    return _send(name, cache="no-cache")


def _send(name: str, *, cache: str) -> Response:
    """A file of the build, as its brotli twin when the client takes one."""
    path = DIST / name
    if not path.is_file():
        raise NotFound
    compressed = path.with_name(path.name + ".br")
    if request.accept_encodings["br"] > 0 and compressed.is_file():
        response = send_from_directory(DIST, f"{name}.br", mimetype=mimetypes.guess_type(name)[0])
        response.headers["Content-Encoding"] = "br"
    else:
        response = send_from_directory(DIST, name)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = cache
    return response
