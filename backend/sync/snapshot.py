"""What a tablet starts from: the list of blocks of its scope, and the cursor from which it pulls the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from backend.core.db import db
from backend.core.errors import NotFound
from backend.sync import epochs, registry
from backend.sync.blocks import newest_change
from backend.sync.contract import EVERYONE, Caller, Collection
from backend.sync.cursor import END, Cursor
from backend.sync.models import Block, BlockBody, BlockSet
from backend.sync.registry import current_registry


def snapshot(caller: Caller) -> dict[str, Any]:
    """The blocks of the tablet's scope and a `v` and `cursor` no newer than the oldest of them.

    Reads the lists of blocks only: the work does not grow with the rows. A scope whose blocks are not built yet lists
    none, and its rows come with the first pulls.
    """
    collections: dict[str, Any] = {}
    # Read before the newest changes are: one that comes in between is then newer than what is said here. Should the
    # data be replaced by a backup in between, then this epoch is over, and the first pull says so.
    state = epochs.clock_state()
    v = since = state.v
    for collection in sorted(current_registry().collections.values(), key=lambda each: each.name):
        blocks, as_of = _listed(_scope_of(collection, caller), collection.name, now=state.v)
        v = min(v, as_of)
        since = min(since, as_of) if blocks else since
        collections[collection.name] = {
            "rows": sum(block.rows for block in blocks),
            "blocks": [
                {
                    "hash": block.hash,
                    "url": f"/api/v1/sync/blocks/{block.hash}",
                    "rows": block.rows,
                    "bytes": block.bytes,
                    "checksum": block.checksum,
                }
                for block in blocks
            ],
        }
    cursor = Cursor(state.epoch, v, END, "", caller.scope, registry.SCHEMA, since)
    return {
        "epoch": state.epoch,
        "v": v,
        "schema": registry.SCHEMA,
        "scope": caller.scope,
        "cursor": str(cursor),
        "collections": collections,
    }


@dataclass(frozen=True)
class BlockBytes:
    """A block as stored: compressed twice, and whether it holds personal data."""

    hash: str
    gzip: bytes
    brotli: bytes
    personal: bool


def block(caller: Caller, block_hash: str) -> BlockBytes:
    """The block with this hash. Raises `NotFound` outside the tablet's scope, or when it was destroyed."""
    collections = current_registry().collections
    scoped = [name for name, collection in collections.items() if collection.scopes is not None]
    found = db.session.execute(
        select(Block.collection, BlockBody.gzip, BlockBody.brotli)
        .join(BlockBody, BlockBody.hash == Block.hash)
        .where(
            Block.hash == block_hash,
            or_(Block.scope == caller.scope, (Block.scope == EVERYONE) & Block.collection.not_in(scoped)),
        )
        .limit(1)
    ).first()
    if found is None:
        raise NotFound
    return BlockBytes(block_hash, found.gzip, found.brotli, collections[found.collection].personal)


def _scope_of(collection: Collection, caller: Caller) -> str:
    return EVERYONE if collection.scopes is None else caller.scope


def _listed(scope: str, name: str, *, now: int) -> tuple[list[Block], int]:
    """The current blocks that have rows, and up to which `v` they hold every change, read on the way down two indexes.

    A block without pending changes is right up to where its set was looked at, one with them up to its own `v`.
    """
    as_of = db.session.execute(
        select(BlockSet.v).where(BlockSet.scope == scope, BlockSet.collection == name)
    ).scalar_one_or_none()
    if as_of is not None and newest_change(scope, name) <= as_of:
        as_of = now
    blocks = db.session.execute(
        select(Block)
        .where(Block.scope == scope, Block.collection == name, Block.superseded_at.is_(None))
        .order_by(Block.low_id)
    ).scalars()
    found = list(blocks)
    v = max(0 if as_of is None else as_of, 0)
    return [each for each in found if each.rows], min([v, *(each.v for each in found if each.pending)])
