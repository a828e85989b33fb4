"""What tablets hold of grades: what they are called, which comes before which, which wears the golden mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.loyalty.grades.models import Grade
from backend.sync import Collection, register_collection, track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from sqlalchemy.orm import Session

_FIELDS = ("id", "code", "name", "name_latin", "rank", "top")


def load(session: Session, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """The grades with these ids, ordered by id."""
    query = select(*(getattr(Grade, name) for name in _FIELDS)).where(Grade.id.in_(ids))
    return [tuple(row) for row in session.execute(query.order_by(Grade.id))]


GRADES = Collection(name="grades", fields=_FIELDS, load=load, personal=False)


def init_app(app: Flask) -> None:
    """Register the collection `grades`."""
    register_collection(app, GRADES)
    track(app, Grade, GRADES.name, lambda grade: grade.id)
