"""What runs did to products and sales: kept while they write, looked at before they are taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select

from backend.core.bulk import insert_rows, update_rows
from backend.core.db import Base, db, table_of
from backend.core.one_of import one_of
from backend.unify.models import ImportEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Column

JOURNAL = table_of(ImportEntry)
_INSERT = insert(JOURNAL)
_MINE = select(JOURNAL.c.row_id, JOURNAL.c.before, JOURNAL.c.after).where(
    JOURNAL.c.run_id == bindparam("run"), one_of(JOURNAL.c.row_id, "ids")
)
_LATER = select(JOURNAL.c.row_id, JOURNAL.c.run_id).where(
    JOURNAL.c.run_id > bindparam("run"), one_of(JOURNAL.c.row_id, "ids")
)


def keep_new(run_id: str, rows: Sequence[tuple[str, int, Mapping[str, Any] | None]]) -> None:
    """Keep that a run made rows: (id, line, what it wrote)."""
    insert_rows(
        _INSERT,
        [{"run_id": run_id, "row_id": id_, "line": line, "before": None, "after": after} for id_, line, after in rows],
    )


def keep_changed(run_id: str, rows: Sequence[tuple[str, int, Mapping[str, Any], Mapping[str, Any]]]) -> None:
    """Keep that a run changed rows: (id, line, what was, what is now). What was before all of the run stays kept."""
    known = {row.row_id: row for row in db.session.execute(_MINE, {"run": run_id, "ids": [row[0] for row in rows]})}
    fresh, more = [], []
    for id_, line, before, after in rows:
        entry = {"run_id": run_id, "row_id": id_, "after": dict(after)}
        if id_ in known:
            first = known[id_].before
            more.append(entry | {"before": None if first is None else {**before, **first}})
        else:
            fresh.append(entry | {"line": line, "before": dict(before)})
    insert_rows(_INSERT, fresh)
    update_rows(JOURNAL, more, by=("run_id", "row_id"))


def later(run_id: str, ids: Sequence[str]) -> list[tuple[str, str]]:
    """(row, run) of what runs after this one did to the same rows."""
    found = db.session.execute(_LATER, {"run": run_id, "ids": list(ids)})
    return [(row_id, by) for row_id, by in found]


def references(model: type[Base], *, own: Collection[str] = ()) -> Iterator[Column[Any]]:
    """Every column of any table, but those of `own`, that refers to a row of `model`: nothing is passed over."""
    for table in Base.metadata.sorted_tables:
        if table.name in own:
            continue
        for column in table.columns:
            if any(key.column.table.name == model.__tablename__ for key in column.foreign_keys):
                yield column
