"""Files of products: how their rows are read, and who writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.organization import Store
from backend.unify.files import amounts, cells
from backend.unify.files.plan import Planner
from backend.unify.files.products.fields import PRODUCT_FIELDS, barcode, columns_by_values, is_data, sku
from backend.unify.files.products.undo import PRODUCTS_UNDOER
from backend.unify.files.products.writer import ProductWriter
from backend.unify.files.target import Target

if TYPE_CHECKING:
    from backend.unify.files.mapping import Columns
    from backend.unify.files.plan import Reading
    from backend.unify.files.runs import Prepared
    from backend.unify.files.target import Readers


def _readers(given: Reading) -> Readers:
    return {
        "sku": sku,
        "barcode": barcode,
        "name": cells.one_line(200),
        "name_latin": cells.one_line(200),
        "brand": cells.one_line(80),
        "category": cells.one_line(80),
        "price": amounts.amount,
        "currency": amounts.currency,
        "unit": cells.Codes(given.units, "unit").__getitem__,
    }


def _writer(prepared: Prepared, run_id: str | None) -> ProductWriter:
    # What a price without a currency is in: the stores' own, where they have but one.
    own = set(db.session.scalars(select(Store.currency).distinct()))
    return ProductWriter(run_id, prepared.key, prepared.headings, own.pop() if len(own) == 1 else None)


def _check(columns: Columns) -> None:
    if not {"sku", "name"} & set(columns.columns.values()):
        message = "The file says nothing of its products: it needs a column for sku or name beside the key."
        raise ValidationFailed({"map": [message]})


PRODUCTS: Target = Target(
    kind="products",
    fields=PRODUCT_FIELDS,
    keys={"sku": ("sku",), "barcode": ("barcode",)},
    usual=("sku", "barcode"),
    needed="No columns say which product a row is. Needed: a product code (sku) or a barcode.",
    by_values=columns_by_values,
    is_data=is_data,
    readers=_readers,
    reader=lambda table, reading: Planner(table, reading, PRODUCTS),
    writer=_writer,
    undoer=PRODUCTS_UNDOER,
    check=_check,
    alone="sku",
    words={"key_empty": "product_key_empty", "card_above": "sku_above"},
)

__all__ = ["PRODUCTS"]
