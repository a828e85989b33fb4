"""`duplicates_full_pass`: seconds of a whole pass over 75,000 members who were never looked through.

The floor is reading the same members once, as the pass does, without keys, comparison or writing. A pass over twice as
many goes to stderr with its growth; `DANGOL_BENCH_MEMBERS=750000` names another size.
"""

from __future__ import annotations

import json
import os
import sys
import time

from backend.unify import Progress
from backend.unify.duplicates import find_all
from backend.unify.duplicates.records import load, next_ids
from tests.bench.duplicates_found import MEMBERS, SEED
from tests.bench.duplicates_truth import truth, write
from tests.bench.harness import fresh_app, report

_TARGET = 60.0
_LARGER = int(os.environ.get("DANGOL_BENCH_MEMBERS", str(2 * MEMBERS)))


def main() -> bool:
    """Run it; print the line; return whether the target was reached."""
    value, floor = _seconds(MEMBERS)
    larger, _ = _seconds(_LARGER)
    growth = {"members": _LARGER, "seconds": round(larger, 1)}
    times = {"times the members": _LARGER / MEMBERS, "times the seconds": round(larger / value, 2)}
    print(json.dumps(growth | times), file=sys.stderr)
    return report(
        "duplicates_full_pass",
        value=value,
        unit="s",
        floor=floor,
        ratio=value / floor,
        target=_TARGET,
        ok=value <= _TARGET,
    )


def _seconds(members: int) -> tuple[float, float]:
    """Seconds of a pass, and of reading alone."""
    with fresh_app():
        write(truth(members, seed=SEED))
        begun = time.perf_counter()
        after = None
        while ids := next_ids(after, 1_000):
            load(ids)
            after = ids[-1]
        floor = time.perf_counter() - begun
        begun = time.perf_counter()
        find_all(Progress("duplicates"))
        return time.perf_counter() - begun, floor
