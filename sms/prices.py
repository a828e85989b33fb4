"""What the house pays for a text, by way and country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import ValidationFailed
from sms.costs import UnitPrice
from sms.models import Price

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from backend.core.audit import Actor


def all_prices() -> list[UnitPrice]:
    """Return every price, by way and country."""
    query = select(Price.way, Price.country, Price.micros, Price.currency).order_by(Price.way, Price.country)
    return [UnitPrice(*row) for row in db.session.execute(query)]


def replace(items: Sequence[Mapping[str, Any]], *, acting_staff: Actor) -> list[UnitPrice]:
    """Write the whole table anew. Raises `ValidationFailed` when a way has two prices in a country."""
    keys = [(each["way"], each["country"]) for each in items]
    twice = [index for index, key in enumerate(keys) if key in keys[:index]]
    if twice:
        raise ValidationFailed({f"items.{index}.country": ["This way has a price there already."] for index in twice})
    before = [f"{each.way} {each.country} {each.micros} {each.currency}" for each in all_prices()]
    db.session.execute(delete(Price))
    db.session.add_all(Price(**each, updated_at=clock.now()) for each in items)
    db.session.flush()
    after = all_prices()
    audit.record(
        acting_staff,
        "sms.prices",
        subject_kind="sms_price",
        subject_id=None,
        detail={
            "before": before,
            "after": [f"{each.way} {each.country} {each.micros} {each.currency}" for each in after],
        },
    )
    return after
