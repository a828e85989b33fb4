"""Opening, describing and ending the session of a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import session
from flask_security import login_user, logout_user

from backend.organization import access
from backend.settings import current_settings

if TYPE_CHECKING:
    from backend.organization.models import Staff


def begin(person: Staff) -> Staff:
    """Open a session for a person whose password was checked."""
    session.clear()
    login_user(person, remember=False)
    access.date_session()
    return person


def end() -> None:
    """End the session, if there is one."""
    logout_user()
    session.clear()


def describe(person: Staff) -> dict[str, Any]:
    """What the PWA keeps of a session: the person, the tablet that the browser is, whether this is a demo."""
    return {"staff": person, "tablet": access.current_device(), "demo": current_settings().demo}
