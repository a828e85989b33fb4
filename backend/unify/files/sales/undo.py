"""Taking sales of a run back, unless something came back, was paid with points, or was looked at since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import select

from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.sales import Sale, SaleLine, SaleReturn, remove_past_sales
from backend.unify.files import journal, sentences
from backend.unify.files.target import CannotUndo, Undoer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import RowMapping

_sale = table_of(Sale)
_HELD = select(_sale.c.id).where(one_of(_sale.c.id, "ids")).order_by(_sale.c.id).with_for_update()
_REVIEWED = select(_sale.c.id).where(one_of(_sale.c.id, "ids"), _sale.c.reviewed_at.is_not(None)).limit(1)


def _hold(entries: Sequence[RowMapping]) -> None:
    """A return of one of them waits until this is done, and finds no sale then."""
    db.session.execute(_HELD, {"ids": _ids(entries)}).all()


def _refuse_touched(_run_id: str, entries: Sequence[RowMapping]) -> None:
    ids = _ids(entries)
    returned = table_of(SaleReturn).c.sale_id
    for column in (returned, *journal.references(Sale, own={SaleLine.__tablename__})):
        touched = db.session.execute(select(column).where(one_of(column, "ids")).limit(1), {"ids": ids}).scalar()
        if touched is not None:
            _refuse(touched, column.table.name)
    reviewed = db.session.execute(_REVIEWED, {"ids": ids}).scalar()
    if reviewed is not None:
        _refuse(reviewed, "review")


def _take_back(entries: Sequence[RowMapping]) -> tuple[int, int]:
    remove_past_sales(_ids(entries))
    return len(entries), 0


def _ids(entries: Sequence[RowMapping]) -> list[str]:
    return [entry["row_id"] for entry in entries]


def _whose(touched: Mapping[str, Any]) -> str:
    receipt = db.session.execute(select(_sale.c.source_key).where(_sale.c.id == touched["row"])).scalar()
    return str(receipt) if receipt else "—"


def _refuse(row_id: str, what: str) -> NoReturn:
    sentence = sentences.touched(what, "", _whose({"row": row_id}), kind="sales")
    raise CannotUndo(sentence, row=row_id, what=what, by=None)


SALES_UNDOER = Undoer(journal.JOURNAL, journal.JOURNAL.c.row_id, _hold, _refuse_touched, _take_back, _whose)
