"""Writing the demo: all of it in one unit of work, so that it is there whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import func, select

from backend.catalog import ExchangeRate, Product
from backend.consent import ConsentWording
from backend.core import audit, clock, events
from backend.core.bulk import count_anew
from backend.core.db import db, run_in_unit_of_work
from backend.core.errors import Conflict
from backend.customers import Customer
from backend.demo.chance import dice, id_at
from backend.demo.coupons import write_coupons
from backend.demo.goods import Article, assortment, companions
from backend.demo.members import Member, members
from backend.demo.names import korean
from backend.demo.partners import write_partners
from backend.demo.purchases import Shelves, purchases
from backend.demo.rows import EARNED_MONTHS, Places, Rows
from backend.demo.segments import write_segments
from backend.demo.world import GRADES, HEAD_STORE, TIME_ZONE, UNITS, WORDINGS
from backend.insight import refresh_now, refresh_pairings
from backend.loyalty import EarningRule, Grade
from backend.organization import DEMO_LOGINS, DEMO_PASSWORD, BusinessUnit, Staff, StaffRole, Store, hash_password
from backend.sales import Sale, SaleLine, refresh_purchase_facts
from backend.settings import current_settings
from backend.sync import blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.unify import Progress

_SOURCE = "demo"
# The shops opened before anything that the demo tells of.
_OPENED = datetime(2023, 3, 2, 1, 0, tzinfo=UTC)
_AT_ONCE = 2_000
# What one unit was worth in the other, about; the months waver around it.
_RATES = (("USD", "KRW", 1400.0), ("CNY", "KRW", 195.0), ("JPY", "KRW", 9.3), ("EUR", "KRW", 1510.0))
_RATE_MONTHS = 25


@dataclass(frozen=True, slots=True)
class DemoSeeded:
    """The demo was just written, in the open unit of work. `business_units` are the codes."""

    business_units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoFigures:
    """What of the demo is in the database now; `created` is whether this call wrote it."""

    created: bool
    members: int
    stores: int
    products: int
    staff: int
    sales: int
    lines: int


def load_demo(count: int, *, seed: int, progress: Progress) -> DemoFigures:
    """Write a demo of `count` members unless one is there. The same seed on the same day gives the same demo.

    Opens its own units of work; forecasts and the tablets' blocks come afterwards. Raises `Conflict` outside demo mode.
    """
    if not current_settings().demo:
        message = "The demo is for demo mode only (DANGOL_DEMO=1): its staff and their password are known to everyone."
        raise Conflict(message)
    if _is_there():
        return figures(created=False)
    password = hash_password(DEMO_PASSWORD)
    run_in_unit_of_work(lambda: _write(count, seed=seed, password=password, progress=progress))
    progress.say("forecasts")
    refresh_now()
    progress.say("what goes together")
    refresh_pairings()
    progress.say("blocks for the tablets")
    blocks.rebuild_all()
    return figures(created=True)


def figures(*, created: bool) -> DemoFigures:
    """Count the demo."""
    units = select(BusinessUnit.id).where(BusinessUnit.code.in_([unit.code for unit in UNITS]))
    ours = Sale.source == _SOURCE

    def count(query: object) -> int:
        return db.session.scalar(select(func.count()).select_from(query)) or 0  # type: ignore[arg-type]

    return DemoFigures(
        created=created,
        members=count(select(Customer.id).where(Customer.source == _SOURCE).subquery()),
        stores=count(select(Store.id).where(Store.business_unit_id.in_(units)).subquery()),
        products=count(select(Product.id).where(Product.business_unit_id.in_(units)).subquery()),
        staff=count(select(Staff.id).subquery()),
        sales=count(select(Sale.id).where(ours).subquery()),
        lines=count(select(SaleLine.sale_id).where(SaleLine.sale_id.in_(select(Sale.id).where(ours))).subquery()),
    )


def _is_there() -> bool:
    return db.session.scalar(select(Store.id).where(Store.code == HEAD_STORE)) is not None


def _write(count: int, *, seed: int, password: str, progress: Progress) -> None:
    if _is_there():
        return
    today = clock.now().astimezone(ZoneInfo(TIME_ZONE)).date()
    goods = assortment(seed)
    places = _write_places(seed, goods, password)
    _write_wordings()
    _write_rates(seed, today)
    _write_rules(seed, today)
    _write_grades(seed, places)
    _write_members(count, seed=seed, today=today, goods=goods, places=places, progress=progress)
    write_partners(seed, today, places, _OPENED)
    progress.say("purchase facts")
    count_anew(Sale, SaleLine)
    refresh_purchase_facts(None)
    write_coupons(seed, today)
    write_segments(seed, today)
    audit.record(
        audit.SYSTEM, "demo.load", subject_kind="demo", subject_id=None, detail={"members": count, "seed": seed}
    )
    events.publish(DemoSeeded(tuple(unit.code for unit in UNITS)))


def _write_members(
    count: int, *, seed: int, today: date, goods: Sequence[Article], places: Places, progress: Progress
) -> None:
    people, buying = dice(seed, "members"), dice(seed, "purchases")
    by_unit: dict[str, Sequence[Article]] = {
        unit.code: [article for article in goods if article.unit == unit.code] for unit in UNITS
    }
    shelves = Shelves(by_unit, companions(goods))
    rows = Rows(buying, places, today=today)
    for number, member in enumerate(members(people, count, today=today), 1):
        rows.add(member, purchases(buying, member, shelves, today=today))
        if not number % _AT_ONCE:
            rows.write()
            progress.at(number, fraction=number / count, unit="members")
    rows.write()


def _write_rules(seed: int, today: date) -> None:
    """One in a hundred won everywhere, as the demo's purchases earned; a little more for the best members."""
    chance = dice(seed, "rules")
    values = {"valid_months": EARNED_MONTHS, "starts_on": today - timedelta(days=3 * 365)}
    for name, kind, rate, grade in (
        ("기본 적립 1%", "base", 100, None),
        ("골드 추가 적립 0.5%", "bonus", 50, "gold"),
        ("VIP 추가 적립 1%", "bonus", 100, "vip"),
    ):
        made = {"id": id_at(chance, _OPENED), "name": name, "kind": kind, "rate": rate, "grade": grade}
        db.session.add(EarningRule(**made, **values))


def _write_grades(seed: int, places: Places) -> None:
    """The grades that the demo's members have, and one that nobody buys her way into."""
    chance = dice(seed, "grades")
    unit = places.units[UNITS[0].code]
    for rank, (code, name, name_latin, values) in enumerate(GRADES):
        gift = {"gift_unit_id": unit, "gift_months": 6} if "gift_points" in values else {}
        made = {"id": id_at(chance, _OPENED), "code": code, "name": name, "name_latin": name_latin, "rank": rank}
        db.session.add(Grade(**made, **values, **gift))


def _write_places(seed: int, goods: Sequence[Article], password: str) -> Places:
    """Business units, stores, staff and articles; returns their ids by code, login and sku."""
    chance = dice(seed, "places")
    places = Places()
    for unit in UNITS:
        row = BusinessUnit(
            id=id_at(chance, _OPENED),
            code=unit.code,
            name=unit.name,
            name_latin=unit.name_latin,
            sender_name=unit.name,
            contact=unit.contact,
            refusal_number=unit.refusal_number,
        )
        db.session.add(row)
        db.session.flush()
        places.units[unit.code] = row.id
        for number, store in enumerate(unit.stores):
            places.stores[store.code] = id_at(chance, _OPENED)
            db.session.add(
                Store(
                    id=places.stores[store.code],
                    code=store.code,
                    name=store.name,
                    name_latin=store.name_latin,
                    business_unit_id=row.id,
                    time_zone=TIME_ZONE,
                    currency=unit.currency,
                    phone=f"+822000{unit.number + number + 1000}",
                )
            )
    db.session.flush()
    _write_staff(seed, places, password)
    _write_goods(seed, goods, places)
    return places


def _write_staff(seed: int, places: Places, password: str) -> None:
    """The four that the sign-in screen offers, and three for each store."""
    chance = dice(seed, "staff")
    head_office = {StaffRole.MARKETER.value, StaffRole.ADMIN.value}
    wanted: list[tuple[str, str, str | None]] = [
        (login, login, None if login in head_office else HEAD_STORE) for login in DEMO_LOGINS
    ]
    for store in places.stores:
        wanted += [(f"{store.lower()}-{number}", StaffRole.ASSOCIATE.value, store) for number in (1, 2)]
        wanted.append((f"{store.lower()}-manager", StaffRole.MANAGER.value, store))
    for login, role, code in wanted:
        person = Staff(
            id=id_at(chance, _OPENED),
            login=login,
            password=password,
            name=korean(chance, sex="f" if chance.random() < 0.5 else "m").own,  # noqa: PLR2004 - half of them
            role=role,
            language="ko",
            store_id=places.stores[code] if code else None,
            created_at=_OPENED,
        )
        db.session.add(person)
        if code:
            places.staff.setdefault(code, []).append(person.id)
    db.session.flush()


def _write_goods(seed: int, goods: Sequence[Article], places: Places) -> None:
    chance = dice(seed, "articles")
    currencies = {unit.code: unit.currency for unit in UNITS}
    for article in goods:
        places.products[article.sku] = id_at(chance, _OPENED)
        db.session.add(
            Product(
                id=places.products[article.sku],
                sku=article.sku,
                barcode=article.barcode,
                name=article.name,
                name_latin=article.name_latin,
                brand=article.brand,
                category=article.category,
                price=article.price,
                currency=currencies[article.unit],
                business_unit_id=places.units[article.unit],
            )
        )
    db.session.flush()


def _write_wordings() -> None:
    there = set(db.session.scalars(select(ConsentWording.version)))
    db.session.add_all(
        ConsentWording(
            version=version,
            purpose=words["purpose"],
            channel="sms" if words["purpose"] == "marketing" else None,
            night="-night" in version,
            text_ko=words["ko"],
            text_en=words["en"],
            state="retired",
        )
        for version, words in orjson.loads(WORDINGS.read_bytes()).items()
        if version not in there
    )


def _write_rates(seed: int, today: date) -> None:
    """A rate a month in both directions, so that a till that sells in won can be paid in dollars and the reverse."""
    chance = dice(seed, "rates")
    there = set(db.session.execute(select(ExchangeRate.currency, ExchangeRate.base, ExchangeRate.on)))
    for currency, base, worth in _RATES:
        for months in range(_RATE_MONTHS):
            on = today - timedelta(days=30 * months)
            rate = worth * (1 + chance.uniform(-0.04, 0.04))
            for one, other, value in ((currency, base, f"{rate:.4f}"), (base, currency, f"{1 / rate:.8f}")):
                if (one, other, on) not in there:
                    db.session.add(ExchangeRate(currency=one, base=other, on=on, rate=value))


__all__ = ["DemoFigures", "DemoSeeded", "Member", "figures", "load_demo"]
