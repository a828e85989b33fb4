"""`duplicates_recall`: of the pairs that are one person, the share that is in the queue for review or above.

The members are those of `duplicates_precision`. The floor is the recall of taking everybody with the same phone for one
person. The recall of each kind of error goes to stderr.
"""

from __future__ import annotations

from tests.bench.duplicates_found import found
from tests.bench.harness import report

_TARGET = 0.90


def main() -> bool:
    """Run it; print the line; return whether the target was reached."""
    result = found()
    result.tell(result.review)
    value, floor = result.recall(result.review), result.recall(result.phone)
    return report(
        "duplicates_recall",
        value=value,
        unit="share",
        floor=floor,
        ratio=value / floor,
        target=_TARGET,
        ok=value >= _TARGET,
    )
