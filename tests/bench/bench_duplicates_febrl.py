"""`duplicates_febrl`: recall in the queue for review on the public FEBRL sets, the lowest of the four.

The precision at the automatic threshold must be 0.99 on each as well; both go to stderr for each set. The floor is the
recall of taking everybody with the same number for one person.
"""

from __future__ import annotations

from tests.bench.duplicates_found import looked_through
from tests.bench.febrl import SETS, febrl
from tests.bench.harness import report

_RECALL, _PRECISION = 0.90, 0.99


def main() -> bool:
    """Run it; print the line; return whether the target was reached."""
    results = [looked_through(febrl(name)) for name in SETS]
    for each in results:
        each.tell(each.review)
        each.tell(each.automatic)
    worst = min(results, key=lambda each: each.recall(each.review))
    value, floor = worst.recall(worst.review), worst.recall(worst.phone)
    sure = all(each.automatic and each.precision(each.automatic) >= _PRECISION for each in results)
    return report(
        "duplicates_febrl",
        value=value,
        unit="share",
        floor=floor,
        ratio=value / floor,
        target=_RECALL,
        ok=value >= _RECALL and sure,
    )
