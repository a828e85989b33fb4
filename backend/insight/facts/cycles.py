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
_DIFFERENT = (
    select(_shown.customer_id, _own.cycle_twice)
    .select_from(_SHOWN.join(table_of(MemberFacts), _own.customer_id == _shown.customer_id, isouter=True))
    .where(one_of(_shown.customer_id, "ids"), (_own.cycle_twice / 2.0).is_distinct_from(_shown.cycle_days))
)
_AT_ONCE = 5_000


def tell_cycles(ids: Sequence[str]) -> None:
    """Have the tablets' copy of these customers say the cycle that their facts say, where it does not."""
    for some in parts(ids, _AT_ONCE):
        rows = db.session.execute(_DIFFERENT, {"ids": list(some)}).all()
        if not rows:
            continue
        mark_changed(COLLECTION, [row.customer_id for row in rows])
        values = [
            {"customer_id": row.customer_id, "cycle_days": None if row.cycle_twice is None else row.cycle_twice / 2}
            for row in rows
        ]
        update_rows(_SHOWN, values, by=("customer_id",))
