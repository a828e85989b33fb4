"""Taking products of a run back: the added go, the changed are as before, unless somebody has used or changed them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import delete, select

from backend.catalog import Product
from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.sync import mark_changed
from backend.unify.files import journal, sentences
from backend.unify.files.products.writer import COLLECTION, current, update_products
from backend.unify.files.target import CannotUndo, Undoer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import RowMapping

_product = table_of(Product)


def _hold(entries: Sequence[RowMapping]) -> None:
    current([entry["row_id"] for entry in entries])


def _refuse_touched(run_id: str, entries: Sequence[RowMapping]) -> None:
    for row_id, by in journal.later(run_id, [entry["row_id"] for entry in entries]):
        _refuse(row_id, "import", by)
    added = [entry["row_id"] for entry in entries if entry["before"] is None]
    for column in journal.references(Product):
        query = select(column).where(one_of(column, "ids")).limit(1)
        touched = db.session.execute(query, {"ids": added}).scalar()
        if touched is not None:
            _refuse(touched, column.table.name)
    there = current([entry["row_id"] for entry in entries])
    for entry in entries:
        if there.get(entry["row_id"]) != entry["after"]:
            _refuse(entry["row_id"], "edit")


def _take_back(entries: Sequence[RowMapping]) -> tuple[int, int]:
    added = [entry["row_id"] for entry in entries if entry["before"] is None]
    edited = {entry["row_id"]: entry["after"] | entry["before"] for entry in entries if entry["before"] is not None}
    if added:
        mark_changed(COLLECTION, added, deleted=True)
        db.session.execute(delete(_product).where(one_of(_product.c.id, "ids")), {"ids": added})
    if edited:
        mark_changed(COLLECTION, list(edited))
        update_products(edited)
    return len(added), len(edited)


def _whose(touched: Mapping[str, Any]) -> str:
    row = db.session.execute(select(Product.sku, Product.name).where(Product.id == touched["row"])).one_or_none()
    return f"{row.sku} {row.name}" if row else "—"


def _refuse(row_id: str, what: str, by: str = "") -> NoReturn:
    sentence = sentences.touched(what, by, _whose({"row": row_id}), kind="products")
    raise CannotUndo(sentence, row=row_id, what=what, by=by or None)


PRODUCTS_UNDOER = Undoer(journal.JOURNAL, journal.JOURNAL.c.row_id, _hold, _refuse_touched, _take_back, _whose)
