"""How often sign-in and enrolment may fail: tight, counted in memory of one process, on one machine.

Only refused attempts count, so a shop whose tablets share one address is not locked out by its own people.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from flask import current_app, request
from flask_limiter import Limiter

from backend.organization import rules
from backend.organization.errors import TooManyAttempts

if TYPE_CHECKING:
    from flask import Flask, Response
    from flask_limiter import RequestLimit

_PER_ADDRESS = "30 per minute; 200 per hour"
_PER_LOGIN = "10 per minute; 60 per hour"


def _address() -> str:
    return f"address:{request.remote_addr or 'unknown'}"


def _login() -> str:
    body: Any = request.get_json(silent=True)
    login = body.get("login") if isinstance(body, dict) else None
    return f"login:{rules.normal_login(login)[:60]}" if isinstance(login, str) else _address()


def _refused(response: Response) -> bool:
    return response.status_code in {401, 422}


def _breach(limit: RequestLimit) -> None:
    raise TooManyAttempts(retry_after=max(1, math.ceil(limit.reset_at - time.time())))


limiter = Limiter(key_func=_address, storage_uri="memory://", on_breach=_breach)

sign_in_by_address = limiter.limit(_PER_ADDRESS, key_func=_address, deduct_when=_refused)
sign_in_by_login = limiter.limit(_PER_LOGIN, key_func=_login, deduct_when=_refused)
enrol_by_address = limiter.limit(_PER_LOGIN, key_func=_address, deduct_when=_refused)


def init_limits(app: Flask) -> None:
    """Attach the limits to `app`; `app.config["RATELIMIT_ENABLED"] = False` switches them off (tests)."""
    app.config.setdefault("RATELIMIT_ENABLED", True)
    limiter.init_app(app)


@limiter.request_filter
def _switched_off() -> bool:
    return not current_app.config["RATELIMIT_ENABLED"]
