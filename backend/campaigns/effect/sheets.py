"""A report as a table: a line a figure, as CSV and as a workbook."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADING = ("section", "of", "figure", "value", "low", "high", "remark")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"

Row = tuple[Any, ...]


def as_csv(report: dict[str, Any]) -> str:
    """In UTF-8 with a mark by which spreadsheets know it; text that could be a formula is told to be text."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(HEADING)
    writer.writerows([_plain(cell) for cell in row] for row in rows(report))
    return _BOM + written.getvalue()


def as_xlsx(report: dict[str, Any]) -> bytes:
    """A workbook of one sheet."""
    from openpyxl import Workbook  # noqa: PLC0415 - loaded where a workbook is asked for, not at every start
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - see above

    book = Workbook(write_only=True)
    sheet = book.create_sheet("effect")
    sheet.append(HEADING)
    for row in rows(report):
        cells = [WriteOnlyCell(sheet, value=value) for value in row]
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # Never a formula, whatever it begins with.
        sheet.append(cells)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def rows(report: dict[str, Any]) -> Iterator[Row]:
    """The lines, in the order of `HEADING`."""
    about = report["campaign"]
    for name in ("id", "name", "kind", "state", "currency", "window_days", "over"):
        yield ("campaign", None, name, about[name], None, None, None)
    for name in ("from_at", "until_at"):
        moment = about[name]
        yield ("campaign", None, name, None if moment is None else moment.isoformat(), None, None, None)
    yield ("campaign", None, "basis", report["basis"], None, None, report["said"]["en"])
    for stage in report["stages"]:
        yield ("stages", stage["stage"], "members", stage["members"], None, None, stage["reason"])
        yield ("stages", stage["stage"], "share", stage["share"], None, None, stage["reason"])
    for name, value in report["satisfaction"].items():
        yield ("satisfaction", None, name, value, None, None, None)
    for arm in report["arms"]:
        yield from _arm("arms", arm["arm"], arm)
    for each in report["left_out"]:
        yield ("left_out", each["arm"], each["currency"], each["net"], None, None, f"{each['sales']} sales")
    yield from _estimates("lift", None, report["lift"], ("share", "spend", "buyers", "amount"))
    if report["differences"] is not None:
        names = ("share", "spend", "placebo_share", "placebo_spend")
        yield from _estimates("differences", None, report["differences"], names)
    yield from _refusals(report["refusals"])
    for cost in report["costs"]:
        yield ("costs", cost["what"], "units", cost["units"], None, None, None)
        yield ("costs", cost["what"], "micros", cost["micros"], None, None, cost["currency"])
    yield from _estimates("return", None, report["returned"], ("gain", "ratio"))
    for group in report["groups"]:
        yield from _group(group)


def _refusals(refusals: dict[str, Any]) -> Iterator[Row]:
    for name in ("treated", "treated_per_thousand", "held_out", "held_out_per_thousand", "by_link"):
        yield ("refusals", None, name, refusals[name], None, None, None)
    yield from _estimates("refusals", None, refusals, ("difference",))


def _group(group: dict[str, Any]) -> Iterator[Row]:
    for item in group["items"]:
        name = item["name"] or item["key"]
        yield from _arm(group["kind"], name, item["treated"])
        if item["held_out"] is not None:
            yield from _arm(group["kind"], name, item["held_out"])
        yield from _estimates(group["kind"], name, item, ("share", "spend"))
    for pair in group["pairs"]:
        yield from _estimates(group["kind"], f"{pair['first']} - {pair['second']}", pair, ("share", "spend"))


def _arm(section: str, of: str | None, arm: dict[str, Any]) -> Iterator[Row]:
    for name in ("members", "buyers", "share", "sales", "net", "mean"):
        yield (section, of, f"{arm['arm']}_{name}", arm[name], None, None, None)


def _estimates(section: str, of: str | None, figures: dict[str, Any], names: tuple[str, ...]) -> Iterator[Row]:
    for name in names:
        found = figures[name]
        remark = found["said"]["en"] if found["reason"] is None else found["reason"]
        yield (section, of, name, found["value"], found["low"], found["high"], remark)


def _plain(cell: Any) -> Any:  # noqa: ANN401 - whatever stands in a table
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
