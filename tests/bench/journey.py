"""The purchases of The Complete Journey, as the files of the shared data have them."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import numpy as np

from backend.insight.models.histories import Histories, histories
from tests.bench.harness import shared

# The files say UTC; a purchase day is a day at the stores.
_STORES = ZoneInfo("America/New_York")


def journey() -> Histories:
    """Every card's purchase days with what was paid in cents. A member's number is her card's."""
    days: dict[str, int] = {}
    members, on, cents = [], [], []
    with gzip.open(shared("complete-journey", "sale_lines.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            sold_at = line["sold_at"]
            if sold_at not in days:
                days[sold_at] = _store_day(sold_at)
            members.append(int(line["card_number"]))
            on.append(days[sold_at])
            cents.append(int((Decimal(line["sales_value"]) * 100).quantize(Decimal(1), ROUND_HALF_UP)))
    return histories(np.array(members), np.array(on, dtype=np.int32), np.array(cents))


def _store_day(sold_at: str) -> int:
    return datetime.fromisoformat(sold_at).replace(tzinfo=UTC).astimezone(_STORES).date().toordinal()
