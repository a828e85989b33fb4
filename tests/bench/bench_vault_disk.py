"""`vault_disk`: what an encrypted book of 75,000 customers takes on the tablet's disk.

All files of the browser's IndexedDB after the first sync and an orderly end. The floor is the same rows as the server
keeps them compressed (brotli), which is as little as they can be stored in.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from tests.bench.harness import report
from tests.bench.kept_profile import fill
from tests.bench.tablet import serving
from tests.e2e import chromium

_TARGET_MB = 10.0
_MB = 1_000_000
_LISTED = """
SELECT sum(length(brotli)) FROM block_body WHERE hash IN
(SELECT hash FROM block WHERE scope = 'all' AND superseded_at IS NULL)
"""


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with (
        tempfile.TemporaryDirectory(prefix="dangol-bench-") as folder,
        serving() as (server, token),
        chromium.chromium() as kind,
    ):
        profile = Path(folder, "profile")
        fill(kind, profile, server, token)
        stored = [path for path in profile.glob("**/IndexedDB/**/*") if path.is_file()]
        value = sum(path.stat().st_size for path in stored) / _MB
        with closing(sqlite3.connect(server.folder / "dangol.sqlite3")) as connection:
            floor = connection.execute(_LISTED).fetchone()[0] / _MB
    return report(
        "vault_disk",
        value=value,
        unit="MB",
        floor=floor,
        ratio=value / floor,
        target=_TARGET_MB,
        ok=value <= _TARGET_MB,
    )
