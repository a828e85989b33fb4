"""Directories in the form of The Complete Journey, for tests."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from pathlib import Path
from typing import Any

MEMBERS = ("card_number", "age")
PRODUCTS = ("product_id", "manufacturer_id", "department", "brand", "product_category", "product_type", "package_size")
LINES = (
    "basket_id",
    "sold_at",
    "store_id",
    "card_number",
    "product_id",
    "quantity",
    "sales_value",
    "retail_disc",
    "coupon_disc",
    "coupon_match_disc",
)
_ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("DANGOL_SHARED") or _ROOT.parent / "shared") / "data" / "complete-journey"

Row = Sequence[Any]


def write(folder: Path, *, members: Iterable[Row], products: Iterable[Row], lines: Iterable[Row]) -> Path:
    """A directory with these rows, plain."""
    for stem, heading, rows in (
        ("members", MEMBERS, members),
        ("products", PRODUCTS, products),
        ("sale_lines", LINES, lines),
    ):
        with (folder / f"{stem}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(heading)
            writer.writerows(rows)
    return folder


def small(folder: Path, lines: Iterable[Row] | None = None) -> Path:
    """Two members, three articles, and these lines (three baskets unless given)."""
    return write(
        folder,
        members=[("1", "65+"), ("2", "")],
        products=[
            ("100", "2", "GROCERY", "National", "ICE", "ICE - CUBED", "22 LB"),
            ("200", "2", "GROCERY", "Private", "BREAD", "", ""),
            ("300", "2", "FUEL", "", "", "", ""),
        ],
        lines=lines if lines is not None else THREE_BASKETS,
    )


THREE_BASKETS: list[Row] = [
    # 04:59 UTC is still the day before in New York, in winter.
    ("b1", "2017-01-02T04:59:59", "330", "1", "100", "1", "1.3900000000000001", "0.1", "0.0", "0.0"),
    ("b1", "2017-01-02T04:59:59", "330", "1", "200", "2", "0.005", "0.0", "0.25", "0.25"),
    ("b2", "2017-01-03T18:00:00", "331", "2", "300", "9876", "20.0", "0.0", "0.0", "0.0"),
    ("b3", "2017-07-04T03:59:59", "330", "1", "999", "0", "0.0", "0.0", "0.0", "0.0"),
    ("b3", "2017-07-04T03:59:59", "330", "1", "100", "0", "0.5", "0.0", "0.0", "0.0"),
]


def real_slice(folder: Path, count: int, *, every: int = 1) -> Path:
    """The first lines of the real data, with every member and the articles that the lines name.

    With `every`, only lines of every so many-th card: few members with their whole history.
    """
    card = LINES.index("card_number")
    wanted = (line for line in rows_of("sale_lines") if int(line[card]) % every == 0)
    lines = list(islice(wanted, count))
    named = {line[LINES.index("product_id")] for line in lines}
    products = [row for row in rows_of("products") if row[0] in named]
    members = [(row[0], row[1]) for row in rows_of("members")]
    return write(folder, members=members, products=products, lines=lines)


def rows_of(stem: str) -> Iterable[list[str]]:
    """The rows of a file of the real data, without the heading."""
    with gzip.open(SHARED / f"{stem}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        yield from reader


def expected(folder: Path) -> dict[str, int]:
    """The figures of a directory without bad rows, worked out another way than the importer does."""
    with (folder / "sale_lines.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return {
        "stores": len({line["store_id"] for line in lines}),
        "members": _count(folder / "members.csv"),
        "products": _count(folder / "products.csv"),
        "sales": len({line["basket_id"] for line in lines}),
        "lines": len(lines),
        "revenue_minor": sum(
            int((Decimal(line["sales_value"]) * 100).quantize(Decimal(1), ROUND_HALF_UP)) for line in lines
        ),
        "campaigns": 0,
        "sent": 0,
        "redemptions": 0,
    }


def _count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines()) - 1
