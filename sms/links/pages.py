"""`/l/CODE`: to where a link leads. No sign-in, no cookie, no script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, render_template, request

from backend.core import clock
from backend.core.db import run_in_unit_of_work
from backend.core.throttle import Throttle
from sms.links import service
from sms.links.agents import device_of, kind_of

if TYPE_CHECKING:
    from sms.links.models import ShortLink

ASKING: Final = Throttle(burst=60, per_second=1)
"""A person opens a handful; who tries codes is slowed down."""

_LANGUAGES: Final = ("ko", "en")
_WORDS: Final = {
    "ko": {
        "title": "링크가 더 이상 열리지 않습니다",
        "text": "문자에 담긴 링크는 90일 동안 열립니다. 새로운 소식은 매장에 문의해 주세요.",
    },
    "en": {
        "title": "This link no longer opens",
        "text": "Links in our texts open for 90 days. Please ask at the store for what is new.",
    },
}

blueprint = Blueprint("sms_links", __name__, template_folder="templates")


@blueprint.get("/l/<code>")
def open_link(code: str) -> Response:
    """Lead on; programs that look ahead are led on as well, and not counted."""
    ASKING.ask(request.remote_addr or "")
    found = service.link(code) if len(code) <= 12 else None  # noqa: PLR2004 - as long as the column
    if found is None or found.expires_at <= clock.now():
        return _private(_gone())
    _count(found)
    return _private(Response(status=302, headers={"Location": found.target}))


def _count(found: ShortLink) -> None:
    kind = kind_of(request.method, dict(request.headers), seconds_old=service.age_of(found))
    device = device_of(request.headers.get("User-Agent", ""))
    run_in_unit_of_work(lambda: service.note(found, kind, device), synced=False)


def _gone() -> Response:
    language = request.accept_languages.best_match(_LANGUAGES, "ko") or "ko"
    return Response(render_template("sms_link_gone.html", language=language, words=_WORDS[language]), status=410)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
