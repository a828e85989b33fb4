"""What is erased with a customer at the desk of imports: every file, and what problems may quote of her."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update

from backend.core.db import db, table_of
from backend.customers import Customer
from backend.unify.desk import uploads
from backend.unify.models import ImportProblem

if TYPE_CHECKING:
    from backend.customers import CustomerErased

_QUOTED = 30
_WRITTEN = (Customer.name, Customer.name_latin, Customer.name_han, Customer.email)


def erase(event: CustomerErased) -> None:
    """Delete the files that wait, and take what is hers out of the problems of all runs."""
    uploads.remove_all()
    row = db.session.execute(select(*_WRITTEN).where(Customer.id == event.customer_id)).one()
    hers = [text[:_QUOTED] for text in (*row, *event.phones, *event.cards) if text]
    hers += ["0" + phone.removeprefix("+82") for phone in event.phones if phone.startswith("+82")]
    problem = table_of(ImportProblem)
    quoted = or_(*(problem.c.detail.contains(text, autoescape=True) for text in hers))
    db.session.execute(update(problem).where(problem.c.detail != "", quoted).values(detail="“…”"))
