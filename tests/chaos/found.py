"""What is really there when all is over: by the commands, by the tables, and by fresh copies."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, func, select

from backend.care.models import Note
from backend.customers import Customer
from backend.loyalty import PointsEntry
from backend.loyalty.coupons import CouponUse
from backend.loyalty.models import PointsDebt
from backend.organization import Store
from backend.sales import Sale
from backend.sales.models import SaleReturn
from backend.sync.models import Receipt
from tests.chaos.copy import Reader, Refused, Rows
from tests.chaos.line import Line, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from tests.chaos.copy import Copy
    from tests.chaos.model import Result
    from tests.chaos.server import ChaosServer
    from tests.chaos.tablet import Tablet

_LEVEL_WITHIN = 60.0
_CONFLICT = ("row_id", "field", "base", "yours", "server")


@dataclass(frozen=True)
class Taken:
    """A sale as the table holds it."""

    total: int
    customer: str | None
    """Whom the till named, known or not."""
    points: int


@dataclass(frozen=True)
class Compared:
    """A tablet's rows and those of a fresh copy."""

    name: str
    rows: Rows
    fresh: Rows


@dataclass
class Found:
    """Everything that the verdict looks at."""

    sale_ids: list[str] = field(default_factory=list)
    verified: dict[str, Any] = field(default_factory=lambda: {"ok": True})
    sales: dict[str, Taken] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    debts: dict[str, int] = field(default_factory=dict)
    """Points that customers spent without having them, as the ledger's books say."""
    coupons: dict[tuple[str, str], str] = field(default_factory=dict)
    """What became of a code with a sale: the state by code and sale."""
    receipts: dict[str, Result] = field(default_factory=dict)
    """By mutation id, as a push answers: `id`, the stored result and `v`."""
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    """As a manager's inbox lists them."""
    stale_facts: list[str] = field(default_factory=list)
    """Ids of customers whose purchase facts are not what their sales come to."""
    copies: list[Compared] = field(default_factory=list)


def look(server: ChaosServer, tablets: Sequence[Tablet], watcher: str) -> Found:
    """Gather everything from a server that runs and tablets that are level."""
    with ThreadPoolExecutor(4) as pool:
        copies = list(pool.map(_compared, tablets, range(len(tablets))))
    engine = create_engine(server.database_url)
    with engine.connect() as connection:
        found = Found(
            sale_ids=server.told("sales", "ids", "--json"),
            verified=server.told("sync", "verify", "--json"),
            sales=_sales(connection),
            notes=list(connection.execute(select(Note.id)).scalars()),
            returns=list(connection.execute(select(SaleReturn.id)).scalars()),
            customers=customers(connection),
            points=_points(connection),
            debts=_debts(connection),
            coupons=_coupons(connection),
            receipts=_receipts(connection),
            conflicts=_inbox(server.port, watcher),
            stale_facts=server.program("tests.chaos.facts"),
            copies=copies,
        )
    engine.dispose()
    return found


def customers(connection: Connection) -> dict[str, dict[str, Any]]:
    """The fields that tablets edit, by id."""
    query = select(
        Customer.id,
        Customer.name,
        Customer.memo,
        Customer.name_latin,
        Customer.district,
        Customer.phone,
        Store.code.label("home_store"),
    ).outerjoin(Store, Store.id == Customer.home_store_id)
    return {str(row["id"]): dict(row) for row in connection.execute(query).mappings()}


def _sales(connection: Connection) -> dict[str, Taken]:
    query = select(Sale.id, Sale.total, Sale.customer_id, Sale.claimed_customer_id, Sale.points_redeemed)
    return {
        str(row.id): Taken(row.total, row.customer_id or row.claimed_customer_id, row.points_redeemed)
        for row in connection.execute(query)
    }


def _points(connection: Connection) -> dict[str, int]:
    query = select(PointsEntry.customer_id, func.sum(PointsEntry.points)).group_by(PointsEntry.customer_id)
    return {str(customer): int(points) for customer, points in connection.execute(query)}


def _debts(connection: Connection) -> dict[str, int]:
    query = select(PointsDebt.customer_id, func.sum(PointsDebt.open)).group_by(PointsDebt.customer_id)
    return {str(customer): int(points) for customer, points in connection.execute(query)}


def _coupons(connection: Connection) -> dict[tuple[str, str], str]:
    query = select(CouponUse.code, CouponUse.sale_id, CouponUse.state)
    return {(row.code, str(row.sale_id)): row.state for row in connection.execute(query)}


def _receipts(connection: Connection) -> dict[str, Result]:
    query = select(Receipt.mutation_id, Receipt.result, Receipt.v)
    return {row.mutation_id: {"id": row.mutation_id, **row.result, "v": row.v} for row in connection.execute(query)}


def _inbox(port: int, token: str) -> list[dict[str, Any]]:
    """Every conflict of the inbox, page by page, as an admin sees it."""
    line, found, after = Line(port, token), list[dict[str, Any]](), ""
    while True:
        reply = line.call("GET", f"/conflicts?state=open&limit=100{after}")
        if reply.status != 200:
            raise Refused(reply)
        found += [{name: each[name] for name in _CONFLICT} for each in reply.json["items"]]
        if reply.json["next"] is None:
            line.hang_up()
            return found
        after = f"&after={reply.json['next']}"


def _compared(tablet: Tablet, number: int) -> Compared:
    """A tablet that never saw this server takes its first copy with the same token."""
    line = Line(tablet.port, tablet.seat.token)
    rows = tablet.copy.rows if tablet.copy else {}
    compared = Compared(f"tablet {number} of {tablet.seat.store}", rows, _fresh(line).rows)
    line.hang_up()
    return compared


def _fresh(line: Line) -> Copy:
    reader = Reader(lambda path: line.call("GET", path))
    deadline = time.monotonic() + _LEVEL_WITHIN
    while True:
        try:
            copy = reader.snapshot()
            while True:
                page = reader.page(copy.cursor, 1_000)
                copy.take(page)
                if not page["more"]:
                    return copy
        except (NoAnswer, Refused):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
