"""Taking sales. A sale has happened at the till: it is taken, and what is odd about it is flagged.

Sales arrive in batches. What a batch needs is read at once (`known`), each sale is worked out on plain values in the
order in which they came, and the rows are written a table at a time; one sale is a batch of one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import insert

from backend.core import audit, clock
from backend.core.bulk import insert_rows
from backend.core.db import table_of
from backend.customers import SoldTrip, note_trips
from backend.loyalty import Lacking, Sold, SoldLine, coupons, missing, post
from backend.sales import news, returns, rules
from backend.sales.increments import Purchase, add_purchases, kind_of
from backend.sales.known import At, Known, read
from backend.sales.models import Sale, SaleCoupon, SaleLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from backend.core.audit import Actor

_INSERT_SALE = insert(table_of(Sale))
_INSERT_LINE = insert(table_of(SaleLine))
_INSERT_COUPON = insert(table_of(SaleCoupon))


class Arrival(NamedTuple):
    """A sale that reached the server: what `SaleData` read, the tablet's store, and who sold."""

    id: str
    data: Mapping[str, Any]
    store_id: str
    received_at: datetime
    actor: Actor


@dataclass
class _Taken:
    """The rows that a batch adds."""

    sales: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    coupons: list[dict[str, Any]] = field(default_factory=list)
    sold: list[Sold] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    trips: list[SoldTrip] = field(default_factory=list)


def log_sales(arrivals: Sequence[Arrival]) -> list[tuple[str, ...]]:
    """Take sales in order, within a unit of work; the flags of each, which also stand on the sale.

    The customers' facts and points move with them. Raises what the database raises, and has then written nothing that
    a savepoint around the call would not undo.
    """
    ids, data = [arrival.id for arrival in arrivals], [arrival.data for arrival in arrivals]
    known = read(ids, data, [arrival.store_id for arrival in arrivals])
    taken = _Taken()
    for arrival in arrivals:
        _take(arrival, known, taken)
    lacking = missing(taken.sold)
    _flag_points(taken, lacking, known)
    _write(taken)
    coupons.keep(known.coupons)
    post([row for each in lacking for row in each.entries])
    returns.catch_up(ids)
    news.tell_of_flags(sale["store_id"] for sale in taken.sales if sale["flags"])
    audit.record_each([(arrival.actor, arrival.id) for arrival in arrivals], "sale.log", subject_kind="sale")
    return [tuple(sale["flags"]) for sale in taken.sales]


def _take(arrival: Arrival, known: Known, taken: _Taken) -> None:
    data = arrival.data
    store, flags = _store(data.get("store"), arrival.store_id, known)
    lines = [_line(line, known) for line in data["lines"]]
    flags |= rules.flags(
        lines, currency=data["currency"], occurred_at=data["occurred_at"], received_at=arrival.received_at
    )
    claimed: str | None = data["customer_id"]
    customer_id = claimed if claimed in known.customers else known.merged.get(claimed or "")
    owner_id = claimed if customer_id != claimed and customer_id is not None else None
    if owner_id is not None:
        flags.add("merged_customer")
    elif claimed is not None and customer_id is None:
        flags.add("unknown_customer")
    sale = _sale(arrival, store, lines)
    sale |= {"customer_id": customer_id, "owner_id": owner_id}
    sale["claimed_customer_id"] = claimed if customer_id is None else None
    if data["currency"] != store.currency:
        sale["rate"] = known.rates.of(data["currency"], store.currency, sale["business_day"])
        flags |= set() if sale["rate"] else {"unknown_rate"}
    taken.coupons += [{"sale_id": arrival.id, "code": code} for code in dict.fromkeys(data["coupons"])]
    redeemed = _redeem(sale, data["coupons"], store, lines, known)
    flags |= redeemed.flags
    if customer_id is not None:
        taken.sold.append(_sold(sale, store, lines, known, redeemed.multipliers))
    elif sale["points_redeemed"]:
        flags.add("points_without_customer")
    sale["flags"] = sorted(flags)
    taken.sales.append(sale)
    taken.lines += _lines(arrival.id, lines, known)
    if customer_id is not None and sale["flight"] is not None:
        taken.trips.append(SoldTrip(customer_id, owner_id, sale["flight"], sale["departs_at"], store.time_zone))
    if customer_id is not None:
        taken.purchases.append(_purchase(customer_id, sale, store, lines, known))


def _purchase(customer_id: str, sale: Mapping[str, Any], store: At, lines: list[rules.Line], known: Known) -> Purchase:
    """The sale as the facts of its customer see it."""
    return Purchase(
        customer_id=customer_id,
        store_id=store.id,
        sale_id=sale["id"],
        day=sale["business_day"],
        occurred_at=sale["occurred_at"],
        currency=sale["currency"],
        basket=[(line.sku, line.quantity, line.amount) for line in lines],
        kinds=[kind_of(known.products.get(line.sku)) for line in lines],
        hour=clock.local_hour(sale["occurred_at"], store.time_zone),
        total=sale["total"],
        discount=sale["discount"],
    )


def _write(taken: _Taken) -> None:
    insert_rows(_INSERT_SALE, taken.sales)
    insert_rows(_INSERT_LINE, taken.lines)
    insert_rows(_INSERT_COUPON, taken.coupons)
    if taken.purchases:
        add_purchases(taken.purchases)
    note_trips(taken.trips)


def _sale(arrival: Arrival, store: At, lines: list[rules.Line]) -> dict[str, Any]:
    """The row, as far as the sale alone tells it."""
    data = arrival.data
    trip = data.get("trip") or {}
    return {
        "id": arrival.id,
        "store_id": store.id,
        "staff_id": arrival.actor.staff_id,
        "device_id": arrival.actor.device_id,
        "currency": data["currency"],
        "total": sum(line.amount for line in lines),
        "discount": sum(line.discount for line in lines),
        "rate": None,
        "points_redeemed": data["points_redeemed"],
        "occurred_at": data["occurred_at"],
        "received_at": arrival.received_at,
        "business_day": clock.business_day(data["occurred_at"], store.time_zone),
        "flight": trip.get("flight"),
        "departs_at": trip.get("departs_at"),
        "note": data.get("note"),
    }


def _line(data: Mapping[str, Any], known: Known) -> rules.Line:
    product = known.products.get(data["sku"])
    return rules.Line(
        sku=data["sku"],
        quantity=data["quantity"],
        amount=data["amount"],
        unit_price=data.get("unit_price"),
        discount=data["discount"],
        known=product is not None,
        price=product.price if product else None,
        currency=product.currency if product else None,
    )


def _lines(sale_id: str, lines: list[rules.Line], known: Known) -> list[dict[str, Any]]:
    return [
        {
            "sale_id": sale_id,
            "position": position,
            "product_id": known.products[line.sku].id if line.known else None,
            "sku": line.sku,
            "quantity": line.quantity,
            "amount": line.amount,
            "unit_price": line.unit_price,
            "discount": line.discount,
        }
        for position, line in enumerate(lines)
    ]


def _sold(
    sale: Mapping[str, Any], store: At, lines: list[rules.Line], known: Known, multipliers: Mapping[str, int]
) -> Sold:
    """The sale as the points ledger sees it."""
    return Sold(
        sale_id=sale["id"],
        customer_id=sale["customer_id"],
        owner_id=sale["owner_id"],
        business_unit_id=store.business_unit_id,
        store_id=store.id,
        at=min(sale["occurred_at"], sale["received_at"]),
        day=sale["business_day"],
        lines=[SoldLine(line.amount, 0, known.products[line.sku].category if line.known else None) for line in lines],
        redeemed=sale["points_redeemed"],
        currency=sale["currency"],
        multipliers=multipliers,
    )


def _flag_points(taken: _Taken, lacking: Sequence[Lacking], known: Known) -> None:
    """Have a manager look at who paid with points that she did not have, neither before nor by this batch.

    And at what earned nothing only because nobody knows a rate.
    """
    sales = {sale["id"]: sale for sale in taken.sales}
    for sold, each in zip(taken.sold, lacking, strict=True):
        odd = {
            "points_overdrawn": sold.redeemed and sold.redeemed > known.balances[sold.customer_id],
            "unknown_rate": each.unknown_rate,
        }
        sale = sales[sold.sale_id]
        sale["flags"] = sorted({*sale["flags"], *(flag for flag, is_odd in odd.items() if is_odd)})
        if sold.customer_id in known.balances:
            known.balances[sold.customer_id] += sum(row["points"] for row in each.entries)


def _redeem(
    sale: Mapping[str, Any], codes: Sequence[str], store: At, lines: list[rules.Line], known: Known
) -> coupons.Redeemed:
    """What becomes of the sale's coupon codes, each counted once."""
    if not codes:
        return coupons.NOTHING
    basket = coupons.Basket(
        business_unit_id=store.business_unit_id,
        store_id=store.id,
        at=min(sale["occurred_at"], sale["received_at"]),
        day=sale["business_day"],
        currency=sale["currency"],
        lines=[_priced(line, known) for line in lines],
        customer_id=sale["customer_id"],
        grade=known.coupons.grades.get(sale["customer_id"] or ""),
    )
    came_back = rules.nothing_left([line.quantity for line in lines], known.came_back.get(sale["id"], []))
    wanted = list(dict.fromkeys(codes))
    return known.coupons.redeem(sale["id"], wanted, basket, owner_id=sale["owner_id"], came_back=came_back)


def _priced(line: rules.Line, known: Known) -> coupons.Line:
    """What the line costs before anything is taken off."""
    category = known.products[line.sku].category if line.known else None
    return coupons.Line(price=line.amount + line.discount, discount=line.discount, category=category)


def _store(code: str | None, own: str, known: Known) -> tuple[At, set[str]]:
    """The store with `code`, or the tablet's own, with a flag unless the code was known."""
    if code is None:
        return known.stores[own], set()
    named = known.stores.get(code)
    return (named, set()) if named and named.code == code else (known.stores[own], {"unknown_store"})
