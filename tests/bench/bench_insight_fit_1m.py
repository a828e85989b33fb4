"""`insight_fit_1m`: all models of a shop with 1,000,000 members and 10,000,000 sales, in seconds.

From sales in memory to what is stored: histories, BG/NBD, Gamma-Gamma, both return models with their back-tests, and
for every member the chance that she has not left, her lifetime value, and both chances of return with their reasons.
The floor is the summary and the fit of BG/NBD and Gamma-Gamma alone. `DANGOL_BENCH_MEMBERS` asks for another size.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time

from backend.insight.statistics import refresh
from backend.insight.statistics.histories import histories
from backend.insight.statistics.lifetime_value import Terms
from backend.insight.statistics.reasons import explain
from tests.bench import peers
from tests.bench.harness import report
from tests.bench.purchases import LAST_DAY, purchases

_MEMBERS = 1_000_000
_SALES_EACH = 10
_TARGET = 60.0


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    members = int(os.environ.get("DANGOL_BENCH_MEMBERS") or _MEMBERS)
    sold = purchases(members, members * _SALES_EACH)
    begun = time.perf_counter()
    peers.dangol(sold)
    floor = time.perf_counter() - begun
    begun = time.perf_counter()
    known = histories(sold.members, sold.days, sold.spend)
    models = refresh.fit(known, LAST_DAY)
    fitted = time.perf_counter() - begun
    said = refresh.say(models, known, Terms())
    for horizon, judged in models.returning.items():
        if judged.model is None or horizon not in said.returning:
            message = f"No model was released for {horizon} days: {judged.release.reasons}."
            raise RuntimeError(message)
        explain(known, LAST_DAY, judged.model, said.returning[horizon])
    value = time.perf_counter() - begun
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"fit": round(fitted, 2), "say": round(value - fitted, 2), "MiB": mebibytes}), file=sys.stderr)
    ok = value <= _TARGET
    return report("insight_fit_1m", value=value, unit="s", floor=floor, ratio=value / floor, target=_TARGET, ok=ok)


if __name__ == "__main__":
    raise SystemExit(not main())
