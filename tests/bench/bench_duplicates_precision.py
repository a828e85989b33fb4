"""`duplicates_precision`: of the pairs at or above the automatic threshold, the share that is one person.

75,000 invented members with the errors and traps of `duplicates_truth`. The floor is the precision of taking everybody
with the same phone for one person. The recall of each kind of error goes to stderr.
"""

from __future__ import annotations

from tests.bench.duplicates_found import found
from tests.bench.harness import report

_TARGET = 0.99


def main() -> bool:
    """Run it; print the line; return whether the target was reached."""
    result = found()
    result.tell(result.automatic)
    value, floor = result.precision(result.automatic), result.precision(result.phone)
    return report(
        "duplicates_precision",
        value=value,
        unit="share",
        floor=floor,
        ratio=value / floor,
        target=_TARGET,
        ok=value >= _TARGET and bool(result.automatic),
    )
