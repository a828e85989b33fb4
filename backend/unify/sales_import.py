"""One run over a sales file: read and planned in one process, written by another, whole baskets at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, delete, func, select, update

from backend.catalog import Product
from backend.core import clock
from backend.core.db import db, run_in_unit_of_work
from backend.customers import Card
from backend.organization import Store
from backend.sales import Sale, SaleLine
from backend.sync import mark_changed
from backend.unify.baskets import COLUMNS, Basket, BasketReader, Origin
from backend.unify.models import ImportRun
from backend.unify.problems import Problems
from backend.unify.read_ahead import read_ahead
from backend.unify.rows import write_rows
from backend.unify.sales_plan import LINE_COLUMNS, SALE_COLUMNS, Known, Planned, Planner, Row, claimed
from backend.unify.values import time_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backend.unify.csv_rows import CsvFile
    from backend.unify.progress import Progress

# A batch holds the write lock for a fraction of a second; a kill costs at most one.
_BATCH_LINES = 30_000
_REPLACED_AT_ONCE = 500
_TOGETHER = 50
# Below this many bytes starting a process takes longer than it saves.
_LARGE_FILE = 500_000
_STORE_COLUMNS = ("id", "code", "name", "name_latin", "business_unit_id", "time_zone", "currency")


class SalesImport:
    """Brings a sales file into the database.

    Baskets come in the order of the file and are compared with what is there by their key: new ones are written, equal
    ones left alone. Those that differ, or whose lines are scattered over the file, are gathered in a second pass.
    """

    COLUMNS = COLUMNS

    def __init__(self, origin: Origin, file: CsvFile, problems: Problems, *, progress: Progress) -> None:
        self.origin = origin
        self.file = file
        self.problems = problems
        self.progress = progress
        self.run_id = ""
        self._planner = Planner(
            origin,
            time_text(clock.now()),
            _pairs(select(Product.sku, Product.id).where(Product.business_unit_id == origin.unit_id)),
            _pairs(select(Card.number, Card.customer_id).where(Card.business_unit_id == origin.unit_id)),
            _load_known(origin.source),
        )

    def run(self) -> int:
        """Import the file; return how many sales were written or mended."""
        self.run_id = run_in_unit_of_work(self._open_run)
        written = 0
        unsettled: set[str] = set()
        for values in read_ahead(self._plans, aside=self.file.size > _LARGE_FILE):
            plan = Planned._make(values)
            for line, reason in plan.problems:
                self.problems.add(self.file.name, line, reason)
            if plan.sales:
                self._write(plan)
                written += len(plan.sales)
            self.progress.at(plan.last_line, fraction=plan.position / max(self.file.size, 1))
            unsettled.update(plan.unsettled)
        return written + (self._settle(unsettled) if unsettled else 0)

    def _open_run(self) -> str:
        run = ImportRun(source=self.origin.source)
        db.session.add(run)
        db.session.flush()
        return run.id

    def _plans(self) -> Iterator[tuple[object, ...]]:
        """`Planned` as plain tuples, about `_BATCH_LINES` lines each. Runs in a process of its own."""
        problems = Problems()
        position = last_line = 0
        stores: set[str] = set()
        sales: list[Row] = []
        lines: list[Row] = []

        def at(read: int) -> None:
            nonlocal position
            position = read

        def plan(unsettled: list[str]) -> tuple[object, ...]:
            told = [(problem.line, problem.reason) for problem in problems.taken()]
            return position, last_line, list(stores), sales, lines, told, unsettled

        for basket in BasketReader(self.file.name, self.origin, problems).baskets(self.file.rows(problems, at=at)):
            last_line = basket.last_line
            if not self._planner.is_new(basket):
                continue
            stores.add(basket.store)
            sales.append(self._planner.sale_row(basket))
            lines += self._planner.line_rows(basket, basket.sale_id)
            if len(lines) >= _BATCH_LINES:
                yield plan([])
                stores, sales, lines = set(), [], []
        position = self.file.size
        yield plan(sorted(self._planner.unsettled))

    def _write(self, plan: Planned) -> None:
        run_in_unit_of_work(lambda: self._insert(plan))

    def _insert(self, plan: Planned) -> None:
        """Insert sales that are not there, with the stores they name and how far the run has come."""
        self._add_stores(plan.stores)
        write_rows(Sale, SALE_COLUMNS, plan.sales)
        write_rows(SaleLine, LINE_COLUMNS, plan.lines, together=_TOGETHER)
        self._record(last_line=plan.last_line, sales=len(plan.sales), lines=len(plan.lines))

    def _record(self, *, last_line: int, sales: int, lines: int) -> None:
        db.session.execute(
            update(ImportRun)
            .where(ImportRun.id == self.run_id)
            .values(
                lines_done=last_line,
                sales_written=ImportRun.sales_written + sales,
                lines_written=ImportRun.lines_written + lines,
                updated_at=clock.now(),
            )
        )

    def _add_stores(self, numbers: list[str]) -> None:
        """Add the stores that are not there."""
        ids = {self._planner.store_id(number): number for number in numbers}
        there = set(db.session.scalars(select(Store.id).where(Store.id.in_(ids))))
        missing = sorted(ids.keys() - there)
        if not missing:
            return
        same = (self.origin.unit_id, self.origin.time_zone, self.origin.currency)
        names = {id_: f"Store {ids[id_]}" for id_ in missing}
        rows = [(id_, self._planner.store_code(ids[id_]), names[id_], names[id_], *same) for id_ in missing]
        mark_changed("stores", missing)
        write_rows(Store, _STORE_COLUMNS, rows)

    def _settle(self, keys: set[str]) -> int:
        """Read the file once more for the baskets of `keys`, whole this time, and mend those that differ."""
        known = _load_known(self.origin.source)
        baskets = self._gather(keys)
        differing = [basket for basket in baskets if not self._planner.same(basket, known[basket.key])]
        ids = {basket.key: known[basket.key].sale_id for basket in differing}
        for start in range(0, len(differing), _REPLACED_AT_ONCE):
            self._replace(differing[start : start + _REPLACED_AT_ONCE], ids)
        return len(differing)

    def _gather(self, keys: set[str]) -> list[Basket]:
        """The baskets of `keys` with all their lines. What is unreadable was listed by the first pass."""
        unlisted = Problems(limit=0)
        gathered: dict[str, Basket] = {}
        for basket in BasketReader(self.file.name, self.origin, unlisted).baskets(self.file.rows(unlisted)):
            if basket.key not in keys:
                continue
            first = gathered.get(basket.key)
            if first is None:
                gathered[basket.key] = basket
            elif first.heading == basket.heading:
                gathered[basket.key] = first.joined(basket)
            else:
                reason = f"sold_at, store_id or card_number differ from the earlier lines of basket {basket.key}"
                self.problems.add(self.file.name, basket.last_line, reason)
        return list(gathered.values())

    def _replace(self, baskets: list[Basket], ids: dict[str, str]) -> None:
        run_in_unit_of_work(lambda: self._write_over(baskets, ids))

    def _write_over(self, baskets: list[Basket], ids: dict[str, str]) -> None:
        """Write baskets over the sales that are there (`ids`: by key); a known customer stays whose the sale is."""
        planner = self._planner
        self._add_stores(sorted({basket.store for basket in baskets}))
        owners = _pairs(
            select(Sale.id, Sale.customer_id).where(Sale.id.in_(ids.values()), Sale.customer_id.is_not(None))
        )
        lines: list[Row] = []
        for basket in baskets:
            sale_id = ids[basket.key]
            customer_id = owners.get(sale_id) or planner.cards.get(basket.card)
            db.session.execute(
                update(Sale)
                .where(Sale.id == sale_id)
                .values(
                    customer_id=customer_id,
                    claimed_customer_id=claimed(basket.card, customer_id),
                    store_id=planner.store_id(basket.store),
                    total=sum(basket.amounts),
                    discount=sum(basket.discounts),
                    occurred_at=datetime.fromisoformat(basket.occurred_at).replace(tzinfo=UTC),
                    business_day=date.fromisoformat(basket.business_day),
                    flags=planner.flags(basket, customer_id),
                )
            )
            lines += planner.line_rows(basket, sale_id)
        db.session.execute(delete(SaleLine).where(SaleLine.sale_id.in_([ids[basket.key] for basket in baskets])))
        write_rows(SaleLine, LINE_COLUMNS, lines, together=_TOGETHER)
        self._record(last_line=baskets[-1].last_line, sales=len(baskets), lines=len(lines))


def _load_known(source: str) -> dict[str, Known]:
    """What is there of `source`. One pass over `uq_sale_source` and one over the lines by their primary key."""
    ours = Sale.source == source
    if db.session.scalar(select(Sale.id).where(ours).limit(1)) is None:
        return {}
    contents = (
        select(
            SaleLine.sale_id,
            func.count().label("lines"),
            func.sum(SaleLine.quantity).label("quantity"),
            func.count(SaleLine.product_id).label("linked"),
        )
        .group_by(SaleLine.sale_id)
        .subquery()
    )
    sale = (Sale.source_key, Sale.id, Sale.occurred_at, Sale.total, Sale.discount, Sale.customer_id.is_(None))
    query = (
        select(*sale, contents.c.lines, contents.c.quantity, contents.c.linked)
        .join(contents, contents.c.sale_id == Sale.id, isouter=True)
        .where(ours)
    )
    return {
        str(key): Known(id_, time_text(at), total, off, bool(nameless), lines or 0, int(quantity or 0), linked or 0)
        for key, id_, at, total, off, nameless, lines, quantity, linked in db.session.execute(query)
    }


def _pairs(query: Select[Any, Any]) -> dict[str, str]:
    return dict(db.session.execute(query).all())
