"""What was exchanged with a partner in a month, at which rates, for which units, and what is owed for it."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from backend.core.db import db
from backend.loyalty.earning import month_end
from backend.loyalty.models import PointsEntry, PointsLot, PointsUse
from backend.loyalty.partners.models import PartnerRate, PartnerTransfer
from backend.loyalty.partners.rules import owed
from backend.organization import BusinessUnit

if TYPE_CHECKING:
    from datetime import date

    from backend.loyalty.partners.models import Partner

_SIGNS = {("in", False): 1, ("in", True): -1, ("out", False): -1, ("out", True): 1}
COLUMNS = ("direction", "back", "rate_theirs", "rate_ours", "count", "theirs", "ours", "price", "currency", "owed")


def statement(partner: Partner, month: date) -> dict[str, Any]:
    """The month of `PartnerStatementSchema`. `owed` above nothing is what the partner owes the house.

    Each way and rate is a line, what went back in the month another (`back`), whenever it had gone. Reads
    ix_partner_transfer_booked and, of what went back, the partner's transfers.
    """
    first, last = month.replace(day=1), month_end(month, 0)
    lines = [
        line
        for back, day in ((False, PartnerTransfer.booked_on), (True, PartnerTransfer.back_on))
        for line in _lines(partner.id, day.between(first, last), back=back)
    ]
    net: dict[str, int] = defaultdict(int)
    for line in lines:
        if line["owed"] is not None:
            net[line["currency"]] += line["owed"]
    units = _units(partner, first, last)
    return {"partner": partner.code, "month": first, "lines": lines, "units": units, "net": dict(net)}


def as_csv(found: dict[str, Any]) -> str:
    """The statement's lines as CSV, with a byte order mark for spreadsheets."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(found["lines"])
    return "\ufeff" + text.getvalue()


def _lines(partner_id: str, within: Any, *, back: bool) -> list[dict[str, Any]]:  # noqa: ANN401 - a condition
    query = (
        select(
            PartnerTransfer.direction,
            PartnerRate.theirs,
            PartnerRate.ours,
            PartnerRate.price,
            PartnerRate.currency,
            func.count(),
            func.sum(PartnerTransfer.theirs),
            func.sum(PartnerTransfer.ours),
        )
        .join(PartnerRate, PartnerRate.id == PartnerTransfer.rate_id)
        .where(PartnerTransfer.partner_id == partner_id, within)
        .group_by(PartnerRate.id, PartnerTransfer.direction)
        .order_by(PartnerTransfer.direction, PartnerRate.id)
    )
    return [_line(*row, back=back) for row in db.session.execute(query)]


def _line(  # noqa: PLR0913, PLR0917 - a row of the query
    direction: str,
    rate_theirs: int,
    rate_ours: int,
    price: int | None,
    currency: str,
    count: int,
    theirs: int,
    ours: int,
    *,
    back: bool,
) -> dict[str, Any]:
    cost = owed(int(ours), price)
    return {
        "direction": direction,
        "back": back,
        "rate_theirs": rate_theirs,
        "rate_ours": rate_ours,
        "count": count,
        "theirs": int(theirs),
        "ours": int(ours),
        "price": price,
        "currency": currency,
        "owed": None if cost is None else _SIGNS[direction, back] * cost,
    }


def _units(partner: Partner, first: date, last: date) -> list[dict[str, Any]]:
    """Whose points they were: what came in is the partner's unit's; what went out, that of the units that gave it."""
    figures: dict[str, dict[str, int]] = defaultdict(lambda: {"came_in": 0, "went_out": 0})
    hers = (PartnerTransfer.partner_id == partner.id, PartnerTransfer.booked_on.between(first, last))
    given = (
        select(PointsEntry.business_unit_id, func.sum(PointsEntry.points))
        .join(PartnerTransfer, PartnerTransfer.id == PointsEntry.transfer_id)
        .where(*hers, PointsEntry.kind == "transfer_in")
        .group_by(PointsEntry.business_unit_id)
    )
    taken = (
        select(PointsLot.business_unit_id, func.sum(PointsUse.points))
        .join(PointsEntry, PointsEntry.id == PointsUse.entry_id)
        .join(PointsLot, PointsLot.id == PointsUse.lot_id)
        .join(PartnerTransfer, PartnerTransfer.id == PointsEntry.transfer_id)
        .where(*hers, PointsEntry.kind == "transfer_out")
        .group_by(PointsLot.business_unit_id)
    )
    for name, query in (("came_in", given), ("went_out", taken)):
        for unit_id, points in db.session.execute(query):
            figures[unit_id][name] = int(points)
    codes = dict(db.session.execute(select(BusinessUnit.id, BusinessUnit.code)).all())
    return [{"business_unit": codes[unit_id]} | figures[unit_id] for unit_id in sorted(figures, key=codes.__getitem__)]
