"""What tablets hold of the programme: how many points they take alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.loyalty.programme.models import LoyaltyProgramme
from backend.sync import Collection, register_collection, track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from sqlalchemy.orm import Session

_FIELDS = ("id", "offline_per_sale", "offline_per_member", "offline_per_lease")


def load(session: Session, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """The one row, if it is asked for."""
    columns = [getattr(LoyaltyProgramme, name) for name in _FIELDS]
    return [tuple(row) for row in session.execute(select(*columns).where(LoyaltyProgramme.id.in_(ids)))]


PROGRAMME = Collection(name="programme", fields=_FIELDS, load=load, personal=False)


def init_app(app: Flask) -> None:
    """Register the collection `programme`."""
    register_collection(app, PROGRAMME)
    track(app, LoyaltyProgramme, PROGRAMME.name, lambda row: row.id)
