"""What tablets hold of pairings: all of them, whatever the store; they name nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from backend.insight.offers.models import ProductPairing
from backend.sync import Collection, register_collection, track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from sqlalchemy.orm import Session

COLLECTION: Final = "pairings"


def load(session: Session, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows with these ids, ordered by id. One statement by primary key."""
    query = select(ProductPairing.id, ProductPairing.key, ProductPairing.partners).where(ProductPairing.id.in_(ids))
    return [tuple(row) for row in session.execute(query.order_by(ProductPairing.id))]


PAIRINGS = Collection(name=COLLECTION, fields=("id", "key", "partners"), load=load, personal=False)


def init_app(app: Flask) -> None:
    """Register the collection `pairings`."""
    register_collection(app, PAIRINGS)
    track(app, ProductPairing, COLLECTION, lambda pairing: pairing.id)
