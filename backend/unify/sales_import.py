"""One run over a sales file: which baskets are new, which are there, which must be mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from backend.core.db import db, run_in_unit_of_work
from backend.sales import Sale, SaleLine
from backend.unify.baskets import COLUMNS, Basket, BasketReader, Origin
from backend.unify.models import ImportRun
from backend.unify.problems import Problem, Problems
from backend.unify.read_ahead import read_ahead
from backend.unify.sales_writer import SalesWriter
from backend.unify.values import time_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backend.unify.csv_rows import CsvFile
    from backend.unify.progress import Progress

# A batch holds the write lock for a fraction of a second; a kill costs at most one.
_BATCH_LINES = 25_000
_REPLACED_AT_ONCE = 500
# Below this many bytes starting a process takes longer than it saves.
_LARGE_FILE = 500_000


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database holds of a basket: enough to see whether the file says the same."""

    sale_id: str
    occurred_at: str
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
        self.origin = origin
        self.file = file
        self.problems = problems
        self.progress = progress
        self.run_id = ""
        self._writer = SalesWriter(origin)

    def run(self) -> int:
        """Import the file; return how many sales were written or mended."""
        self.run_id = run_in_unit_of_work(self._open_run)
        known = self._load_known()
        written = 0
        seen: set[str] = set()
        unsettled: set[str] = set()
        for baskets in self._chunks():
            new: list[Basket] = []
            for basket in baskets:
                key = basket.key
                if key in seen:
                    unsettled.add(key)
                elif key not in known:
                    new.append(basket)
                elif not self._same(basket, known[key]):
                    unsettled.add(key)
                seen.add(key)
            if new:
                self._insert(new)
                written += len(new)
        return written + (self._settle(unsettled) if unsettled else 0)

    def _open_run(self) -> str:
        run = ImportRun(source=self.origin.source)
        db.session.add(run)
        db.session.flush()
        return run.id

    def _chunks(self) -> Iterator[list[Basket]]:
        """The file's baskets, so many at a time; what it holds that is unreadable goes to the problems."""
        chunk: list[tuple[object, ...]]
        for position, chunk, problems in read_ahead(self._read, aside=self.file.size > _LARGE_FILE):
            for line, reason in problems:
                self.problems.add(self.file.name, line, reason)
            baskets = [Basket._make(values) for values in chunk]
            yield baskets
            if baskets:
                self.progress.at(baskets[-1].last_line, fraction=position / max(self.file.size, 1))

    def _read(self) -> Iterator[tuple[int, list[tuple[object, ...]], list[tuple[int, str]]]]:
        """(bytes read, baskets as tuples, problems) in chunks of whole baskets. Runs in a process of its own."""
        problems = Problems()
        position = 0
        lines = 0
        chunk: list[tuple[object, ...]] = []

        def at(read: int) -> None:
            nonlocal position
            position = read

        def told() -> list[tuple[int, str]]:
            found: list[Problem] = problems.listed
            problems.listed, problems.count = [], 0
            return [(problem.line, problem.reason) for problem in found]

        for basket in BasketReader(self.file.name, self.origin, problems).baskets(self.file.rows(problems, at=at)):
            chunk.append(tuple(basket))
            lines += len(basket.skus)
            if lines >= _BATCH_LINES:
                yield position, chunk, told()
                chunk, lines = [], 0
        yield self.file.size, chunk, told()

    def _insert(self, baskets: list[Basket]) -> None:
        run_in_unit_of_work(lambda: self._writer.insert(baskets, run_id=self.run_id))

    def _load_known(self) -> dict[str, _Known]:
        """What is there of this source. One pass over `uq_sale_source` and one over the lines by their primary key."""
        ours = Sale.source == self.origin.source
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
        rows = db.session.execute(query).tuples()
        return {
            str(key): _Known(
                id_, time_text(at), total, discount, bool(nameless), lines or 0, int(quantity or 0), linked or 0
            )
            for key, id_, at, total, discount, nameless, lines, quantity, linked in rows
        }

    def _same(self, basket: Basket, known: _Known) -> bool:
        """Whether the database says what the file says. Whose sale it is may have changed since, by a merge."""
        return (
            known.lines == len(basket.skus)
            and known.total == sum(basket.amounts)
            and known.discount == sum(basket.discounts)
            and known.quantity == sum(basket.quantities)
            and known.occurred_at == basket.occurred_at
            and known.linked == known.lines - self._writer.unlinked(basket)
            and not (known.nameless and basket.card in self._writer.cards)
        )

    def _settle(self, keys: set[str]) -> int:
        """Read the file once more for the baskets of `keys`, whole this time, and mend those that differ."""
        known = self._load_known()
        differing = [basket for basket in self._gather(keys) if not self._same(basket, known[basket.key])]
        ids = {basket.key: known[basket.key].sale_id for basket in differing}
        for start in range(0, len(differing), _REPLACED_AT_ONCE):
            self._replace(differing[start : start + _REPLACED_AT_ONCE], ids)
        return len(differing)

    def _replace(self, baskets: list[Basket], ids: dict[str, str]) -> None:
        run_in_unit_of_work(lambda: self._writer.replace(baskets, ids, run_id=self.run_id))

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
