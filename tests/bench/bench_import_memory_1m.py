"""`import_memory_1m`: what importing 1,000,000 members holds at most, against importing 100,000.

The value is the quotient of two peaks, each of a process of its own and the process that reads for it together, without
the pages of the database file that SQLite maps: 1 is flat. `DANGOL_BENCH_MEMBERS` takes another number for the larger
one; the smaller is always a tenth of it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.bench.bench_import_members import peak_of, write_members
from tests.bench.harness import report

_MEMBERS = 1_000_000
_TARGET = 1.2


def main() -> bool:
    """Run it; print the line; return whether the target was reached."""
    members = int(os.environ.get("DANGOL_BENCH_MEMBERS") or _MEMBERS)
    with tempfile.TemporaryDirectory(prefix="dangol-bench-") as folder:
        tenth = peak_of(write_members(Path(folder) / "tenth.csv", members // 10))
        whole = peak_of(write_members(Path(folder) / "whole.csv", members))
    print(f"peaks: {tenth:.0f} MB for {members // 10:,} members, {whole:.0f} MB for {members:,}", file=sys.stderr)
    value = whole / tenth
    return report(
        "import_memory_1m", value=value, unit="times", floor=1, ratio=value, target=_TARGET, ok=value <= _TARGET
    )


if __name__ == "__main__":
    sys.exit(not main())
