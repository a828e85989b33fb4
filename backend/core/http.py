"""The HTTP edge: problem documents, same-origin writes, security headers, keyset pages. One place each."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import flask_smorest
import marshmallow
import orjson
import structlog
from flask import Flask, Response, current_app, request
from flask.json.provider import JSONProvider
from marshmallow import fields, validate
from sqlalchemy import Integer, literal, tuple_
from sqlalchemy.exc import DBAPIError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.core.db import db, is_contention
from backend.core.errors import Busy, CrossSite, DangolError, ValidationFailed
from backend.core.ids import is_id
from backend.core.schemas import Identifier, Moment, Schema, Text, flatten
from backend.core.types import Id, UtcDateTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Request
    from sqlalchemy import Select
    from sqlalchemy.orm import InstrumentedAttribute
    from werkzeug.datastructures import Headers

T = TypeVar("T")
_log = structlog.get_logger(__name__)
_API = "dangol.api"
MAX_BODY = 8 * 1024 * 1024
_OPEN_FORMS = "dangol.open_forms"
_LARGEST_KEY = 2**31
_CSP = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
CLEAR_SITE_DATA = '"cache", "storage", "cookies"'
"""Tells a browser to forget everything that it keeps of this site."""


class ProblemSchema(Schema):
    """An error as RFC 9457 says; `code` is stable, `errors` names the fields."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class PageArgs(marshmallow.Schema):
    """Which page of a list: at most `limit` items after the one that `after` stands for."""

    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
    after = fields.String(load_default=None, validate=validate.Length(max=400))


class _JsonParser(FlaskParser):
    """Reads bodies; one that is nested past all sense is no JSON, instead of an error of ours."""

    def _raw_load_json(self, req: Request) -> Any:  # noqa: ANN401 - a JSON body is any value
        try:
            return super()._raw_load_json(req)
        except RecursionError as error:
            message = "nested too deeply"
            raise json.JSONDecodeError(message, "[", 0) from error


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc] # flask-smorest ships no types
    """A blueprint below /api/v1 whose documented errors are problem documents."""

    ARGUMENTS_PARSER = _JsonParser()

    def __init__(self, name: str, import_name: str, *, description: str) -> None:
        super().__init__(name, import_name, url_prefix="/api/v1", description=description)


class Api(flask_smorest.Api):  # type: ignore[misc] # flask-smorest ships no types
    """flask-smorest with our error document."""

    ERROR_SCHEMA = ProblemSchema

    def _register_responses(self) -> None:
        """Document errors under the media type they are sent with; what goes well stays application/json."""
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/problem+json"
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Problem document for what Werkzeug and webargs raise."""
        data = getattr(error, "data", None) or {}
        if "messages" in data:
            # webargs puts the place first: {"json": {"name": [...]}}.
            messages = {name: texts for place in data["messages"].values() for name, texts in _as_fields(place).items()}
            return problem(ValidationFailed(flatten(messages)))
        status = error.code or 500
        phrase = HTTPStatus(status).phrase
        response = problem_response(
            status, phrase.lower().replace(" ", "_").replace("-", "_"), error.description or phrase
        )
        retry_after = getattr(error, "retry_after", None)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            response.headers["Retry-After"] = str(retry_after or 30)
        if status == HTTPStatus.METHOD_NOT_ALLOWED and getattr(error, "valid_methods", None):
            response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
        return response


class _OrjsonProvider(JSONProvider):
    def dumps(self, obj: Any, **_options: Any) -> str:  # noqa: ANN401
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:  # noqa: ANN401
        return orjson.loads(s)


def init_app(app: Flask, *, version: str, proxies: int) -> None:
    """Give `app` its HTTP manners. `proxies` is how many proxies in front of it are trusted to name the client."""
    app.json = _OrjsonProvider(app)
    app.config.update(
        API_TITLE="Dangol",
        API_VERSION=version,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
        MAX_CONTENT_LENGTH=MAX_BODY,
    )
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    api = Api(app)
    api.register_field(Text, "string", None)
    api.register_field(Moment, "string", "date-time")
    api.register_field(Identifier, "string", "uuid")
    app.extensions[_API] = api
    app.register_error_handler(DangolError, problem)
    app.register_error_handler(DBAPIError, _database_problem)
    app.register_error_handler(Exception, _unexpected)
    app.before_request(_refuse_cross_site)
    app.before_request(_refuse_unstorable)
    app.after_request(_secure)


def register(app: Flask, blueprint: Blueprint) -> None:
    """Serve and document `blueprint`."""
    app.extensions[_API].register_blueprint(blueprint)


def open_form(app: Flask, endpoint: str) -> None:
    """Take forms for `endpoint` wherever a browser says that they come from.

    For pages that sign nobody in and whose secret is their own address: whoever could forge the form could as well open
    the page. Browsers that are told to send no referrer say `Origin: null` of the page's own form.
    """
    app.extensions.setdefault(_OPEN_FORMS, set()).add(endpoint)


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document of the running app."""
    document: dict[str, Any] = current_app.extensions[_API].spec.to_dict()
    return document


def problem(error: DangolError) -> Response:
    """The problem document of one of our errors."""
    extra = {key: value for key, value in error.data.items() if value is not None}
    if isinstance(error, ValidationFailed):
        extra["errors"] = error.fields
    response = problem_response(error.status, error.code, error.detail, extra)
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "2"
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(error.data["retry_after"])
    return response


def problem_response(status: int, code: str, detail: str, extra: dict[str, Any] | None = None) -> Response:
    """A response of type application/problem+json (RFC 9457)."""
    body = {"type": f"urn:dangol:{code}", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    body |= {"detail": detail} | (extra or {})
    return Response(orjson.dumps(body), status=status, content_type="application/problem+json")


def page(
    query: Select[T],
    *,
    keys: Sequence[InstrumentedAttribute[Any]],
    args: dict[str, Any],
    newest_first: bool = False,
) -> tuple[list[T], str | None]:
    """One page of `query` in the order of `keys` (unique together), and the `after` of the next page or None.

    The database seeks to the key; it never counts or skips rows. Raises `ValidationFailed` for a strange `after`.
    """
    if args["after"] is not None:
        row_key = tuple_(*keys)
        values = tuple_(
            *(literal(value, key.type) for value, key in zip(_unpack(args["after"], keys), keys, strict=True))
        )
        query = query.where(row_key < values if newest_first else row_key > values)
    order = [key.desc() if newest_first else key.asc() for key in keys]
    rows = list(db.session.execute(query.order_by(*order).limit(args["limit"] + 1)).unique().scalars())
    found = rows[: args["limit"]]
    if len(rows) <= args["limit"]:
        return found, None
    last = [getattr(found[-1], key.key) for key in keys]
    return found, base64.urlsafe_b64encode(orjson.dumps(last)).rstrip(b"=").decode()


def _unpack(after: str, keys: Sequence[InstrumentedAttribute[Any]]) -> list[Any]:
    try:
        values = orjson.loads(base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        values = None
    if not isinstance(values, list) or len(values) != len(keys) or not all(map(_is_key, values, keys)):
        raise ValidationFailed({"after": ["This is no page that the server gave."]})
    return [
        _moment(value) if isinstance(key.type, UtcDateTime) else value for value, key in zip(values, keys, strict=True)
    ]


def _moment(text: str) -> datetime | None:
    """An aware time as `page` wrote it; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _is_key(value: object, key: InstrumentedAttribute[Any]) -> bool:
    if isinstance(key.type, Integer):
        return type(value) is int and abs(value) < _LARGEST_KEY
    if isinstance(key.type, UtcDateTime):
        return isinstance(value, str) and _moment(value) is not None
    return is_id(value) if isinstance(key.type, Id) else isinstance(value, str) and "\x00" not in value


def _as_fields(place: Any) -> dict[str, Any]:  # noqa: ANN401 - webargs' messages
    return place if isinstance(place, dict) else {"body": place}


def _refuse_cross_site() -> None:
    """Stop what another site made a browser send. Clients that are no browsers send neither header."""
    if request.method in {"GET", "HEAD", "OPTIONS"} or request.endpoint in current_app.extensions.get(_OPEN_FORMS, ()):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise CrossSite
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise CrossSite


def _refuse_unstorable() -> None:
    """A NUL in an address can be no id, name or search that a database could hold."""
    if "\x00" in request.path or any("\x00" in value for value in request.args.values()):
        raise ValidationFailed({"address": ["This contains characters that cannot be stored."]})


def _secure(response: Response) -> Response:
    secure(response.headers, path=request.path, https=request.is_secure)
    return response


def secure(headers: Headers, *, path: str, https: bool) -> None:
    """Add what keeps browsers from doing harm with an answer."""
    headers.setdefault("Content-Security-Policy", _CSP)
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "same-origin")
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if path.startswith("/api/"):
        headers.setdefault("Cache-Control", "no-store")


def _database_problem(error: DBAPIError) -> Response:
    if is_contention(error):
        return problem(Busy())
    return _unexpected(error)


def _unexpected(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        handled: Response = current_app.extensions[_API].handle_http_exception(error)
        return handled
    _log.exception("unexpected_error", path=request.path, error=type(error).__name__)
    return problem(DangolError("Something went wrong on the server. Nothing was changed; try again."))
