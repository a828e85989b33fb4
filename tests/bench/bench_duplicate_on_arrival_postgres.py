"""`duplicate_on_arrival_postgres`: as `duplicate_on_arrival`, on a private PostgreSQL that is gone afterwards."""

from __future__ import annotations

import sys

from tests import postgres
from tests.bench.arrivals import measure


def main() -> bool:
    """Run it; print the line; return whether the target was reached."""
    try:
        with postgres.running() as cluster:
            return measure("duplicate_on_arrival_postgres", database_url=cluster.create("arrivals"))
    except postgres.Unavailable as problem:
        print(problem, file=sys.stderr)
        return False
