"""A tablet's copy of the server's rows, kept as SYNC.md says and checked against every checksum."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.chaos.line import Reply

Row = dict[str, Any]
Rows = dict[str, dict[str, Row]]


class Refused(Exception):
    """An answer that is no page and no snapshot."""

    def __init__(self, reply: Reply) -> None:
        body = reply.json
        self.status = reply.status
        self.problem: dict[str, Any] = body if isinstance(body, dict) else {}
        self.code = self.problem.get("code")
        self.headers = reply.headers
        super().__init__(f"{reply.status} {reply.body[:300]!r}")


class Damaged(Exception):
    """A block or a page that is not what the server said of it."""


@dataclass
class Copy:
    """Rows by collection and id, and the cursor that they belong to: both change at once, or not at all."""

    epoch: str
    cursor: str
    rows: Rows

    def take(self, page: dict[str, Any]) -> None:
        """Apply a page of changes."""
        changed = {name: dict(rows) for name, rows in self.rows.items()}
        for change in page["changes"]:
            rows = changed.setdefault(change["collection"], {})
            if change["op"] == "put":
                _insist(change["row"]["id"] == change["id"], "a change carries another row")
                rows[change["id"]] = change["row"]
            else:
                _insist(change["op"] in {"delete", "remove"}, f"unknown op {change['op']}")
                rows.pop(change["id"], None)
        self.rows, self.cursor = changed, page["cursor"]

    def checksums(self) -> dict[str, str]:
        """A checksum for each collection that has rows."""
        return {name: checksum(rows.values()) for name, rows in sorted(self.rows.items()) if rows}


def checksum(rows: Iterable[Row]) -> str:
    """SHA-256 of the canonical JSON of the rows, ordered by id (SYNC.md)."""
    ordered = sorted(rows, key=lambda row: str(row["id"]))
    text = json.dumps(ordered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Reader:
    """Takes snapshots and pages by `ask(path)`; blocks that were fetched once are kept by their hash."""

    ask: Callable[[str], Reply]
    blocks: dict[str, list[Row]] = field(default_factory=dict)

    def snapshot(self) -> Copy:
        """A new copy. Raises `Refused`, `Damaged` and what `ask` raises."""
        said = self._get("/sync/snapshot")
        rows: Rows = {}
        for name, listed in said["collections"].items():
            found = [row for block in listed["blocks"] for row in self._block(block, name)]
            rows[name] = {str(row["id"]): row for row in found}
            _insist(len(rows[name]) == listed["rows"] == len(found), f"{name}: rows stand in two blocks or in none")
        return Copy(said["epoch"], said["cursor"], rows)

    def page(self, cursor: str, limit: int) -> dict[str, Any]:
        """The changes since `cursor`. Raises `Refused` and what `ask` raises."""
        page = self._get(f"/sync/pull?cursor={quote(cursor)}&limit={limit}")
        _insist(len(page["changes"]) <= limit, "a page is longer than asked for")
        return page

    def _get(self, path: str) -> dict[str, Any]:
        reply = self.ask(path)
        if reply.status != 200:
            raise Refused(reply)
        said: dict[str, Any] = reply.json
        return said

    def _block(self, block: dict[str, Any], collection: str) -> list[Row]:
        if block["hash"] in self.blocks:
            return self.blocks[block["hash"]]
        reply = self.ask(block["url"])
        if reply.status != 200:
            raise Refused(reply)
        _insist(hashlib.sha256(reply.body).hexdigest() == block["hash"], "a block has another hash")
        _insist(len(reply.body) == block["bytes"], "a block has another length")
        content = reply.json
        _insist(content["collection"] == collection, "a block is of another collection")
        rows = [dict(zip(content["fields"], values, strict=True)) for values in zip(*content["columns"], strict=True)]
        _insist(len(rows) == block["rows"], "a block has another number of rows")
        _insist(checksum(rows) == block["checksum"], "a block has another checksum")
        self.blocks[block["hash"]] = rows
        return rows


def _insist(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Damaged(otherwise)
