"""The index of blocking keys: who is in it under which keys, and who shares a block with whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
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
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Insert

    from backend.unify.duplicates.record import Record

_UNSETTLED = ""
"""The fingerprint of a member whose keys are being written."""
_RECORD, _KEY = table_of(DuplicateRecord), table_of(DuplicateKey)
_ENTERED = select(_RECORD.c.customer_id, _RECORD.c.fingerprint, _RECORD.c.block_keys).where(
    one_of(_RECORD.c.customer_id, "ids")
)
_ENTERED_HELD = _ENTERED.order_by(_RECORD.c.customer_id).with_for_update()
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
_ALONG = select(_KEY.c.key, _KEY.c.customer_id).order_by(_KEY.c.key, _KEY.c.customer_id).limit(bindparam("size"))
_ALONG_AFTER = _ALONG.where(_KEY.c.key > bindparam("after"))
_LARGE = select(_KEY.c.key).group_by(_KEY.c.key).having(func.count() > BLOCK_LIMIT)


def enter(records: Collection[Record]) -> None:
    """Have the index hold these members as they are now; nothing is written for who has not changed."""
    changes = _changes(records)
    _write_records((each.record.id, each.record.fingerprint, each.keys) for each in changes)
    _write_keys(
        gone=((key, each.record.id) for each in changes for key in each.gone),
        new=((key, each.record.id) for each in changes for key in each.new),
    )


def announce(records: Collection[Record]) -> dict[str, list[int]]:
    """Begin to enter many members, whose keys `add_keys` writes later in an order of its own; `settle` ends it.

    Her row holds every key that the index may have of hers at any moment, so that whoever takes her out meanwhile, or
    goes on after a halt, misses none. Returns the keys to write, by id: nothing for who has not changed.
    """
    changes = _changes(records)
    _write_records((each.record.id, _UNSETTLED, sorted({*each.keys, *each.gone})) for each in changes)
    return {each.record.id: each.keys for each in changes}


def add_keys(some: Iterable[tuple[int, str]]) -> None:
    """Write (key, member) of members who are announced."""
    _write_keys(new=some)


def settle(announced: Mapping[str, tuple[str, Sequence[int]]]) -> None:
    """End what `announce` began for members whose keys are written; {id: (fingerprint, keys)}.

    Who was taken out meanwhile, or entered by somebody else, keeps none of the keys that were written late.
    """
    now = {row.customer_id: row for row in db.session.execute(_ENTERED_HELD, {"ids": sorted(announced)})}
    rows, gone = [], []
    for customer_id, (fingerprint, keys) in announced.items():
        row = now.get(customer_id)
        if row is not None and row.fingerprint == _UNSETTLED:
            rows.append((customer_id, fingerprint, keys))
            gone += [(key, customer_id) for key in set(row.block_keys).difference(keys)]
        else:
            kept = row.block_keys if row is not None else ()
            gone += [(key, customer_id) for key in set(keys).difference(kept)]
    _write_records(rows)
    _write_keys(gone=gone)


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
    """The keys that too many share. Reads the index through."""
    return set(db.session.execute(_LARGE).scalars())


def next_blocks(after: int | None, size: int) -> tuple[dict[int, list[str]], int | None]:
    """The next blocks of several members, none of them large, read along the index in `size` rows or few more.

    Also the key up to which they reach; None at the end of the index.
    """
    size += BLOCK_LIMIT  # One block is read whole, or known to be large, however small the size.
    query, values = (_ALONG, {}) if after is None else (_ALONG_AFTER, {"after": after})
    rows = db.session.execute(query, {"size": size, **values}).all()
    found: dict[int, list[str]] = defaultdict(list)
    for key, customer_id in rows:
        found[key].append(customer_id)
    last = next(reversed(found)) if len(rows) == size else None
    # The last block may go on: it is read with the next ones, unless it is large anyway.
    if last is not None and len(found[last]) <= BLOCK_LIMIT:
        del found[last]
        last = next(reversed(found))
    return {key: members for key, members in found.items() if 1 < len(members) <= BLOCK_LIMIT}, last


@dataclass(frozen=True, slots=True)
class _Change:
    """A member whose keys are others than those in the index: all of `keys`, of which `new` are not there yet."""

    record: Record
    keys: list[int]
    new: list[int]
    gone: list[int]


def _changes(records: Collection[Record]) -> list[_Change]:
    known = {row.customer_id: row for row in db.session.execute(_ENTERED, {"ids": [each.id for each in records]})}
    found = []
    for record in records:
        before = known.get(record.id)
        if before is not None and before.fingerprint == record.fingerprint:
            continue
        keys = blocking_keys(record)
        old = set(before.block_keys) if before is not None else set()
        # Of who is not settled nobody knows how many are written.
        there = old if before is not None and before.fingerprint != _UNSETTLED else set()
        found.append(_Change(record, keys, [key for key in keys if key not in there], sorted(old.difference(keys))))
    return found


def _write_records(rows: Iterable[tuple[str, str, Sequence[int]]]) -> None:
    columns = ("customer_id", "fingerprint", "block_keys")
    insert_rows(_upsert_record(db.engine.dialect.name), [dict(zip(columns, row, strict=True)) for row in rows])


def _write_keys(*, gone: Iterable[tuple[int, str]] = (), new: Iterable[tuple[int, str]] = ()) -> None:
    """In the order of the index: each page of it is touched once."""
    delete_rows(_KEY, [{"key": key, "customer_id": customer_id} for key, customer_id in sorted(gone)])
    rows = [{"key": key, "customer_id": customer_id} for key, customer_id in sorted(new)]
    insert_rows(_insert_key(db.engine.dialect.name), rows)


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
