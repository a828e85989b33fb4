"""What follows for purchases when a business unit shares more or less: the facts that all tablets hold change."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select, update

from backend.core.db import db, parts, run_in_unit_of_work
from backend.organization import BusinessUnit, Store
from backend.sales.facts import refresh_purchase_facts
from backend.sales.models import Sale


def apply() -> None:
    """Work out the facts of everybody who bought at a unit with a new policy; a job of the worker.

    In parts, each committed by itself. Until the last one the unit stays marked: a killed run is done again and comes
    to the same. A policy that changes meanwhile is met by the next run.
    """
    changed = select(BusinessUnit.id, BusinessUnit.shares).where(BusinessUnit.shares != BusinessUnit.shares_applied)
    for unit_id, shares in db.session.execute(changed).all():
        bought = select(Sale.customer_id).join(Store, Store.id == Sale.store_id)
        hers = (Store.business_unit_id == unit_id, Sale.customer_id.is_not(None))
        ids = sorted(str(each) for each in db.session.scalars(bought.where(*hers).distinct()))
        db.session.rollback()
        for part in parts(ids):
            run_in_unit_of_work(partial(refresh_purchase_facts, part))
        done = update(BusinessUnit).where(BusinessUnit.id == unit_id).values(shares_applied=shares)
        run_in_unit_of_work(partial(db.session.execute, done))
