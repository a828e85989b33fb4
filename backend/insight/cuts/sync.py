"""What tablets hold of cut-points: how long similar members took, for who has no rhythm of her own yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.insight.cuts.models import SimilarCycle
from backend.sync import Collection, register_collection, track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from sqlalchemy.orm import Session

_COLUMNS = (
    SimilarCycle.id,
    SimilarCycle.unit,
    SimilarCycle.purchase_days,
    SimilarCycle.cycle_twice,
    SimilarCycle.members,
)


def load(session: Session, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """The cycles with these ids, ordered by id. One statement by primary key."""
    query = select(*_COLUMNS).where(SimilarCycle.id.in_(ids)).order_by(SimilarCycle.id)
    return [tuple(row) for row in session.execute(query)]


CYCLES = Collection(name="cycles", fields=tuple(column.key for column in _COLUMNS), load=load, personal=False)


def init_app(app: Flask) -> None:
    """Register the collection `cycles`."""
    register_collection(app, CYCLES)
    track(app, SimilarCycle, CYCLES.name, lambda cycle: cycle.id)
