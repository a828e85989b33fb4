"""The file beside the database that outlives it: who was erased, one line each, only ever added to.

A backup knows nothing of what was erased after it, and a lost disk may take the table of erasures along; this file,
kept in another place as well, has the restored data forget again. It holds ids and times, which are nobody's name.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from backend.core import clock
from backend.core.backup import data_folder
from backend.core.db import db
from backend.core.ids import is_id


def path() -> Path:
    """`NAME.erasures` beside the SQLite file NAME; `var/NAME.erasures` for the database NAME elsewhere."""
    name = Path(db.engine.url.database or "dangol").name
    return data_folder(db.engine) / f"{name}.erasures"


def append(customer_id: str) -> None:
    """Add a line and have it on the disk before the erasure is committed: rather one too many than one too few."""
    line = json.dumps({"customer_id": customer_id, "erased_at": clock.rfc3339(clock.now())}) + "\n"
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read() -> set[str]:
    """The ids in the file; a line that a power cut tore is passed over, its erasure was never committed."""
    try:
        lines = path().read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return set()
    return {found for line in lines if (found := _id(line)) is not None}


def _id(line: str) -> str | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    found = entry.get("customer_id") if isinstance(entry, dict) else None
    return found if is_id(found) else None
