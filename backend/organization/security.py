"""Flask-Security, set up for our own JSON routes: it hashes, checks and holds the session; its pages stay off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask_security import Security, SQLAlchemyUserDatastore

from backend.core.db import db
from backend.organization.models import Role, Staff
from backend.settings import current_settings

if TYPE_CHECKING:
    from flask import Flask

SESSION_COOKIE = "dangol_session"


def init_security(app: Flask) -> None:
    """Attach sign-in to `app`. Its settings must be attached already.

    What `app.config` holds already stays: a test sets `SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS` for cheap hashes.
    """
    with app.app_context():
        settings = current_settings()
    app.config["SECRET_KEY"] = settings.secret_key
    for key, value in _config(session_hours=settings.session_hours, secure=not settings.demo).items():
        app.config.setdefault(key, value)
    # Flask's own defaults are present already, so these are set rather than defaulted.
    app.config["SESSION_COOKIE_NAME"] = SESSION_COOKIE
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    app.config["SESSION_COOKIE_SAMESITE"] = "Strict"
    app.config["SESSION_COOKIE_SECURE"] = not settings.demo
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(hours=settings.session_hours)
    Security(app, SQLAlchemyUserDatastore(db, Staff, Role), register_blueprint=False)
    # The desk signs in by its cookie alone. Nobody is given the tokens that Flask-Security would look for in each body.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined] # set by Flask-Login


def _config(*, session_hours: int, secure: bool) -> dict[str, object]:
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        # Argon2id is salted by itself; a second hash with a second secret would tie the passwords to this machine.
        "SECURITY_PASSWORD_SINGLE_HASH": {"argon2"},
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
            # OWASP's second recommendation for argon2id: 46 MiB are too many for a machine that serves many at once.
            "argon2__type": "ID",
            "argon2__memory_cost": 19_456,
            "argon2__time_cost": 2,
            "argon2__parallelism": 1,
        },
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [{"login": {"mapper": str}}],
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_FRESHNESS": timedelta(hours=session_hours),
        "SECURITY_CSRF_COOKIE": {"samesite": "Strict", "httponly": True, "secure": secure},
        "SECURITY_FLASH_MESSAGES": False,
    }
