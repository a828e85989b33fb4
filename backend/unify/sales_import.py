"""One run over a sales file: which baskets are new, which are there, which must be mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from backend.core.db import db, run_in_unit_of_work
from backend.sales import Sale, SaleLine
from backend.unify.baskets import COLUMNS, Basket, BasketReader
from backend.unify.models import ImportRun
from backend.unify.problems import Problems
from backend.unify.sales_writer import Origin, SalesWriter

if TYPE_CHECKING:
    from datetime import datetime

    from backend.unify.csv_rows import CsvFile
    from backend.unify.progress import Progress

# A batch holds the write lock for about a quarter of a second; a kill costs at most one.
_BATCH_LINES = 20_000
_REPLACED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database holds of a basket: enough to see whether the file says the same."""

    sale_id: str
    occurred_at: datetime
    total: int
    discount: int
    nameless: bool
    lines: int
    quantity: int
    linked: int


class SalesImport:
    """Brings a sales file into the database.

    Baskets come in the order of the file and are compared with what is there by their key: new ones are written, equal
    ones left alone. Those that differ, or whose lines are scattered over the file, are gathered in a second pass.
    """

    COLUMNS = COLUMNS

    def __init__(self, origin: Origin, file: CsvFile, problems: Problems, *, progress: Progress) -> None:
        self.file = file
        self.problems = problems
        self.progress = progress
        self.run_id = ""
        self._source = origin.source
        self._currency = origin.currency
        self._writer = SalesWriter(origin)
        self._read = 0
        self._batch: list[Basket] = []
        self._batch_lines = 0

    def run(self) -> int:
        """Import the file; return how many sales were written or mended."""
        self.run_id = run_in_unit_of_work(self._open_run)
        known = self._load_known()
        written = 0
        seen: set[str] = set()
        unsettled: set[str] = set()
        reader = BasketReader(self.file.name, self._currency, self.problems)
        for basket in reader.baskets(self.file.rows(self.problems, at=self._show)):
            key = basket.key
            self._read = basket.last_line
            if key in seen:
                unsettled.add(key)
                continue
            seen.add(key)
            if key not in known:
                written += self._take(basket)
            elif not self._same(basket, known[key]):
                unsettled.add(key)
        self._write_batch()
        return written + (self._settle(unsettled) if unsettled else 0)

    def _open_run(self) -> str:
        run = ImportRun(source=self._source)
        db.session.add(run)
        db.session.flush()
        return run.id

    def _show(self, position: int) -> None:
        self.progress.at(self._read, fraction=position / max(self.file.size, 1))

    def _take(self, basket: Basket) -> int:
        self._batch.append(basket)
        self._batch_lines += len(basket.lines)
        if self._batch_lines >= _BATCH_LINES:
            self._write_batch()
        return 1

    def _write_batch(self) -> None:
        batch, self._batch, self._batch_lines = self._batch, [], 0
        if batch:
            run_in_unit_of_work(lambda: self._writer.insert(batch, run_id=self.run_id))

    def _load_known(self) -> dict[str, _Known]:
        """What is there of this source. One pass over `uq_sale_source` and one over the lines by their primary key."""
        ours = Sale.source == self._source
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
        query = (
            select(
                Sale.source_key,
                Sale.id,
                Sale.occurred_at,
                Sale.total,
                Sale.discount,
                Sale.customer_id.is_(None),
                contents.c.lines,
                contents.c.quantity,
                contents.c.linked,
            )
            .join(contents, contents.c.sale_id == Sale.id, isouter=True)
            .where(ours)
        )
        return {
            str(key): _Known(id_, at, total, discount, bool(nameless), lines or 0, int(quantity or 0), linked or 0)
            for key, id_, at, total, discount, nameless, lines, quantity, linked in db.session.execute(query).tuples()
        }

    def _same(self, basket: Basket, known: _Known) -> bool:
        """Whether the database says what the file says. Whose sale it is may have changed since, by a merge."""
        return (
            known.lines == len(basket.lines)
            and known.total == basket.paid
            and known.discount == basket.discount
            and known.quantity == sum(line[1] for line in basket.lines)
            and known.occurred_at == basket.sold_at
            and known.linked == known.lines - self._writer.unlinked(basket)
            and not (known.nameless and basket.card in self._writer.cards)
        )

    def _settle(self, keys: set[str]) -> int:
        """Read the file once more for the baskets of `keys`, whole this time, and mend those that differ."""
        gathered = self._gather(keys)
        known = self._load_known()
        new = [basket for basket in gathered if basket.key not in known]
        differing = [basket for basket in gathered if basket.key in known and not self._same(basket, known[basket.key])]
        ids = {basket.key: known[basket.key].sale_id for basket in differing}
        if new:
            run_in_unit_of_work(lambda: self._writer.insert(new, run_id=self.run_id))
        for start in range(0, len(differing), _REPLACED_AT_ONCE):
            self._replace(differing[start : start + _REPLACED_AT_ONCE], ids)
        return len(differing)

    def _replace(self, baskets: list[Basket], ids: dict[str, str]) -> None:
        run_in_unit_of_work(lambda: self._writer.replace(baskets, ids, run_id=self.run_id))

    def _gather(self, keys: set[str]) -> list[Basket]:
        """The baskets of `keys` with all their lines. What is unreadable was listed by the first pass."""
        unlisted = Problems(limit=0)
        reader = BasketReader(self.file.name, self._currency, unlisted)
        gathered: dict[str, Basket] = {}
        for basket in reader.baskets(self.file.rows(unlisted)):
            if basket.key not in keys:
                continue
            first = gathered.setdefault(basket.key, basket)
            if first.heading != basket.heading:
                reason = f"sold_at, store_id or card_number differ from the earlier lines of basket {basket.key}"
                self.problems.add(self.file.name, basket.last_line, reason)
            elif first is not basket:
                first.lines += basket.lines
        return list(gathered.values())
