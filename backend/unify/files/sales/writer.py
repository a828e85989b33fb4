"""Writing sales of a file: what is not there is added. A sale is a fact: none is written over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, null, select

from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.customers import Card, Customer, CustomerPhone
from backend.sales import PastLine, PastSale, Sale, SaleLine, add_past_sales
from backend.unify.files import journal
from backend.unify.files.sales.receipts import Row
from backend.unify.files.target import Done
from backend.unify.keys import derived_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

_sale, _line = table_of(Sale).c, table_of(SaleLine).c
_customer, _card, _phone = table_of(Customer).c, table_of(Card).c, table_of(CustomerPhone).c
# Seeks in uq_sale_source.
_THERE = select(_sale.source_key, _sale.id, _sale.occurred_at, _sale.currency).where(
    _sale.source == bindparam("source"), one_of(_sale.source_key, "keys")
)
_LINES = (
    select(_line.sale_id, _line.sku, _line.quantity, _line.amount, _line.discount)
    .where(one_of(_line.sale_id, "ids"))
    .order_by(_line.sale_id, _line.position)
)
# (what the file says, whose it is, whose it was before she was merged)
_BY_KEY = select(_customer.source_key, _customer.id, null()).where(
    _customer.source == bindparam("source"), one_of(_customer.source_key, "names")
)
_BY_CARD = select(_card.number, _card.customer_id, _card.owner_id).where(one_of(_card.number, "names"))
_BY_PHONE = select(_customer.phone, _customer.id, null()).where(one_of(_customer.phone, "names"))
_BY_FURTHER = select(_phone.phone, _phone.customer_id, _phone.owner_id).where(one_of(_phone.phone, "names"))
_QUERIES: dict[str, tuple[Select[Any, Any, Any], ...]] = {
    "source-key": (_BY_KEY,),
    "card": (_BY_CARD,),
    "phone": (_BY_PHONE, _BY_FURTHER),
    "none": (),
}


class SaleWriter:
    """Brings chunks of sales into the database, for one run (None: nothing is written, all else is the same)."""

    def __init__(self, run_id: str | None, source: str, key: str, headings: dict[str, str]) -> None:
        self._run_id = run_id
        self._source = source
        self._key = key
        self._headings = headings

    def write(self, rows: Sequence[tuple[Any, ...]]) -> Done:
        """Compare sales with what is there by their receipts, and add those that are not."""
        done = Done()
        given = [Row._make(row) for row in rows]
        there = self._there([row.key for row in given])
        new = []
        for row in given:
            known = there.get(row.key)
            if known is None:
                new.append(row)
                done.created += 1
            elif known == _content(row):
                done.unchanged += 1
            else:
                for line in row.lines:
                    done.refuse(line, "other_sale", self._headings["receipt"])
        if self._run_id is not None and new:
            self._add(self._run_id, new)
        return done

    def _there(self, keys: Sequence[str]) -> dict[str, tuple[Any, ...]]:
        """{receipt: what is there under it}."""
        found = db.session.execute(_THERE, {"source": self._source, "keys": keys}).all() if keys else []
        lines: dict[str, list[tuple[Any, ...]]] = {}
        for sale_id, *line in db.session.execute(_LINES, {"ids": [row.id for row in found]}) if found else ():
            lines.setdefault(sale_id, []).append(tuple(line))
        return {row.source_key: (row.occurred_at, row.currency, lines.get(row.id, [])) for row in found}

    def _add(self, run_id: str, new: Sequence[Row]) -> None:
        customers = self._customers({row.customer for row in new if row.customer is not None})
        sales = []
        for row in new:
            at = datetime.fromisoformat(row.occurred_at)
            customer_id, owner_id = customers.get(row.customer or "", (None, None))
            sales.append(
                PastSale(
                    id=derived_id(self._source, "sale", row.key, moment=at),
                    source=self._source,
                    source_key=row.key,
                    store_id=row.store_id,
                    currency=row.currency,
                    occurred_at=at,
                    customer_id=customer_id,
                    owner_id=owner_id,
                    named=row.customer is not None,
                    staff_id=row.staff_id,
                    lines=[PastLine(*item) for item in row.items],
                )
            )
        add_past_sales(sales)
        journal.keep_new(run_id, [(sale.id, row.lines[0], None) for sale, row in zip(sales, new, strict=True)])

    def _customers(self, names: set[str]) -> dict[str, tuple[str | None, str | None]]:
        """{what the file says: (customer, who she was before she was merged)}; whom two have is nobody's."""
        found: dict[str, tuple[str | None, str | None]] = {}
        for query in _QUERIES[self._key] if names else ():
            values: dict[str, Any] = {"names": sorted(names)}
            if self._key == "source-key":
                values["source"] = self._source
            for name, customer_id, owner_id in db.session.execute(query, values):
                same = found.get(name, (customer_id, owner_id))[0] == customer_id
                found[name] = (customer_id, owner_id) if same else (None, None)
        return found


def _content(row: Row) -> tuple[Any, ...]:
    """What makes a sale the same. Whose it is may have changed since, by a merge."""
    items = [(sku, quantity, amount, discount) for sku, quantity, amount, _, discount in row.items]
    return datetime.fromisoformat(row.occurred_at), row.currency, items
