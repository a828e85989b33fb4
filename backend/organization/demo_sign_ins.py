"""The sign-ins that a demo shows to everyone. Outside demo mode nobody has them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from backend.core.db import db
from backend.organization.models import Staff

DEMO_PASSWORD = "dangol-demo-1234"  # noqa: S105 - shown on the sign-in screen of a demo, which never leaves 127.0.0.1
# In the order in which the sign-in screen offers them. The demo gives each the role of its name.
DEMO_LOGINS = ("associate", "manager", "marketer", "admin")


@dataclass(frozen=True)
class DemoSignIn:
    """One sign-in of the demo; `store` is a store's code, with its names; None for head office."""

    login: str
    password: str
    name: str
    role: str
    store: str | None
    store_name: str | None
    store_name_latin: str | None


def demo_sign_ins() -> list[DemoSignIn]:
    """Those demo sign-ins that exist in this database."""
    found = {
        person.login: person
        for person in db.session.scalars(select(Staff).where(Staff.login.in_(DEMO_LOGINS), Staff.active))
    }
    return [_sign_in(found[login]) for login in DEMO_LOGINS if login in found]


def _sign_in(person: Staff) -> DemoSignIn:
    store = person.store
    return DemoSignIn(
        login=person.login,
        password=DEMO_PASSWORD,
        name=person.name,
        role=person.role,
        store=store.code if store else None,
        store_name=store.name if store else None,
        store_name_latin=store.name_latin if store else None,
    )
