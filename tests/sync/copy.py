"""A tablet's copy as plainly as it can be kept: the reference that the sync tests compare with."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conftest import Tablet

Rows = dict[str, dict[str, dict[str, Any]]]


def fresh(tablet: Tablet) -> tuple[Rows, str]:
    """The rows of a new snapshot, every block checked against what is said of it, and the cursor."""
    snapshot = tablet.get("/sync/snapshot").get_json()
    rows: Rows = {}
    for name, listed in snapshot["collections"].items():
        rows[name] = {}
        for block in listed["blocks"]:
            for row in block_rows(tablet, block):
                assert row["id"] not in rows[name], "a row stands in two blocks"
                rows[name][row["id"]] = row
        assert len(rows[name]) == listed["rows"]
    return rows, snapshot["cursor"]


def block_rows(tablet: Tablet, block: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of one block; its hash, length and checksum are those of the snapshot."""
    response = tablet.get(f"/sync/blocks/{block['hash']}")
    assert response.status_code == 200
    body = response.get_data()
    assert hashlib.sha256(body).hexdigest() == block["hash"]
    assert len(body) == block["bytes"]
    content = json.loads(body)
    rows = [dict(zip(content["fields"], values, strict=True)) for values in zip(*content["columns"], strict=True)]
    assert len(rows) == block["rows"]
    canonical = json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(canonical.encode()).hexdigest() == block["checksum"]
    return rows


def replay(tablet: Tablet, rows: Rows, cursor: str, *, limit: int = 1000) -> str:
    """Apply every change since `cursor` to `rows`; the new cursor."""
    while True:
        page = tablet.pull(cursor, limit)
        for change in page["changes"]:
            if change["op"] == "put":
                assert change["row"]["id"] == change["id"]
                rows[change["collection"]][change["id"]] = change["row"]
            else:
                rows[change["collection"]].pop(change["id"], None)
        cursor = page["cursor"]
        if not page["more"]:
            return cursor
