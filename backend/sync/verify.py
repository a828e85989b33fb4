"""Proof that what tablets are told is what the tables hold."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
from sqlalchemy import and_, func, select

from backend.core.db import db
from backend.sync import blocks
from backend.sync.blocks import rows_checksum
from backend.sync.contract import EVERYONE, Collection
from backend.sync.models import (
    Block,
    BlockBody,
    BlockSet,
    ChangeLog,
    ClockDay,
    Receipt,
    ScopeLog,
    SyncClock,
    SyncEpoch,
)
from backend.sync.registry import current_registry

_CHUNK = 500


def verify() -> dict[str, Any]:
    """`{ok, v, collections: {NAME: {rows, blocks}}, problems: [text]}`; reads everything, page by page."""
    problems: list[str] = []
    collections: dict[str, Any] = {}
    clock = db.session.execute(select(SyncClock)).scalar_one_or_none()
    if clock is None:
        return {"ok": False, "v": None, "collections": {}, "problems": ["sync_clock: there is no clock."]}
    _check_epochs(clock, problems)
    _check_ages(clock, problems)
    for collection in current_registry().collections.values():
        rows = _check_rows(collection, problems)
        collections[collection.name] = {"rows": rows, "blocks": _check_blocks(collection, problems)}
    return {"ok": not problems, "v": clock.v, "collections": collections, "problems": problems}


def _check_epochs(clock: SyncClock, problems: list[str]) -> None:
    """The clock's epoch is the newest one that was begun, and each but the first says to which moment it went back."""
    epochs = db.session.execute(select(SyncEpoch).order_by(SyncEpoch.number)).scalars().all()
    if not epochs or epochs[-1].epoch != clock.epoch:
        problems.append("sync_epoch: the clock's epoch is not the newest one.")
    if [each.number for each in epochs] != list(range(1, len(epochs) + 1)):
        problems.append("sync_epoch: the numbers have gaps.")
    problems += [
        f"sync_epoch {each.number}: began by a restore, but not of which moment."
        for each in epochs[1:]
        if each.restored_to is None
    ]


def _check_ages(clock: SyncClock, problems: list[str]) -> None:
    """Nothing is newer than the clock, and no listed block older than the tombstones that are kept."""
    for table, column in (
        ("change_log", ChangeLog.v),
        ("scope_log", ScopeLog.v),
        ("receipt", Receipt.v),
        ("block", Block.v),
        ("block_set", BlockSet.v),
        ("clock_day", ClockDay.v),
        ("sync_clock.kept_from", SyncClock.kept_from),
    ):
        newest = db.session.execute(select(func.max(column))).scalar()
        if newest is not None and newest > clock.v:
            problems.append(f"{table}: holds v {newest}, newer than the clock at {clock.v}.")
    days = db.session.execute(select(ClockDay.v).order_by(ClockDay.day)).scalars().all()
    if list(days) != sorted(days):
        problems.append("clock_day: the clock went back.")
    oldest = blocks.oldest()
    if oldest is not None and oldest < clock.kept_from:
        problems.append(f"block: one is of v {oldest}, older than the tombstones, kept from {clock.kept_from}.")
    lost = select(ScopeLog.collection, ScopeLog.row_id).outerjoin(
        ChangeLog, and_(ChangeLog.collection == ScopeLog.collection, ChangeLog.row_id == ScopeLog.row_id)
    )
    problems += [
        f"{row.collection} {row.row_id}: in the scope log, but not in the change log."
        for row in db.session.execute(lost.where(ChangeLog.row_id.is_(None)).distinct())
    ]


def _check_rows(collection: Collection, problems: list[str]) -> int:
    """Every row that the log calls living exists, and every scope it belongs to is logged."""
    count, last = 0, ""
    while True:
        query = select(ChangeLog.row_id).where(ChangeLog.collection == collection.name, ChangeLog.op == "put")
        query = query.where(ChangeLog.row_id > last) if last else query
        ids = list(db.session.execute(query.order_by(ChangeLog.row_id).limit(_CHUNK)).scalars())
        if not ids:
            return count
        last = ids[-1]
        found = {row[0] for row in collection.load(db.session(), ids)}
        problems += [
            f"{collection.name} {row_id}: logged, but the table has no such row."
            for row_id in ids
            if row_id not in found
        ]
        count += len(found)
        if collection.scopes is not None:
            _check_scopes(collection, ids, problems)


def _check_scopes(collection: Collection, ids: list[str], problems: list[str]) -> None:
    if collection.scopes is None:
        return
    wanted = {(row_id, scope) for row_id, scopes in collection.scopes(db.session(), ids).items() for scope in scopes}
    logged = db.session.execute(
        select(ScopeLog.row_id, ScopeLog.scope).where(
            ScopeLog.collection == collection.name, ScopeLog.row_id.in_(ids), ScopeLog.present
        )
    ).all()
    problems += [
        f"{collection.name} {row_id}: the scope log and the tables disagree about {scope}."
        for row_id, scope in wanted.symmetric_difference({(row.row_id, row.scope) for row in logged})
    ]


def _check_blocks(collection: Collection, problems: list[str]) -> int:
    """Every block has the rows its checksum says, and those that did not change since equal the tables."""
    count = 0
    sets = db.session.execute(select(BlockSet).where(BlockSet.collection == collection.name)).scalars().all()
    for block_set in sets:
        listed = db.session.execute(
            select(Block)
            .where(Block.scope == block_set.scope, Block.collection == collection.name, Block.superseded_at.is_(None))
            .order_by(Block.low_id)
        ).scalars()
        for block in listed:
            count += 1
            _check_block(collection, block, problems)
    return count


def _check_block(collection: Collection, block: Block, problems: list[str]) -> None:
    body = db.session.get(BlockBody, block.hash)
    if body is None:
        problems.append(f"{collection.name} block {block.hash}: its bytes are gone.")
        return
    content = orjson.loads(gzip.decompress(body.gzip))
    rows = [dict(zip(content["fields"], values, strict=True)) for values in zip(*content["columns"], strict=True)]
    if rows_checksum(rows) != block.checksum:
        problems.append(f"{collection.name} block {block.hash}: the checksum is another.")
    ids = [row["id"] for row in rows]
    stale = _changed_since(collection, block, ids)
    current = {values[0]: values for values in collection.load(db.session(), ids)}
    problems += [
        f"{collection.name} {row['id']}: block {block.hash} differs from the table without a logged change."
        for row in rows
        if row["id"] not in stale and current.get(row["id"]) != tuple(row[name] for name in collection.fields)
    ]


def _changed_since(collection: Collection, block: Block, ids: list[str]) -> set[str]:
    log = ChangeLog if block.scope == EVERYONE else ScopeLog
    query = select(log.row_id).where(log.collection == collection.name, log.v > block.v, log.row_id.in_(ids))
    if log is ScopeLog:
        query = query.where(ScopeLog.scope == block.scope)
    return set(db.session.execute(query).scalars())
