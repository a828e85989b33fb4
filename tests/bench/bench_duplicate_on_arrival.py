"""`duplicate_on_arrival`: somebody new is looked for among 75,000 members, on SQLite (see `arrivals`)."""

from __future__ import annotations

from tests.bench.arrivals import measure


def main() -> bool:
    """Run it; print the line; return whether the target was reached."""
    return measure("duplicate_on_arrival")
