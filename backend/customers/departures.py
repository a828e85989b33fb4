"""Who leaves a store's tablets because time passed, and who is too many for them.

A store's tablets hold its customers of the last 24 months: who bought there, and whose home store it is and whose card
was written since; the most recent first, up to a limit. A sale, or the store becoming her home, brings a customer back.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, and_, delete, exists, func, insert, or_, select, tuple_, union_all

from backend.core.db import db
from backend.customers.models import Customer, StoreActivity, StoreDeparture
from backend.organization import Store
from backend.settings import current_settings
from backend.sync import mark_changed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import CompoundSelect
    from sqlalchemy.orm import Session

_COLLECTION = "customers"
_ACTIVE_YEARS = 2
_AT_ONCE = 2_000


def departed(session: Session, now: datetime) -> set[str]:
    """Have some of those leave, or come back into room that there is, and say whose scopes changed; none when done."""
    since = active_since(now)
    changed = forget_old_activity(since) | _leave_home(since)
    if not changed:
        limit = current_settings().customers_per_store
        for store_id in session.execute(select(Store.id).order_by(Store.id)).scalars().all():
            changed |= _keep_to(limit, store_id, since)
    return changed


def active_since(now: datetime) -> date:
    """From which day on a purchase keeps a customer on a store's tablets."""
    today = now.astimezone(UTC).date()
    return today.replace(year=today.year - _ACTIVE_YEARS, day=min(today.day, 28))


def forget_old_activity(since: date) -> set[str]:
    """Forget some purchases at stores from before `since`; whose they were."""
    old = select(StoreActivity.customer_id, StoreActivity.store_id).where(StoreActivity.last_on < since)
    rows = db.session.execute(old.limit(_AT_ONCE)).all()
    if rows:
        mark_changed(_COLLECTION, [row.customer_id for row in rows])
        keys = tuple_(StoreActivity.customer_id, StoreActivity.store_id).in_([tuple(row) for row in rows])
        db.session.execute(delete(StoreActivity).where(keys))
    return {row.customer_id for row in rows}


def _leave_home(since: date) -> set[str]:
    """Have some leave their home store where they neither bought nor had their card written since."""
    begin = datetime.combine(since, time(), UTC)
    here = and_(StoreActivity.customer_id == Customer.id, StoreActivity.store_id == Customer.home_store_id)
    gone = and_(StoreDeparture.customer_id == Customer.id, StoreDeparture.store_id == Customer.home_store_id)
    query = (
        select(Customer.id, Customer.home_store_id, Customer.updated_at)
        .where(Customer.home_store_id.is_not(None), Customer.updated_at < begin)
        .where(~exists().where(here), ~exists().where(gone))
    )
    rows = db.session.execute(query.limit(_AT_ONCE)).all()
    return _depart([(customer_id, str(store_id), updated.date()) for customer_id, store_id, updated in rows])


def _keep_to(limit: int, store_id: str, since: date) -> set[str]:
    """Have a store's least recent customers beyond `limit` leave, or the most recent who left come back into room."""
    held = _held(store_id).subquery()
    count = db.session.execute(select(func.count()).select_from(held)).scalar_one()
    if count > limit:
        newest_first = select(held.c.customer_id, held.c.last_on).order_by(held.c.last_on.desc(), held.c.customer_id)
        rows = db.session.execute(newest_first.offset(limit).limit(_AT_ONCE)).all()
        return _depart([(customer_id, store_id, last_on) for customer_id, last_on in rows])
    return come_back(_waiting(store_id, since, room=min(limit - count, _AT_ONCE)), store_id)


def _held(store_id: str) -> CompoundSelect[Any]:
    """(customer_id, last_on) of everybody whom the store's tablets hold, as `copy.scopes` has it."""
    same = and_(StoreDeparture.customer_id == StoreActivity.customer_id, StoreDeparture.store_id == store_id)
    bought = select(StoreActivity.customer_id.label("customer_id"), StoreActivity.last_on.label("last_on")).where(
        StoreActivity.store_id == store_id, ~exists().where(same, StoreDeparture.last_on >= StoreActivity.last_on)
    )
    gone = and_(StoreDeparture.customer_id == Customer.id, StoreDeparture.store_id == store_id)
    here = and_(StoreActivity.customer_id == Customer.id, StoreActivity.store_id == store_id)
    at_home = select(Customer.id, func.date(Customer.updated_at, type_=Date)).where(
        Customer.home_store_id == store_id, ~exists().where(gone), ~exists().where(here)
    )
    return union_all(bought, at_home)


def _waiting(store_id: str, since: date, *, room: int) -> Sequence[str]:
    """The most recent of those who left for want of room and are still active."""
    if room <= 0:
        return []
    bought = and_(
        StoreActivity.customer_id == StoreDeparture.customer_id,
        StoreActivity.store_id == store_id,
        StoreActivity.last_on <= StoreDeparture.last_on,
    )
    at_home = and_(
        Customer.id == StoreDeparture.customer_id,
        Customer.home_store_id == store_id,
        Customer.updated_at >= datetime.combine(since, time(), UTC),
    )
    query = (
        select(StoreDeparture.customer_id)
        .where(StoreDeparture.store_id == store_id, StoreDeparture.last_on >= since)
        .where(or_(exists().where(bought), exists().where(at_home)))
        .order_by(StoreDeparture.last_on.desc(), StoreDeparture.customer_id)
    )
    return db.session.execute(query.limit(room)).scalars().all()


def _depart(rows: Sequence[tuple[str, str, date]]) -> set[str]:
    """Write that these (customer, store, last day) left."""
    ids = {customer_id for customer_id, _, _ in rows}
    if rows:
        mark_changed(_COLLECTION, ids)
        keys = tuple_(StoreDeparture.customer_id, StoreDeparture.store_id).in_([row[:2] for row in rows])
        db.session.execute(delete(StoreDeparture).where(keys))
        names = ("customer_id", "store_id", "last_on")
        db.session.execute(insert(StoreDeparture), [dict(zip(names, row, strict=True)) for row in rows])
    return ids


def come_back(customer_ids: Sequence[str], store_id: str) -> set[str]:
    """Take back that these customers left; also when the store becomes somebody's home."""
    if customer_ids:
        mark_changed(_COLLECTION, customer_ids)
        gone = and_(StoreDeparture.store_id == store_id, StoreDeparture.customer_id.in_(customer_ids))
        db.session.execute(delete(StoreDeparture).where(gone))
    return set(customer_ids)
