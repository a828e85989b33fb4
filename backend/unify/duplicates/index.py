"""The index of blocking keys: who is in it under which keys, and who shares a block with whom."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from backend.core.bulk import delete_rows, insert_rows
from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.unify.duplicates.blocking import BLOCK_LIMIT, blocking_keys
from backend.unify.duplicates.models import DuplicateKey, DuplicateRecord

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import Insert

    from backend.unify.duplicates.record import Record

_RECORD, _KEY = table_of(DuplicateRecord), table_of(DuplicateKey)
_ENTERED = select(_RECORD.c.customer_id, _RECORD.c.fingerprint, _RECORD.c.block_keys).where(
    one_of(_RECORD.c.customer_id, "ids")
)
_CURRENT = (
    select(_RECORD.c.customer_id, _RECORD.c.fingerprint)
    .where(one_of(_RECORD.c.customer_id, "ids"))
    .order_by(_RECORD.c.customer_id)
    .with_for_update(read=True)
)
# Along the primary key (key, customer_id).
_OF_KEYS = select(_KEY.c.key, _KEY.c.customer_id).where(one_of(_KEY.c.key, "keys"))
_SOME_OF_KEYS = _OF_KEYS.limit(bindparam("most"))
_OF_KEY = select(_KEY.c.key, _KEY.c.customer_id).where(_KEY.c.key == bindparam("key")).limit(BLOCK_LIMIT + 1)
_LARGE = select(_KEY.c.key).group_by(_KEY.c.key).having(func.count() > BLOCK_LIMIT)


def enter(records: Collection[Record]) -> dict[str, list[int]]:
    """Have the index hold these members as they are now; nothing is written for who has not changed.

    Returns the keys of those who were new or had changed, by id.
    """
    known = {row.customer_id: row for row in db.session.execute(_ENTERED, {"ids": [each.id for each in records]})}
    changed: dict[str, list[int]] = {}
    rows, gone, new = [], [], []
    for record in records:
        before = known.get(record.id)
        if before is not None and before.fingerprint == record.fingerprint:
            continue
        keys = changed[record.id] = blocking_keys(record)
        old = set(before.block_keys) if before is not None else set()
        rows.append({"customer_id": record.id, "fingerprint": record.fingerprint, "block_keys": keys})
        gone += [{"key": key, "customer_id": record.id} for key in sorted(old - set(keys))]
        new += [{"key": key, "customer_id": record.id} for key in keys if key not in old]
    dialect = db.engine.dialect.name
    insert_rows(_upsert_record(dialect), rows)
    delete_rows(_KEY, gone)
    # In the order of the index: each page of it is touched once.
    insert_rows(_insert_key(dialect), sorted(new, key=lambda row: (row["key"], row["customer_id"])))
    return changed


def take_out(customer_id: str) -> None:
    """Forget a member's keys."""
    for row in db.session.execute(_ENTERED, {"ids": [customer_id]}).all():
        db.session.execute(delete(_RECORD).where(_RECORD.c.customer_id == customer_id))
        delete_rows(_KEY, [{"key": key, "customer_id": customer_id} for key in row.block_keys])


def fingerprints(ids: Collection[str]) -> dict[str, str]:
    """{id: fingerprint} of those in the index, whom nobody erases or changes until the commit."""
    return dict(db.session.execute(_CURRENT, {"ids": sorted(ids)}).all())


def mates(record: Record) -> set[str]:
    """Who shares a block with `record`: one look-up, whose length is bounded however large a block is."""
    keys = blocking_keys(record)
    most = BLOCK_LIMIT * len(keys)
    rows = db.session.execute(_SOME_OF_KEYS, {"keys": keys, "most": most + 1}).all()
    if len(rows) > most:
        # A block is large, and its members may have taken the place of others: key by key then.
        rows = [row for key in keys for row in db.session.execute(_OF_KEY, {"key": key}).all()]
    found: dict[int, list[str]] = defaultdict(list)
    for key, customer_id in rows:
        found[key].append(customer_id)
    return {each for members in found.values() if len(members) <= BLOCK_LIMIT for each in members} - {record.id}


def large_keys() -> set[int]:
    """The keys that too many share; reads the index through, once for a pass."""
    return set(db.session.execute(_LARGE).scalars())


def blocks(keys: Iterable[int]) -> dict[int, list[str]]:
    """{key: members} of many keys at once, none of them large."""
    found: dict[int, list[str]] = defaultdict(list)
    for key, customer_id in db.session.execute(_OF_KEYS, {"keys": sorted(set(keys))}).all():
        found[key].append(customer_id)
    return found


@cache
def _upsert_record(dialect: str) -> Insert:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(_RECORD)
    changes = {name: statement.excluded[name] for name in ("fingerprint", "block_keys")}
    return statement.on_conflict_do_update(index_elements=["customer_id"], set_=changes)


@cache
def _insert_key(dialect: str) -> Insert:
    """Passes over a key that somebody else entered at the same time."""
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(_KEY).on_conflict_do_nothing()
