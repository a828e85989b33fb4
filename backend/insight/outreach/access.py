"""Which outcomes a person may read: those of members whom she may know of, but for those that their unit keeps."""

from __future__ import annotations

from sqlalchemy import Select, not_, select

from backend.core.db import db
from backend.core.errors import NotFound
from backend.customers import Customer, visible
from backend.insight.outreach.models import Outreach
from backend.organization import Store, at_hidden, hidden_units


def of_customer(customer_id: str) -> Select[Outreach]:
    """What came of asking her, by ix_outreach_customer."""
    return _seen(select(Outreach).where(Outreach.customer_id == customer_id))


def of_store(code: str | None, *, own: str | None) -> Select[Outreach]:
    """The outcomes of a store, or of all (ix_outreach_store, ix_outreach_when).

    `own` is the only store that whoever asks may look at; None: any. Raises `NotFound` for another.
    """
    query = select(Outreach).join(Customer, Customer.id == Outreach.customer_id).where(visible())
    if code is None:
        return _seen(query if own is None else query.where(Outreach.store_id == own))
    store_id = db.session.scalars(select(Store.id).where(Store.code == code)).one_or_none()
    if store_id is None or own not in {None, store_id}:
        raise NotFound
    return _seen(query.where(Outreach.store_id == store_id))


def _seen(query: Select[Outreach]) -> Select[Outreach]:
    units = hidden_units()
    return query.where(not_(at_hidden(Outreach.store_id, units))) if units else query
