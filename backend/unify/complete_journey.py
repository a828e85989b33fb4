"""The importer of "The Complete Journey" (84.51°): members of one grocery chain, its articles, sales and campaigns.

Every row has an id derived from its key in the files, so a run that was killed is taken up by running it again, and a
second run finds everything there. What is in the database and in the files alike is left as it is.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar, cast

import orjson
from sqlalchemy import bindparam, func, select, update

from backend.campaigns import Campaign, CampaignMember, effect
from backend.catalog import Product
from backend.consent import ConsentEntry
from backend.core import clock
from backend.core.bulk import count_anew
from backend.core.db import db, run_in_unit_of_work
from backend.customers import Card, Customer, CustomerFacts
from backend.organization import BusinessUnit, Store
from backend.sales import Sale, SaleLine, refresh_purchase_facts
from backend.sync import mark_changed
from backend.unify.baskets import Origin
from backend.unify.csv_rows import CsvFile
from backend.unify.keys import derived_id
from backend.unify.models import ImportRun
from backend.unify.past_campaigns import PastSource, import_campaigns
from backend.unify.problems import Problem, Problems, UnreadableValueError
from backend.unify.rows import write_rows
from backend.unify.sales_import import SalesImport
from backend.unify.values import Codes, clean_text, time_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Table

    from backend.core.db import Base
    from backend.unify.progress import Progress

SOURCE = "complete-journey"
CURRENCY = "USD"
TIME_ZONE = "America/New_York"
_UNIT_CODE = "complete-journey"
_UNIT_NAME = "The Complete Journey"
# The files do not say when a member joined or an article was listed: the first day they speak of stands for it.
_BEGINNING = datetime(2017, 1, 1, tzinfo=UTC)
# No person was shown words: the statement stands in the import.
_WORDING = "complete-journey-import"
_CONSENT = (
    "id",
    "customer_id",
    "purpose",
    "night",
    "granted",
    "wording_version",
    "evidence",
    "occurred_at",
    "recorded_at",
    "guardian",
)
_BATCH = 5_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figures:
    """What the database holds of this source now. Money in minor units of `CURRENCY`."""

    stores: int
    members: int
    products: int
    sales: int
    lines: int
    revenue_minor: int
    # Campaigns, how many were sent them (once for each), and what was redeemed of them.
    campaigns: int
    sent: int
    redemptions: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import came to. `added` counts the sales that this run wrote or mended."""

    figures: Figures
    added: int
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    def as_json(self) -> dict[str, object]:
        """The figures, flat, with the problems beside them."""
        return asdict(self.figures) | {
            "problems": [asdict(problem) for problem in self.problems],
            "problem_count": self.problem_count,
        }


def import_directory(directory: Path, *, progress: Progress, profiling_consent: bool = False) -> Outcome:
    """Bring the files of `directory` into the database, in units of work of whole baskets.

    With `profiling_consent` each of its members is recorded as having agreed to profiling, the import as the evidence.
    Raises `ValidationFailed` when a file or a column is missing; bad rows are left out and listed in the outcome.
    """
    problems = Problems()
    files = (
        CsvFile(directory, "members", ("card_number",)),
        CsvFile(
            directory,
            "products",
            ("product_id", "brand", "department", "product_category", "product_type", "package_size"),
        ),
    )
    sales_file = CsvFile(directory, "sale_lines", SalesImport.COLUMNS)
    unit_id = run_in_unit_of_work(_ensure_business_unit)
    progress.say("members and products")
    _import_members(files[0], unit_id, problems)
    _import_products(files[1], unit_id, problems)
    origin = Origin(
        source=SOURCE, unit_id=unit_id, time_zone=TIME_ZONE, currency=CURRENCY, store_prefix="CJ", began=_BEGINNING
    )
    sales = SalesImport(origin, sales_file, problems, progress=progress)
    added = sales.run()
    progress.say("campaigns")
    past = PastSource(SOURCE, TIME_ZONE, CURRENCY, _BEGINNING)
    run_in_unit_of_work(lambda: import_campaigns(directory, past, problems))
    progress.say("purchase facts")
    run_in_unit_of_work(lambda: _finish(sales.run_id, problems))
    if profiling_consent:
        run_in_unit_of_work(lambda: _record_profiling(sales.run_id))
    return Outcome(figures(), added, problems.listed, problems.count)


def figures() -> Figures:
    """Count what stands in the database for this source."""
    unit = select(BusinessUnit.id).where(BusinessUnit.code == _UNIT_CODE).scalar_subquery()
    ours = Sale.source == SOURCE
    sales, revenue = db.session.execute(select(func.count(), func.coalesce(func.sum(Sale.total), 0)).where(ours)).one()

    campaigns = select(Campaign.id).where(Campaign.source == SOURCE)

    def count(model: type[Base], *where: object) -> int:
        return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]

    return Figures(
        stores=count(Store, Store.business_unit_id == unit),
        members=count(Customer, Customer.source == SOURCE),
        products=count(Product, Product.business_unit_id == unit),
        sales=sales,
        lines=count(SaleLine, SaleLine.sale_id.in_(select(Sale.id).where(ours))),
        revenue_minor=int(revenue),
        campaigns=count(Campaign, Campaign.source == SOURCE),
        sent=count(CampaignMember, CampaignMember.campaign_id.in_(campaigns)),
        redemptions=count(effect.PastRedemption, effect.PastRedemption.campaign_id.in_(campaigns)),
    )


def _finish(run_id: str, problems: Problems) -> None:
    """Bring the members' home stores and purchase facts up to date and close the run."""
    count_anew(Sale, SaleLine)
    _give_home_stores()
    refresh_purchase_facts(db.session.scalars(select(Customer.id).where(Customer.source == SOURCE)).all())
    run = db.session.get_one(ImportRun, run_id)
    run.problems = problems.count
    run.updated_at = run.finished_at = clock.now()


def _record_profiling(run_id: str) -> None:
    """Record that each of its members agrees to profiling, once: what she said since stands."""
    members = db.session.execute(select(Customer.id, Customer.source_key).where(Customer.source == SOURCE)).all()
    entries = {derived_id(SOURCE, "profiling", str(key), moment=_BEGINNING): whose for whose, key in members}
    evidence = orjson.dumps({"method": "import", "source": SOURCE, "import": run_id}).decode()
    there, now = _recorded(), time_text(clock.now())
    write_rows(
        ConsentEntry,
        _CONSENT,
        [
            (id_, whose, "profiling", False, True, _WORDING, evidence, now, now, False)
            for id_, whose in sorted(entries.items())
            if id_ not in there
        ],
    )


def _recorded() -> set[str]:
    """The profiling consents of its members that are there, whoever has them now."""
    query = select(ConsentEntry.id).where(ConsentEntry.wording_version == _WORDING)
    return set(db.session.scalars(query))


def _give_home_stores() -> None:
    """Make the store where a member bought most often her home store, unless she has one.

    The purchases are years old: without a home store no store's tablets would hold her.
    """
    homeless = select(Customer.id).where(Customer.source == SOURCE, Customer.home_store_id.is_(None))
    visits = func.count().label("visits")
    query = (
        select(Sale.customer_id, Sale.store_id)
        .where(Sale.customer_id.in_(homeless))
        .group_by(Sale.customer_id, Sale.store_id)
        .order_by(Sale.customer_id, visits, Sale.store_id.desc())
    )
    homes = dict(db.session.execute(query).all())  # The last of a customer's rows stands.
    if homes:
        mark_changed("customers", [str(customer_id) for customer_id in homes])
        values = [{"whose": customer_id, "home": store_id} for customer_id, store_id in homes.items()]
        table = cast("Table", Customer.__table__)
        db.session.execute(
            update(table).where(table.c.id == bindparam("whose")).values(home_store_id=bindparam("home")), values
        )


def _ensure_business_unit() -> str:
    found = db.session.scalar(select(BusinessUnit.id).where(BusinessUnit.code == _UNIT_CODE))
    if found is not None:
        return found
    unit = BusinessUnit(
        id=derived_id(SOURCE, "business_unit", _UNIT_CODE, moment=_BEGINNING),
        code=_UNIT_CODE,
        name=_UNIT_NAME,
        name_latin=_UNIT_NAME,
    )
    db.session.add(unit)
    db.session.flush()
    return unit.id


def _import_members(file: CsvFile, unit_id: str, problems: Problems) -> None:
    """Add the members that are not there yet, each with the card of her number."""
    taken = set(db.session.scalars(select(Card.number)))
    own = set(db.session.scalars(select(Customer.source_key).where(Customer.source == SOURCE)))
    codes = Codes("card_number")

    def wanted() -> Iterator[str]:
        for number, (card,) in _once(file, codes, problems):
            if card in own:
                continue
            if card in taken:
                problems.add(file.name, number, f"card_number {card} belongs to another member already")
                continue
            yield card

    for batch in _batches(wanted()):
        run_in_unit_of_work(lambda batch=batch: _write_members(batch, unit_id))  # type: ignore[misc]


def _write_members(cards: list[str], unit_id: str) -> None:
    now = time_text(clock.now())
    ids = [derived_id(SOURCE, "customer", card, moment=_BEGINNING) for card in cards]
    mark_changed("customers", ids)
    write_rows(
        Customer,
        ("id", "name", "name_latin", "language", "source", "source_key", "created_at", "updated_at"),
        [
            (id_, f"Member {card}", f"Member {card}", "en", SOURCE, card, now, now)
            for id_, card in zip(ids, cards, strict=True)
        ],
    )
    write_rows(
        Card,
        ("number", "customer_id", "business_unit_id", "created_at"),
        [(card, id_, unit_id, now) for id_, card in zip(ids, cards, strict=True)],
    )
    write_rows(
        CustomerFacts,
        ("customer_id", "points", "last_basket", "purchase_gaps", "sms_senders", "night_senders"),
        [(id_, 0, "[]", "[]", "[]", "[]") for id_ in ids],
    )


def _import_products(file: CsvFile, unit_id: str, problems: Problems) -> None:
    """Add the articles that are not there yet."""
    taken = dict(db.session.execute(select(Product.sku, Product.business_unit_id)).all())
    codes = Codes("product_id")

    def wanted() -> Iterator[tuple[str, ...]]:
        for number, (sku, *texts) in _once(file, codes, problems):
            if sku in taken:
                if taken[sku] != unit_id:
                    problems.add(file.name, number, f"product_id {sku} is an article of another business already")
                continue
            try:
                brand, department, category, kind, size = (
                    clean_text(text, column) for text, column in zip(texts, file.columns[1:], strict=True)
                )
            except UnreadableValueError as error:
                problems.add(file.name, number, str(error))
                continue
            name = " ".join(filter(None, (kind or category or department or f"Article {sku}", size)))
            yield sku, name[:200], brand[:80] or "", (category or department)[:80]

    for batch in _batches(wanted()):
        run_in_unit_of_work(lambda batch=batch: _write_products(batch, unit_id))  # type: ignore[misc]


def _write_products(products: list[tuple[str, ...]], unit_id: str) -> None:
    ids = [derived_id(SOURCE, "product", sku, moment=_BEGINNING) for sku, *_ in products]
    mark_changed("products", ids)
    write_rows(
        Product,
        ("id", "sku", "name", "brand", "category", "currency", "business_unit_id"),
        [
            (id_, sku, name, brand or None, category or None, CURRENCY, unit_id)
            for id_, (sku, name, brand, category) in zip(ids, products, strict=True)
        ],
    )


def _once(file: CsvFile, codes: Codes, problems: Problems) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows of `file` whose first value is a code that no earlier row had."""
    seen: dict[str, int] = {}
    for number, row in file.rows(problems):
        try:
            code = codes[row[0]]
        except UnreadableValueError as error:
            problems.add(file.name, number, str(error))
            continue
        if code in seen:
            problems.add(file.name, number, f"{file.columns[0]} {code} was given on line {seen[code]} already")
            continue
        seen[code] = number
        yield number, tuple(row)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
