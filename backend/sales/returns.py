"""Taking back. A return has happened at the till: it is taken, and what is odd about it is flagged.

What came back of a sale is always worked out from its lines and its returns, never stored, so that it does not matter
in which order they arrive. Points follow: what was earned goes back, what was paid with comes back (`loyalty`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core import audit, clock
from backend.core.db import db, table_of
from backend.core.ids import is_id
from backend.core.one_of import one_of
from backend.customers import hold
from backend.loyalty import coupons, missing, post
from backend.organization import Store
from backend.sales import news, points, rules
from backend.sales.facts import refresh_purchase_facts
from backend.sales.models import Sale, SaleLine, SaleReturn, SaleReturnLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from backend.core.audit import Actor


_sale_of = table_of(SaleReturn).c.sale_id
_EARLY = select(_sale_of).where(one_of(_sale_of, "sales")).distinct()


def take_back(
    data: Mapping[str, Any], *, return_id: str, store_id: str, received_at: datetime, acting_staff: Actor
) -> SaleReturn:
    """Take what `ReturnData` read. The customer's facts follow, and a sale whose return is odd is to be looked at.

    Flags: `unknown_sale`, `returned_too_much`, `odd_line` (no such line, or less than one article), `clock_skew`.
    """
    store = db.session.get_one(Store, store_id)
    known = data["sale_id"] if is_id(data["sale_id"]) else None
    # Held until the commit: of two returns at once the second one must see what the first one took back.
    sale = db.session.scalars(select(Sale).where(Sale.id == known).with_for_update()).one_or_none() if known else None
    entry = SaleReturn(
        id=return_id,
        sale_id=known,
        claimed_sale_id=None if known else data["sale_id"],
        store_id=store.id,
        staff_id=acting_staff.staff_id,
        device_id=acting_staff.device_id,
        reason=data["reason"] or "",
        occurred_at=data["occurred_at"],
        received_at=received_at,
        business_day=clock.business_day(data["occurred_at"], store.time_zone),
        flags=[],
    )
    lines = [(each["line"], each["quantity"]) for each in data["lines"]]
    flags = rules.return_flags(
        _sold(sale), _returned(known), lines, occurred_at=data["occurred_at"], received_at=received_at
    )
    db.session.add(entry)
    db.session.flush()
    db.session.add_all(
        SaleReturnLine(return_id=return_id, position=position, line=line, quantity=quantity)
        for position, (line, quantity) in enumerate(lines)
    )
    entry.flags = sorted(flags)
    audit.record(acting_staff, "sale.return", subject_kind="sale", subject_id=known, detail={"return": return_id})
    if sale is not None:
        _settle(sale, flags)
    return entry


def owners(sale_ids: Iterable[str]) -> set[str]:
    """The customers of those of these sales that are known."""
    known = sorted({sale_id for sale_id in sale_ids if is_id(sale_id)})
    if not known:
        return set()
    bought = select(Sale.customer_id).where(Sale.id.in_(known), Sale.customer_id.is_not(None))
    return set(db.session.scalars(bought))


def catch_up(sale_ids: Sequence[str]) -> None:
    """Have sales that just arrived know of returns that came before them; one look-up in ix_sale_return_sale."""
    for (sale_id,) in db.session.execute(_EARLY, {"sales": sale_ids}).all():
        _settle(db.session.get_one(Sale, sale_id), set())


def _settle(sale: Sale, flags: set[str]) -> None:
    """Note whether anything is left of the sale, have its flags looked at, bring the customer's facts up to date."""
    db.session.flush()
    nothing_left = rules.nothing_left(_sold(sale), _returned(sale.id))
    last = select(SaleReturn).where(SaleReturn.sale_id == sale.id).order_by(SaleReturn.id.desc()).limit(1)
    for entry in db.session.scalars(last):
        entry.whole = nothing_left
    if nothing_left:
        coupons.give_back(sale.id)
    if flags:
        sale.flags = sorted({*sale.flags, *flags})
        sale.reviewed_at = sale.reviewed_by = sale.review_note = None
        news.tell_of_flags([sale.store_id])
    db.session.flush()
    if sale.customer_id is not None:
        # A sale of hers that is being taken at this moment must not work out her facts without this.
        hold([sale.customer_id])
        refresh_purchase_facts([sale.customer_id])
        post([row for each in missing(points.as_they_stand([sale.id]), earning_too=False) for row in each.entries])


def _sold(sale: Sale | None) -> list[int] | None:
    """How many articles each line of the sale sold; None for no sale."""
    if sale is None:
        return None
    query = select(SaleLine.quantity).where(SaleLine.sale_id == sale.id).order_by(SaleLine.position)
    return list(db.session.scalars(query))


def _returned(sale_id: str | None) -> list[tuple[int, int]]:
    """(line, quantity) of everything that came back of a sale, in any order."""
    if sale_id is None:
        return []
    query = select(SaleReturnLine.line, SaleReturnLine.quantity).join(
        SaleReturn, SaleReturn.id == SaleReturnLine.return_id
    )
    return [(line, quantity) for line, quantity in db.session.execute(query.where(SaleReturn.sale_id == sale_id))]
