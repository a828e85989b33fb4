"""Writing rows of a file of products: what is there is changed where it differs, what is not is added."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from backend.catalog import Product
from backend.core.bulk import insert_rows, update_rows
from backend.core.db import db, table_of
from backend.core.ids import new_id
from backend.core.one_of import one_of
from backend.sync import mark_changed
from backend.unify.files import journal
from backend.unify.files.amounts import in_minor_units
from backend.unify.files.products.fields import PRODUCT_FIELDS
from backend.unify.files.target import Done

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.unify.files.plan import Row, Values

COLLECTION = "products"
COLUMNS = ("sku", "barcode", "name", "name_latin", "brand", "category", "price", "currency", "business_unit_id")
_PLACE = PRODUCT_FIELDS.place
_PLAIN = {name: _PLACE[name] for name in ("sku", "barcode", "name", "name_latin", "brand", "category")} | {
    "business_unit_id": _PLACE["unit"]
}
_LARGEST = 2**31 - 1
_product = table_of(Product)
# Held until the commit, on a database with several writers: nobody changes what is being compared.
_CURRENT = select(_product.c.id, *(_product.c[name] for name in COLUMNS)).with_for_update()
_BY_SKU = _CURRENT.where(one_of(_product.c.sku, "keys"))
_BY_BARCODE = _CURRENT.where(one_of(_product.c.barcode, "keys"))
_BY_ID = _CURRENT.where(one_of(_product.c.id, "keys"))
_INSERT = insert(_product)


@dataclass
class _Edit:
    """A product that is there: as it was, as it is to be, and the row that says so."""

    was: dict[str, Any]
    now: dict[str, Any] = field(init=False)
    line: int = 0
    counted: bool = False

    def __post_init__(self) -> None:
        self.now = dict(self.was)


class ProductWriter:
    """Brings chunks of rows into the database, for one run (None: nothing is written, all else is the same).

    `currency` is what prices are in where neither the row nor the product says so.
    """

    def __init__(self, run_id: str | None, key: str, headings: dict[str, str], currency: str | None) -> None:
        self._run_id = run_id
        self._key = key
        self._headings = headings
        self._currency = currency

    def write(self, rows: Sequence[Row]) -> Done:
        """Compare `rows` with the products that are there, and write what is new or differs."""
        done = Done()
        owners = {each["sku"]: each["id"] for each in _read(_BY_SKU, [row[1][_PLACE["sku"]] for row in rows])}
        found = self._found(rows)
        edits = {each["id"]: _Edit(each) for those in found.values() for each in those}
        new: list[tuple[str, int, dict[str, Any]]] = []
        for line, values, _, earlier in rows:
            those = found.get(values[_PLACE[self._key]] or "", [])
            edit = edits[those[0]["id"]] if those else None
            if len(those) > 1:
                done.refuse(line, "several_products", self._headings[self._key], str(len(those)))
                continue
            wanted = self._wanted(line, values, edit, done)
            if wanted is None or (edit is None and earlier and self._run_id is None):
                continue  # Refused, or the row that would add it stands in an earlier chunk.
            taken = owners.get(wanted["sku"] or "")
            if edit is not None and wanted["sku"] != edit.was["sku"]:
                done.refuse(line, "sku_differs", self._headings["sku"])
            elif edit is None and taken is not None:
                done.refuse(line, "sku_taken", self._headings["sku"])
            elif edit is not None:
                edit.now, edit.line, edit.counted = wanted, line, earlier
            elif self._is_whole(line, wanted, done):
                new.append((new_id(), line, wanted))
                done.created += 1
        self._write(new, edits, done)
        return done

    def _found(self, rows: Sequence[Row]) -> dict[str, list[dict[str, Any]]]:
        """{key: the products that have it}."""
        query = _BY_SKU if self._key == "sku" else _BY_BARCODE
        found: dict[str, list[dict[str, Any]]] = {}
        for each in _read(query, [row[1][_PLACE[self._key]] for row in rows]):
            found.setdefault(each[self._key], []).append(each)
        return found

    def _wanted(self, line: int, values: Values, edit: _Edit | None, done: Done) -> dict[str, Any] | None:
        """The product as the row has it, over what is there; None when its price cannot be read."""
        wanted: dict[str, Any] = dict(edit.now) if edit else dict.fromkeys(COLUMNS)
        wanted |= {name: values[place] for name, place in _PLAIN.items() if values[place] is not None}
        price, currency = values[_PLACE["price"]], values[_PLACE["currency"]]
        if price is None:
            # What is priced in another currency is not worth the same number.
            if currency is not None and wanted["price"] is not None and currency != wanted["currency"]:
                done.refuse(line, "price_missing", self._headings["currency"])
                return None
            wanted["currency"] = currency or wanted["currency"] or self._currency
        else:
            wanted["currency"] = currency or wanted["currency"] or self._currency
            worth = in_minor_units(price, wanted["currency"]) if wanted["currency"] else None
            if wanted["currency"] is not None and (worth is None or worth > _LARGEST):
                code = "decimals" if worth is None else "amount"
                done.refuse(line, code, self._headings["price"], wanted["currency"])
                return None
            wanted["price"] = worth
        if wanted["currency"] is None:
            done.refuse(line, "currency_missing", self._headings.get("currency") or self._headings.get("price", ""))
            return None
        return wanted

    def _is_whole(self, line: int, wanted: dict[str, Any], done: Done) -> bool:
        """Whether a new product has what each must have."""
        for name, code in (("sku", "skuless"), ("name", "nameless_product")):
            if wanted[name] is None:
                done.refuse(line, code, self._headings.get(name, ""))
                return False
        return True

    def _write(self, new: list[tuple[str, int, dict[str, Any]]], edits: dict[str, _Edit], done: Done) -> None:
        changed = {}
        for id_, edit in edits.items():
            if not edit.line:
                continue  # Its only row was refused, or another row's product has the same barcode.
            differs = edit.now != edit.was
            if differs:
                changed[id_] = edit
            if not edit.counted:
                done.changed += differs
                done.unchanged += not differs
        if self._run_id is None:
            return
        if ids := [id_ for id_, _, _ in new] + list(changed):
            mark_changed(COLLECTION, ids)
        insert_rows(_INSERT, [{"id": id_} | values for id_, _, values in new])
        journal.keep_new(self._run_id, new)
        update_products({id_: edit.now for id_, edit in changed.items()})
        entries = [(id_, edit.line, _differing(edit), values_of(edit.now)) for id_, edit in changed.items()]
        if entries:
            journal.keep_changed(self._run_id, entries)


def current(ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """{product: values of the imported columns} of those that are there."""
    return {each["id"]: values_of(each) for each in _read(_BY_ID, ids)}


def update_products(products: dict[str, dict[str, Any]]) -> None:
    """Write every imported column of {product: values}, announced before."""
    update_rows(_product, [{"id": id_} | values_of(values) for id_, values in products.items()], by=("id",))


def values_of(row: dict[str, Any]) -> dict[str, Any]:
    """The imported columns of a product."""
    return {name: row[name] for name in COLUMNS}


def _differing(edit: _Edit) -> dict[str, Any]:
    return {name: edit.was[name] for name in COLUMNS if edit.was[name] != edit.now[name]}


def _read(query: Any, keys: Sequence[str | None]) -> list[dict[str, Any]]:  # noqa: ANN401 - a query of this module
    wanted = [key for key in keys if key is not None]
    return [dict(row) for row in db.session.execute(query, {"keys": wanted}).mappings()] if wanted else []
