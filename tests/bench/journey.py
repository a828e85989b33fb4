"""The purchases of The Complete Journey, as the files of the shared data have them."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from backend.insight.statistics.histories import Histories, histories
from tests.bench.harness import shared

# The files say UTC; a purchase day is a day at the stores.
_STORES = ZoneInfo("America/New_York")


def journey() -> Histories:
    """Every card's purchase days with what was paid in cents. A member's number is her card's."""
    members, on, cents = [], [], []
    with gzip.open(shared("complete-journey", "sale_lines.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        heading = next(rows)
        card, sold_at, paid = (heading.index(name) for name in ("card_number", "sold_at", "sales_value"))
        for row in rows:
            members.append(int(row[card]))
            on.append(store_day(row[sold_at]))
            cents.append(_cents(row[paid]))
    return histories(np.array(members), np.array(on, dtype=np.int32), np.array(cents))


@cache
def _cents(paid: str) -> int:
    return int((Decimal(paid) * 100).quantize(Decimal(1), ROUND_HALF_UP))


@cache
def store_day(sold_at: str) -> int:
    """The ordinal of the day at the stores on which something was sold."""
    return datetime.fromisoformat(sold_at).replace(tzinfo=UTC).astimezone(_STORES).date().toordinal()
