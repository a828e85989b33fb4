"""`segment_count_1m`: counting whom each of twenty rules means, over 1,000,000 members and 10,000,000 sales.

On a private PostgreSQL, in turn with the same questions written by hand over the same tables; both must come to the
same numbers. The value is the time of all twenty by rule, the floor that by hand, and the ratio theirs; no question of
more than 50 ms may take more than the target by itself either, and no first figure more than a second. Every question
is printed with its times. `DANGOL_BENCH_MEMBERS` asks for another size.
"""

from __future__ import annotations

import os
import sys
from datetime import date

from tests import postgres
from tests.bench.harness import fresh_app, report
from tests.bench.house_of_members import build
from tests.bench.segment_counts import measure

_MEMBERS = 1_000_000
_SALES_EACH = 10
_TARGET = 1.3
_FIRST = 1.0
_SHORT = 0.05


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    members = int(os.environ.get("DANGOL_BENCH_MEMBERS") or _MEMBERS)
    try:
        with postgres.running() as cluster, fresh_app(cluster.create("segments")):
            found = measure(build(members, members * _SALES_EACH, date(2026, 11, 23)))
    except postgres.Unavailable as problem:
        print(problem, file=sys.stderr)
        return False
    value, floor = sum(each.value for each in found), sum(each.floor for each in found)
    ratios = [each.value / each.floor for each in found if each.value > _SHORT]
    slowest = max(each.first for each in found)
    print(f"worst ratio {max(ratios, default=0):.2f}, slowest first figure {slowest:.3f} s", file=sys.stderr)
    ratio, name = value / floor, "segment_count_1m"
    ok = max([ratio, *ratios]) <= _TARGET and slowest <= _FIRST
    return report(name, value=value, unit="s", floor=floor, ratio=ratio, target=_TARGET, ok=ok)


if __name__ == "__main__":
    raise SystemExit(not main())
