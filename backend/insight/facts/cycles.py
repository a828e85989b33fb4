"""The cycle that tablets show: exactly that of the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core.bulk import update_rows
from backend.core.db import db, parts, table_of
from backend.core.one_of import one_of
from backend.customers import COLLECTION, CustomerFacts
from backend.insight.facts.models import MemberFacts
from backend.sync import mark_changed

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN = table_of(CustomerFacts)
_own, _shown = table_of(MemberFacts).c, _SHOWN.c
# Each by its own key: joined, PostgreSQL would plan by how many rows it believes a table that was just filled to have.
_CYCLES = select(_own.customer_id, _own.cycle_twice).where(one_of(_own.customer_id, "ids"))
_TOLD = select(_shown.customer_id, _shown.cycle_days).where(one_of(_shown.customer_id, "ids"))
_AT_ONCE = 5_000


def tell_cycles(ids: Sequence[str]) -> None:
    """Have the tablets' copy of these customers say the cycle that their facts say, where it does not."""
    for some in parts(ids, _AT_ONCE):
        asked = {"ids": list(some)}
        twice: dict[str, int | None] = {row[0]: row[1] for row in db.session.execute(_CYCLES, asked)}
        cycles = {customer_id: None if each is None else each / 2 for customer_id, each in twice.items()}
        told = db.session.execute(_TOLD, asked).all()
        wrong = [customer_id for customer_id, days in told if days != cycles.get(customer_id)]
        if wrong:
            mark_changed(COLLECTION, wrong)
            rows = [{"customer_id": customer_id, "cycle_days": cycles.get(customer_id)} for customer_id in wrong]
            update_rows(_SHOWN, rows, by=("customer_id",))
