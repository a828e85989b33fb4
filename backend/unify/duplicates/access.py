"""The door to pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.customers import Customer
from backend.unify.duplicates.models import DuplicatePair
from backend.unify.duplicates.settings import automatic_threshold
from backend.unify.duplicates.weights import HIGHEST_AUTOMATIC, LOWEST_AUTOMATIC, REVIEW

if TYPE_CHECKING:
    from sqlalchemy import Select

_BOTH = tuple(
    joinedload(side).options(joinedload(Customer.home_store), selectinload(Customer.cards))
    for side in (DuplicatePair.first, DuplicatePair.second)
)


def queue() -> Select[DuplicatePair]:
    """The pairs that wait for a decision; by score and id they stand in ix_duplicate_pair_queue."""
    return select(DuplicatePair).where(DuplicatePair.decision.is_(None)).options(*_BOTH)


def pair(pair_id: str) -> DuplicatePair:
    """A pair with its members. Raises `NotFound`."""
    query = select(DuplicatePair).where(DuplicatePair.id == pair_id).options(*_BOTH)
    found = db.session.scalars(query).one_or_none() if is_id(pair_id) else None
    if found is None:
        raise NotFound
    return found


def thresholds() -> dict[str, int]:
    """The thresholds, and between what the automatic one may be set."""
    return {
        "automatic_threshold": automatic_threshold(),
        "review_threshold": REVIEW,
        "lowest_automatic": LOWEST_AUTOMATIC,
        "highest_automatic": HIGHEST_AUTOMATIC,
    }
