"""Forgetting what the engine keeps of a row: values in conflicts, in receipts, and in what was rejected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from backend.core.db import db
from backend.sync.models import EditConflict, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

_NOTHING = {"base": None, "yours": None, "server": None}


def forget_row(collection: str, row_id: str) -> None:
    """Delete the conflicts about a row, and the values in the receipts of the edits that caused them.

    The receipts stay: the same edit sent again is still answered, without values.
    """
    about = (EditConflict.collection == collection) & (EditConflict.row_id == row_id)
    mutations = set(db.session.execute(select(EditConflict.mutation_id).where(about)).scalars())
    receipts = db.session.execute(select(Receipt).where(Receipt.mutation_id.in_(mutations))).scalars()
    for receipt in list(receipts):
        fields = receipt.result.get("fields", {})
        receipt.result = receipt.result | {"fields": dict.fromkeys(fields, _NOTHING)}
    db.session.flush()
    db.session.execute(delete(EditConflict).where(about))


def forget_rejected(mentions: Callable[[str], bool], *, since: datetime | None = None) -> int:
    """Delete the kept payloads in which any text `mentions` what is to be forgotten; how many.

    Reads all payloads, which are kept of rejections only; with `since` those received after it (ix_receipt_created_at).
    """
    found = mentioning(mentions, since=since)
    if found:
        db.session.execute(update(Receipt).where(Receipt.mutation_id.in_(found)).values(payload=None))
    return len(found)


def mentioning(mentions: Callable[[str], bool], *, since: datetime | None = None) -> list[str]:
    """The ids of what was rejected and is kept, in which any text `mentions` somebody; reads as above."""
    query = select(Receipt.mutation_id, Receipt.payload).where(Receipt.payload.is_not(None))
    if since is not None:
        query = query.where(Receipt.created_at >= since)
    return [
        mutation_id
        for mutation_id, payload in db.session.execute(query.execution_options(yield_per=500))
        if any(mentions(text) for text in _texts(json.loads(payload["item"])))
    ]


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Every text in a JSON value, names of members left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
