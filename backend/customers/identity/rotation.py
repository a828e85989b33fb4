"""Giving what is encrypted another key while the server runs: part by part, and on from where it was stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from backend.core.crypto import Encrypted, Unreadable
from backend.core.db import db, run_in_unit_of_work
from backend.customers.identity.models import IdentityDocument, indexed, place_of
from backend.customers.identity.service import ring

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE = 200


@dataclass
class Rotated:
    """What a rotation did: rows under the first key by now, and rows that no key of the settings opens."""

    rows: int = 0
    unreadable: list[str] = field(default_factory=list)


def rows_by_key() -> dict[str, int]:
    """How many rows each key holds, also keys that the settings do not name (ix_identity_document_key)."""
    query = select(IdentityDocument.key_id, func.count()).group_by(IdentityDocument.key_id)
    return {row.key_id: row[1] for row in db.session.execute(query)}


def rotate(progress: Callable[[int, int], None], *, at_once: int = AT_ONCE) -> Rotated:
    """Encrypt with the first key whatever is under another one; a unit of work for each part.

    Stopped at any moment, it leaves every row whole under one key; called again it does the rest. A row that somebody
    changes, moves or deletes in between is left to them: it is written only where it still holds what was read.
    """
    done, after = Rotated(), ""
    total = sum(count for key_id, count in rows_by_key().items() if key_id != ring().current.id)
    db.session.rollback()
    while last := run_in_unit_of_work(lambda at=after: _part(at, at_once, done)):  # type: ignore[misc] # mypy cannot infer lambdas with defaults
        after = last
        progress(done.rows + len(done.unreadable), total)
    return done


def _part(after: str, at_once: int, done: Rotated) -> str | None:
    """Do the next rows by id; the last one's id, None when there is none."""
    query = select(IdentityDocument).where(IdentityDocument.key_id != ring().current.id).order_by(IdentityDocument.id)
    if after:
        query = query.where(IdentityDocument.id > after)
    # Nobody else writes to them until the commit; SQLite has one writer at a time anyway.
    rows = list(db.session.scalars(query.limit(at_once).with_for_update(skip_locked=False)))
    for row in rows:
        try:
            number = ring().decrypt(row.number, place_of(row.id))
        except Unreadable:
            done.unreadable.append(row.id)
            continue
        done.rows += _write(row, ring().encrypt(number, place_of(row.id)), indexed(row.country, number))
    return rows[-1].id if rows else None


def _write(row: IdentityDocument, number: Encrypted, whole: str) -> int:
    same = (IdentityDocument.id == row.id) & (IdentityDocument.number_cipher == row.number_cipher)
    values = {
        "number_cipher": number.text, "key_id": number.key_id, "number_index": ring().current.index(whole)
    }  # fmt: skip
    statement = update(IdentityDocument).where(same).values(values).returning(IdentityDocument.id)
    written = db.session.execute(statement, execution_options={"synchronize_session": False})
    return len(written.scalars().all())
