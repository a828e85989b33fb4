"""`first_sync_75k`: from an empty profile to a searchable, encrypted book of 75,000 customers."""

from __future__ import annotations

from tests.bench.first_sync import report_first_sync


def main() -> bool:
    """Measure; print the line; return whether the target was reached."""
    return report_first_sync("first_sync_75k", 75_000)
