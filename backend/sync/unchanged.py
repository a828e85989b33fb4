"""The pull that finds nothing new: the most frequent call by far, answered before Flask begins its work.

One statement looks up the tablet and the clock. When the tablet may read, and its cursor stands where the clock stands,
there is nothing else to say. Whatever is not exactly so (a browser with its session, another schema, a strange cursor,
somebody unknown, withdrawn or asking too often, a database that is away) takes the way of every request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson
from sqlalchemy import literal_column
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import Headers

from backend.core import clock as wall
from backend.core import http
from backend.core.bulk import compiled
from backend.core.db import db, table_of
from backend.core.errors import ValidationFailed
from backend.settings import current_settings
from backend.sync import cursor as cursors
from backend.sync import pull, registry, routes
from backend.sync.models import SyncClock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

_PATH = "/api/v1/sync/pull"
_BEARER = "Bearer "
_clock = table_of(SyncClock).c


def init_app(app: Flask) -> None:
    """Stand before the rest of `app`."""
    app.wsgi_app = _Shortcut(app, app.wsgi_app)  # type: ignore[method-assign]


class _Shortcut:
    def __init__(self, app: Flask, others: WSGIApplication) -> None:
        self._app, self._others = app, others
        self._asks: _Question | None = None
        with app.app_context():
            https = current_settings().behind_proxy > 0
        self._headers = {scheme: _headers(https=https or scheme == "https") for scheme in ("http", "https")}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or have the rest of the app answer."""
        body = self._body(environ) if environ.get("PATH_INFO") == _PATH else None
        if body is None:
            return self._others(environ, start_response)
        start_response("200 OK", [*self._headers[environ["wsgi.url_scheme"]], ("Content-Length", str(len(body)))])
        return [body]

    def _body(self, environ: WSGIEnvironment) -> bytes | None:
        token: str = environ.get("HTTP_AUTHORIZATION", "")
        cursor = _cursor(environ.get("QUERY_STRING", ""))
        known = environ["REQUEST_METHOD"] == "GET" and token.startswith(_BEARER) and "HTTP_DANGOL_SCHEMA" not in environ
        if not known or cursor is None:
            return None
        found = self._look_up(token.removeprefix(_BEARER))
        if found is None:
            return None
        device_id, scope, v, epoch, kept_from = found
        if (cursor.epoch, cursor.v, cursor.scope) != (epoch, v, scope) or max(cursor.v, cursor.since) < kept_from:
            return None
        if self._app.config.get("RATELIMIT_ENABLED", True) and routes.CALLS.take(str(device_id)):
            return None
        page = {"changes": [], "cursor": str(cursor), "more": False, "server_time": wall.rfc3339(wall.now())}
        return orjson.dumps(page)

    def _look_up(self, token: str) -> Any:  # noqa: ANN401 - a row of the driver's
        """(device id, scope, v, epoch, kept_from), or None."""
        if self._asks is None:
            self._asks = _Question(self._app)
        return self._asks.answer(token)


class _Question:
    """The one statement, in the words of the app's database; made when every feature has registered."""

    def __init__(self, app: Flask) -> None:
        door = registry.of(app).door
        assert door is not None, "somebody knows the tablets"  # noqa: S101 - for the type checker
        with app.app_context():
            self._engine = db.engine
        self._parameters = door.parameters
        query = door.query.add_columns(_clock.v, _clock.epoch, _clock.kept_from).where(_clock.id == literal_column("1"))
        self._text, self._prepare = compiled(query, self._engine.dialect, tuple(door.parameters("")))

    def answer(self, token: str) -> Any:  # noqa: ANN401 - a row of the driver's
        """The row for this token; None without one, and when the database does not answer."""
        try:
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(self._text, self._prepare(self._parameters(token)))
                return cursor.fetchone()
            finally:
                connection.close()
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error):
            return None


def _cursor(query: str) -> cursors.Cursor | None:
    """The cursor of a query that is as a tablet sends it, when all of its `v` has been read in the present schema."""
    given = dict(parse_qsl(query))
    limit = given.pop("limit", "1")
    if given.keys() != {"cursor"} or not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= pull.MAX_LIMIT):
        return None
    try:
        cursor = cursors.parse(given["cursor"])
    except ValidationFailed:
        return None
    return cursor if cursor.collection == cursors.END and cursor.schema == registry.SCHEMA else None


def _headers(*, https: bool) -> list[tuple[str, str]]:
    headers = Headers({"Content-Type": "application/json"})
    http.secure(headers, path=_PATH, https=https)
    return list(headers.items())
