"""Who somebody is who was merged into somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core.db import db, table_of
from backend.core.ids import is_id
from backend.core.one_of import one_of
from backend.customers.models import MergedCustomer

if TYPE_CHECKING:
    from collections.abc import Iterable

_merged = table_of(MergedCustomer).c
_INTO = select(_merged.id, _merged.into_id).where(one_of(_merged.id, "ids"))


def survivors(ids: Iterable[str]) -> dict[str, str]:
    """For those of `ids` that were merged, who they are now: one look-up for each time that somebody was merged on."""
    found = _into(ids)
    asked = set(found)
    while further := _into(set(found.values()) - asked):
        asked |= set(further)
        found = {id_: further.get(now, now) for id_, now in found.items()}
    return found


def merged_into(customer_id: str) -> list[str]:
    """Whoever was merged into her, and into those in turn; by id."""
    found: list[str] = []
    wanted = [customer_id]
    while wanted:
        query = select(MergedCustomer.id).where(MergedCustomer.into_id.in_(wanted))
        wanted = list(db.session.execute(query).scalars())
        found += wanted
    return sorted(found)


def _into(ids: Iterable[str]) -> dict[str, str]:
    wanted = sorted({id_ for id_ in ids if is_id(id_)})
    return {row.id: row.into_id for row in db.session.execute(_INTO, {"ids": wanted})} if wanted else {}
