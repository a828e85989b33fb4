"""Files of sales, a line of a receipt a row: how they are read, and who writes them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core import clock
from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.organization import Staff, Store
from backend.unify.files.sales.fields import CUSTOMER, NEEDED, SALE_FIELDS, readers
from backend.unify.files.sales.reader import Place, Places, SalesReader
from backend.unify.files.sales.undo import SALES_UNDOER
from backend.unify.files.sales.writer import SaleWriter
from backend.unify.files.target import Target

if TYPE_CHECKING:
    from backend.unify.files.mapping import Columns
    from backend.unify.files.plan import Reading
    from backend.unify.files.runs import Prepared
    from backend.unify.files.tables import Table

# As the clock of a till may be ahead.
_AHEAD = timedelta(minutes=5)


def _reader(table: Table, reading: Reading) -> SalesReader:
    stores = db.session.execute(select(Store.id, Store.code, Store.time_zone, Store.currency))
    places = {id_: Place(code, zone, currency) for id_, code, zone, currency in stores}
    staff = dict(db.session.execute(select(Staff.login, Staff.id)).all())
    return SalesReader(table, reading, Places(places, staff, clock.now() + _AHEAD))


def _writer(prepared: Prepared, run_id: str | None) -> SaleWriter:
    return SaleWriter(run_id, prepared.wishes.source, prepared.key, prepared.headings)


def _check(columns: Columns) -> None:
    if not {"amount", "unit_price"} & set(columns.columns.values()):
        message = "The file does not say what was paid: it needs a column for amount or unit_price."
        raise ValidationFailed({"map": [message]})


SALES: Target = Target(
    kind="sales",
    fields=SALE_FIELDS,
    keys={key: (*NEEDED, field) if field else NEEDED for key, field in CUSTOMER.items()},
    usual=("source-key", "card", "phone", "none"),
    needed="No columns say what was sold. Needed: receipt, store, sold_at and sku.",
    by_values=lambda _rows, _today: {},
    is_data=lambda _row, _today: False,
    readers=lambda reading: readers(reading.stores),
    reader=_reader,
    writer=_writer,
    undoer=SALES_UNDOER,
    check=_check,
)

__all__ = ["SALES"]
