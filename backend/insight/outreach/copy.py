"""The rows of a store's list as its tablets hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core.db import table_of
from backend.core.one_of import one_of
from backend.insight.outreach.lists import COLLECTION
from backend.insight.outreach.models import AtRisk
from backend.organization import Store
from backend.sync import Collection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

FIELDS = ("id", "store", "chance", "worth", "stake", "currency", "reasons", "may_call", "call_reason", "since")
_risk, _store = table_of(AtRisk).c, table_of(Store).c
_ROWS = (
    select(
        _risk.customer_id,
        _store.code,
        _risk.chance,
        _risk.worth,
        _risk.stake,
        _risk.currency,
        _risk.reasons,
        _risk.may_call,
        _risk.call_reason,
        _risk.since,
    )
    .join(Store, _store.id == _risk.store_id)
    .where(one_of(_risk.customer_id, "ids"))
    .order_by(_risk.customer_id)
)
_PLACES = (
    select(_risk.customer_id, _store.id, _store.business_unit_id)
    .join(Store, _store.id == _risk.store_id)
    .where(one_of(_risk.customer_id, "ids"))
)


def load(session: Session, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows of those of `ids` who are on a list, in the order of `FIELDS`, ordered by id."""
    return [(*row[:-1], row.since.isoformat()) for row in session.execute(_ROWS, {"ids": ids})]


def scopes(session: Session, ids: Sequence[str]) -> dict[str, set[str]]:
    """The one store that calls her, and its unit."""
    found: dict[str, set[str]] = {row_id: set() for row_id in ids}
    for customer_id, store_id, unit_id in session.execute(_PLACES, {"ids": ids}).all():
        found[customer_id] = {f"store:{store_id}", f"business_unit:{unit_id}"}
    return found


RISKS = Collection(name=COLLECTION, fields=FIELDS, load=load, personal=True, scopes=scopes)
