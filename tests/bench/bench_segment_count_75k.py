"""`segment_count_75k`: counting whom each of twenty rules means, over 75,000 members and 1,000,000 sales on SQLite.

The value is the slowest first figure in milliseconds, which must not take longer than 300; the floor is the same
question by hand. Every question is printed with its times. `DANGOL_BENCH_MEMBERS` asks for another size.
"""

from __future__ import annotations

import os
from datetime import date

from tests.bench.harness import fresh_app, report
from tests.bench.house_of_members import build
from tests.bench.segment_counts import measure

_MEMBERS = 75_000
_TARGET = 300.0


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    members = int(os.environ.get("DANGOL_BENCH_MEMBERS") or _MEMBERS)
    with fresh_app():
        found = measure(build(members, members * 40 // 3, date(2026, 11, 23)))
    worst = max(found, key=lambda each: each.first)
    value, floor = worst.first * 1000, worst.floor * 1000
    name = "segment_count_75k"
    return report(name, value=value, unit="ms", floor=floor, ratio=value / floor, target=_TARGET, ok=value <= _TARGET)


if __name__ == "__main__":
    raise SystemExit(not main())
