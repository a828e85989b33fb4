"""Sign-in: passwords are argon2id hashes, made and checked by Flask-Security's context."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, cast

import structlog
from flask import current_app
from sqlalchemy import select

from backend.core import audit
from backend.core.db import db
from backend.core.errors import WrongCredentials
from backend.organization import rules
from backend.organization.models import Staff

if TYPE_CHECKING:
    from passlib.context import CryptContext

_log = structlog.get_logger(__name__)
_DUMMY = "dangol.dummy_password_hash"


def hash_password(password: str) -> str:
    """The argon2id hash of a password, ready to store. Takes tens of milliseconds on purpose: keep it out of locks."""
    return cast("str", _context().hash(rules.normal_password(password)))


def check_password(login: str, password: str) -> Staff:
    """The active staff member whom this login and password belong to.

    Raises `WrongCredentials`, after the same time whether the login is known or not: an answer tells no logins.
    """
    login = rules.normal_login(login)
    person = db.session.scalars(select(Staff).where(Staff.login == login)).one_or_none()
    # What is no hash (somebody who is not to sign in) is compared with the hash that nobody's password has.
    dummy = _dummy_hash()
    known = person is not None and _context().identify(person.password) is not None
    stored = person.password if person is not None and known else dummy
    # Longer ones cannot have been set; hashing them would be work for whoever asks.
    fits = len(password) <= rules.PASSWORD_LENGTH_MAX and _context().verify(rules.normal_password(password), stored)
    if person is None or not (known and fits and person.active):
        _log.warning("sign_in_refused", login=login[:60])
        raise WrongCredentials
    return person


def record_sign_in(person: Staff, password: str) -> None:
    """Write, in the open unit of work, that a person signed in; renew a hash that was made with older parameters."""
    if _context().needs_update(person.password):
        person.password = hash_password(password)
    audit.record(audit.Actor(staff_id=person.id), "session.open", subject_kind="staff", subject_id=person.id)


def _context() -> CryptContext:
    return cast("CryptContext", current_app.extensions["security"].pwd_context)


def _dummy_hash() -> str:
    extensions = current_app.extensions
    if _DUMMY not in extensions:
        extensions[_DUMMY] = hash_password(secrets.token_urlsafe(32))
    return cast("str", extensions[_DUMMY])
