"""Writing baskets as sales: rows, stores, and how far the run has come, in one unit of work a batch."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count, repeat
from typing import TYPE_CHECKING

from sqlalchemy import Select, delete, select, update

from backend.catalog import Product
from backend.core import clock
from backend.core.db import db
from backend.customers import Card
from backend.organization import Store
from backend.sales import Sale, SaleLine
from backend.sync import mark_changed
from backend.unify.keys import derived_id
from backend.unify.models import ImportRun
from backend.unify.rows import write_rows
from backend.unify.values import time_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backend.unify.baskets import Basket, Origin

_SALE_COLUMNS = (
    "id customer_id claimed_customer_id store_id currency total discount points_redeemed occurred_at received_at"
    " business_day flags source source_key"
).split()
_LINE_COLUMNS = ("sale_id", "position", "product_id", "sku", "quantity", "amount", "discount")
_STORE_COLUMNS = ("id", "code", "name", "name_latin", "business_unit_id", "time_zone", "currency")
# The files do not say when a store opened.
_STORES_BEGAN = datetime(2017, 1, 1, tzinfo=UTC)


class SalesWriter:
    """Knows the articles, cards and stores of an origin and writes its baskets."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.products = _pairs(select(Product.sku, Product.id).where(Product.business_unit_id == origin.unit_id))
        self.cards = _pairs(select(Card.number, Card.customer_id).where(Card.business_unit_id == origin.unit_id))
        self._stores = _pairs(select(Store.code, Store.id).where(Store.business_unit_id == origin.unit_id))

    def insert(self, baskets: list[Basket], *, run_id: str) -> None:
        """Write baskets that are not there, with the stores they name. Belongs into a unit of work, which may be repeated."""
        self._add_stores({basket.store for basket in baskets})
        now = time_text(clock.now())
        write_rows(Sale, _SALE_COLUMNS, [self._sale_row(basket, now) for basket in baskets])
        self._write_lines(baskets, [basket.sale_id for basket in baskets], run_id)

    def replace(self, baskets: list[Basket], sale_ids: Mapping[str, str], *, run_id: str) -> None:
        """Write baskets over the sales that are there (`sale_ids`: by key); a known customer stays whose the sale is."""
        self._add_stores({basket.store for basket in baskets})
        ids = [sale_ids[basket.key] for basket in baskets]
        owners = _pairs(select(Sale.id, Sale.customer_id).where(Sale.id.in_(ids), Sale.customer_id.is_not(None)))
        for basket, id_ in zip(baskets, ids, strict=True):
            customer_id = owners.get(id_) or self.cards.get(basket.card)
            db.session.execute(
                update(Sale)
                .where(Sale.id == id_)
                .values(
                    customer_id=customer_id,
                    claimed_customer_id=None if customer_id else basket.card or None,
                    store_id=self._stores[self._store_code(basket.store)],
                    total=sum(basket.amounts),
                    discount=sum(basket.discounts),
                    occurred_at=datetime.fromisoformat(basket.occurred_at).replace(tzinfo=UTC),
                    business_day=date.fromisoformat(basket.business_day),
                    flags=self._flags(basket, customer_id),
                )
            )
        db.session.execute(delete(SaleLine).where(SaleLine.sale_id.in_(ids)))
        self._write_lines(baskets, ids, run_id)

    def unlinked(self, basket: Basket) -> int:
        """How many lines of `basket` name an article that the catalogue does not have."""
        return sum(sku not in self.products for sku in basket.skus)

    def _write_lines(self, baskets: list[Basket], ids: list[str], run_id: str) -> None:
        lines: list[tuple[object, ...]] = []
        product_id = self.products.get
        for basket, sale_id in zip(baskets, ids, strict=True):
            product_ids = map(product_id, basket.skus)
            columns = (basket.skus, basket.quantities, basket.amounts, basket.discounts)
            lines.extend(zip(repeat(sale_id), count(), product_ids, *columns))  # noqa: B905 - two of them never end
        write_rows(SaleLine, _LINE_COLUMNS, lines)
        db.session.execute(
            update(ImportRun)
            .where(ImportRun.id == run_id)
            .values(
                lines_done=baskets[-1].last_line,
                sales_written=ImportRun.sales_written + len(ids),
                lines_written=ImportRun.lines_written + len(lines),
                updated_at=clock.now(),
            )
        )

    def _sale_row(self, basket: Basket, now: str) -> tuple[object, ...]:
        customer_id = self.cards.get(basket.card)
        flags = ",".join([f'"{flag}"' for flag in self._flags(basket, customer_id)])
        return (
            basket.sale_id,
            customer_id,
            None if customer_id else basket.card or None,
            self._stores[self._store_code(basket.store)],
            self.origin.currency,
            sum(basket.amounts),
            sum(basket.discounts),
            0,
            basket.occurred_at,
            now,
            basket.business_day,
            f"[{flags}]",
            self.origin.source,
            basket.key,
        )

    def _flags(self, basket: Basket, customer_id: str | None) -> list[str]:
        """What a person must look at, in the words of the sync contract."""
        flags = [] if customer_id or not basket.card else ["unknown_customer"]
        return flags if self.products.keys() >= set(basket.skus) else [*flags, "unknown_product"]

    def _store_code(self, number: str) -> str:
        return f"{self.origin.store_prefix}{number}"

    def _add_stores(self, numbers: Iterable[str]) -> None:
        """Add the stores that are not there; the database is asked, as an earlier try of this unit may have been undone."""
        codes = {self._store_code(number): number for number in numbers}
        there = set(db.session.scalars(select(Store.code).where(Store.code.in_(codes))))
        missing = sorted(codes.keys() - there)
        rows = []
        for code in missing:
            number = codes[code]
            id_ = self._stores[code] = derived_id(self.origin.source, "store", number, moment=_STORES_BEGAN)
            name = f"Store {number}"
            rows.append((id_, code, name, name, self.origin.unit_id, self.origin.time_zone, self.origin.currency))
        if missing:
            mark_changed("stores", [self._stores[code] for code in missing])
            write_rows(Store, _STORE_COLUMNS, rows)


def _pairs(query: Select[tuple[str, str]] | Select[tuple[str, str | None]]) -> dict[str, str]:
    return dict(db.session.execute(query).tuples().all())  # type: ignore[arg-type]
