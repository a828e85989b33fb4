"""The baskets of The Complete Journey, as the files of the shared data have them."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from tests.bench.harness import shared
from tests.bench.journey import store_day

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Basket:
    """One basket; `skus` in the order of its lines, each once."""

    member: int
    day: date
    sold_at: str
    key: str
    skus: list[str] = field(default_factory=list)


def baskets() -> list[Basket]:
    """All baskets, member by member, oldest first."""
    found: dict[str, Basket] = {}
    for row in _rows("sale_lines.csv.gz"):
        key = row["basket_id"]
        if key not in found:
            on = date.fromordinal(store_day(row["sold_at"]))
            found[key] = Basket(int(row["card_number"]), on, row["sold_at"], key)
        if row["product_id"] not in found[key].skus:
            found[key].skus.append(row["product_id"])
    return sorted(found.values(), key=lambda each: (each.member, each.day, each.sold_at, each.key))


def by_member(sold: list[Basket]) -> dict[int, list[Basket]]:
    """The baskets of each member, oldest first."""
    found: dict[int, list[Basket]] = defaultdict(list)
    for each in sold:
        found[each.member].append(each)
    return found


def articles() -> list[tuple[str, str, str, str]]:
    """(code, name, brand, category) of every article."""
    return [
        (row["product_id"], row["product_type"] or row["product_category"], row["brand"], row["product_category"])
        for row in _rows("products.csv.gz")
    ]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(shared("complete-journey", name), "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
