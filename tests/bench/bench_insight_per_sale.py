"""`insight_per_sale`: what the facts of members cost a push, in batches of fifty sales over a demo of 3,000 members.

The same batches go to two copies of a database, in turn: to an app as it is, and to one whose facts hear nothing of
sales. The ratio is with over without.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from backend.insight.facts import following
from backend.sales import SalesTaken
from tests.bench.bench_push_sqlite import Files
from tests.bench.pushes import compare

if TYPE_CHECKING:
    from flask import Flask

_TARGET = 1.2


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    with tempfile.TemporaryDirectory(prefix="dangol-bench-") as folder:
        return compare("insight_per_sale", Files(Path(folder)), Path(folder), _deaf, target=_TARGET)


def _deaf(app: Flask) -> None:
    app.extensions["dangol.events"][SalesTaken].remove(following.taken)


if __name__ == "__main__":
    raise SystemExit(not main())
