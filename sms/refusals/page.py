"""`/o/CODE`: the page by which anybody refuses, without signing in and without scripts.

Looking at it changes nothing: phones and messengers open links by themselves to show what is behind them.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, request, url_for

from backend.core.db import run_in_unit_of_work
from backend.core.errors import ValidationFailed
from backend.core.throttle import Throttle
from backend.organization import look_as_system
from sms.refusals import links, standing
from sms.refusals.page_words import LANGUAGES, WORDS

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from backend.organization import BusinessUnit
    from sms.refusals.models import RefusalLink

LARGEST: Final = 4 * 1024
_ASKED = Throttle(burst=30, per_second=1)
_LONGEST_AGENT: Final = 200
_ZONE: Final = ZoneInfo("Asia/Seoul")
_NETWORK: Final = {4: 24, 6: 48}
"""How much of an internet address is kept as evidence: enough for a provider and a region, not for a household."""

blueprint = Blueprint("refusal_page", __name__, template_folder="templates")


@blueprint.get(f"{links.PATH}<code>")
def show(code: str) -> Response:
    """Show what stands, and the one button."""
    _ASKED.ask(request.remote_addr or "")
    look_as_system()
    link = links.find(code)
    language = _language(link)
    if link is None:
        return _answer("refusals/unknown.html", language, status=404)
    stands = standing.standing(link)
    since = stands.since.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M") if stands.since else None
    return _answer(
        "refusals/page.html",
        language,
        code=code,
        sender=_name(link.sender, language),
        stands=stands,
        since=since,
        known=link.customer_id is not None,
        said=request.args.get("said"),
    )


@blueprint.post(f"{links.PATH}<code>")
def say(code: str) -> AnyResponse:
    """Do what the button says, at once, and show what stands then."""
    _ASKED.ask(request.remote_addr or "")
    look_as_system()
    request.max_content_length = LARGEST
    action = request.form.get("action", "")
    link = links.find(code)
    language = _language(link)
    if link is None:
        return _answer("refusals/unknown.html", language, status=404)
    if action not in standing.ACTIONS:
        raise ValidationFailed({"action": ["This is none of the buttons."]})
    evidence = {"seen_from": _network(request.remote_addr), "agent": request.user_agent.string[:_LONGEST_AGENT]}

    def work() -> None:
        found = links.find(code)
        if found is not None:
            standing.ACTIONS[action](found, evidence)

    run_in_unit_of_work(work)
    answer = redirect(url_for(".show", code=code, lang=language, said=action), code=303)
    _keep_to_oneself(answer)
    return answer


def _answer(template: str, language: str, *, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
    html = render_template(
        template, words=WORDS[language], language=language, languages=LANGUAGES, style=_style(), **values
    )
    answer = Response(html, status=status)
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src '{_style_hash()}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    _keep_to_oneself(answer)
    return answer


def _keep_to_oneself(answer: AnyResponse) -> None:
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cache-Control"] = "no-store"


def _language(link: RefusalLink | None) -> str:
    """What was chosen, else hers, else the text's, else the browser's; Korean."""
    hers = (link.customer.language if link.customer else None) or link.language if link else None
    for wish in (request.args.get("lang"), hers):
        if wish in LANGUAGES:
            return wish
    return request.accept_languages.best_match(list(LANGUAGES), "ko") or "ko"


def _name(unit: BusinessUnit, language: str) -> str:
    own = unit.sender_name or unit.name
    return own if language == "ko" else unit.name_latin or own


def _network(address: str | None) -> str | None:
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    return str(ipaddress.ip_network((found, _NETWORK[found.version]), strict=False))


@lru_cache(maxsize=1)
def _style() -> str:
    return (Path(__file__).with_name("templates") / "refusals" / "page.css").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _style_hash() -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
