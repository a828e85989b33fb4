"""The demo's data for the pictures: `python -m tests.e2e.demo MEMBERS` makes and fills a database; prints a token."""

from __future__ import annotations

import secrets
import sys

from sqlalchemy import select

from backend.cli import dangol
from backend.core.db import db, run_in_unit_of_work
from backend.organization import Staff
from backend.sync import blocks
from tests import factories


def main(members: str) -> None:
    """Make the database, fill it and build its blocks."""
    from wsgi import app  # noqa: PLC0415 - reads the environment, which is for a program only

    token = secrets.token_urlsafe(32)
    dangol.main(["init"], standalone_mode=False)
    dangol.main(["demo", "--members", members], standalone_mode=False)

    def enrol() -> None:
        admin = db.session.scalars(select(Staff).where(Staff.login == "admin")).one()
        seller = db.session.scalars(select(Staff).where(Staff.login == "associate")).one()
        factories.device(token, store=seller.store, staff=admin)

    with app.app_context():
        run_in_unit_of_work(enrol)
        blocks.rebuild_all()
    print(token)  # noqa: T201 - a program's answer


if __name__ == "__main__":
    main(sys.argv[1])
