"""What grows old here: trips, once the flight has left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from backend.core.db import db
from backend.core.retention import Rule
from backend.customers.life.models import Trip

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select


def _trips(before: datetime) -> Select[Any, Any]:
    return select(Trip.id, Trip.departs_at).where(Trip.departs_at < before)


def _drop_trips(keys: Sequence[str]) -> None:
    db.session.execute(delete(Trip).where(Trip.id.in_(keys)), execution_options={"synchronize_session": False})


RULES = (Rule("trips", ("지난 여행", "Trips that are over"), _trips, _drop_trips),)
