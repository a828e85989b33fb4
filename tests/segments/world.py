"""A small house with everything in it that rules ask for, made at random from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from backend.consent import ConsentEntry
from backend.core import clock
from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.customers import (
    Card,
    Customer,
    CustomerFacts,
    IdentityDocument,
    LifeEvent,
    Preference,
    Trip,
    merge_into,
    set_facts,
)
from backend.insight import MemberScore, SimilarCycle
from backend.insight.scoring import InsightModel
from backend.loyalty import Grade, MemberGrade
from backend.loyalty.coupons import Coupon, CouponUse
from backend.organization import BusinessUnit
from backend.sales import Sale, SaleLine, SaleReturn, SaleReturnLine, refresh_purchase_facts
from backend.segments import Segment, SegmentMember, SegmentVersion
from tests import factories

TODAY = date(2027, 2, 27)
"""Near the 29th of February that this year has not."""
NOW = datetime(2027, 2, 27, 13, 30, tzinfo=UTC)
BRANDS, CATEGORIES = ["가람", "나래", None], ["향수", "차", None]
DISTRICTS = ["강남구", "서초구", "마포구"]
VALUES = ["땅콩", "녹차", "M"]
ISSUERS = ["한마음카드", "별카드"]
GRADES = ["basic", "silver", "gold"]
AIRPORTS = ["NRT", "LAX"]


@dataclass
class World:
    """The ids of what is there."""

    units: list[str] = field(default_factory=list)
    stores: list[str] = field(default_factory=list)
    products: list[str] = field(default_factory=list)
    coupons: list[str] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)


def build(seed: int, *, members: int = 60, keeps_own: bool = False) -> World:
    """Fill the database. With `keeps_own` a unit keeps what is bought there to itself."""
    chance, world = random.Random(seed), World()
    with clock.frozen(NOW), unit_of_work():
        _house(world, chance, keeps_own=keeps_own)
        for _ in range(members):
            _member(world, chance)
        _sales(world, chance)
        db.session.flush()
        refresh_purchase_facts(None)
        _scores(world, chance)
        _lists(world, chance)
        db.session.flush()
        merged = chance.sample(world.members, 8)
        for one, other in zip(merged[::2], merged[1::2], strict=True):
            merge_into(db.session.get_one(Customer, one), db.session.get_one(Customer, other))
            world.members.remove(other)
        refresh_purchase_facts(None)
        # Who came from a file may have no facts yet.
        db.session.execute(delete(CustomerFacts).where(CustomerFacts.customer_id == _bare(world)))
    return world


def _bare(world: World) -> str:
    """A member of whom nothing but her own row is there."""
    with_history = set(db.session.scalars(db.select(Sale.customer_id)))
    return next(each for each in world.members if each not in with_history)


def _house(world: World, chance: random.Random, *, keeps_own: bool) -> None:
    zones = ["Asia/Seoul", "Asia/Seoul", "America/Los_Angeles", "Asia/Tokyo"]
    for number in range(3):
        world.units.append(
            factories.unit(name=f"사업부 {number}", shares="own" if keeps_own and number == 2 else "all").id
        )
    for number, zone in enumerate(zones):
        world.stores.append(factories.store(business_unit_id=world.units[number % 3], time_zone=zone).id)
    for number in range(8):
        product = factories.product(brand=BRANDS[number % 3], category=chance.choice(CATEGORIES))
        world.products.append(product.id)
    for rank, code in enumerate(GRADES, 1):
        db.session.add(Grade(code=code, name=code, rank=rank))
    for state, ends in (("live", None), ("live", TODAY), ("live", TODAY - timedelta(days=1)), ("stopped", None)):
        world.coupons.append(factories.coupon(state=state, ends_on=ends).id)
    for unit_id in world.units:
        code = db.session.get_one(BusinessUnit, unit_id).code
        for days in (1, 2, 3):
            if chance.random() < 0.7:
                row = {"purchase_days": days, "cycle_twice": chance.choice([20, 61, 120]), "members": 20}
                db.session.add(SimilarCycle(unit=code, **row))
    db.session.flush()


def _day(chance: random.Random, first: int, last: int) -> date:
    return TODAY + timedelta(days=chance.randint(first, last))


def _birth_date(chance: random.Random) -> date | None:
    if chance.random() < 0.2:
        return None
    if chance.random() < 0.4:
        near = TODAY + timedelta(days=chance.randint(-2, 4))
        return chance.choice([date(1996, 2, 29), near.replace(year=1990), date(2001, 12, 31), date(1987, 1, 1)])
    return date(chance.choice([1950, 1979, 1997, 2019]), chance.randint(1, 12), chance.randint(1, 28))


def _maybe(chance: random.Random, values: list[Any]) -> Any:
    return chance.choice([*values, None])


def _member(world: World, chance: random.Random) -> None:
    made = factories.customer(
        sex=_maybe(chance, ["f", "m", "x"]),
        birth_date=_birth_date(chance),
        language=_maybe(chance, ["ko", "en", "zh", "ja"]),
        nationality=_maybe(chance, ["KR", "CN"]),
        district=_maybe(chance, DISTRICTS),
        home_store_id=_maybe(chance, world.stores),
        email=_maybe(chance, ["a@example.com"]),
        phone=f"+8210{chance.randint(0, 99_999_999):08d}" if chance.random() < 0.7 else None,
        suspended_at=NOW if chance.random() < 0.1 else None,
        created_at=datetime(2027, 2, 27, tzinfo=UTC) - timedelta(hours=chance.choice([-1, 8, 9, 10, 24, 500, 9_000])),
    )
    world.members.append(made.id)
    _possessions(world, chance, made.id)
    _statements(world, chance, made.id)
    for kind in chance.sample(["birthday", "wedding", "child"], chance.randint(0, 2)):
        days = [date(2016, 2, 29), date(2010, 2, 28), date(2020, 3, 1), _day(chance, -20, 60), _day(chance, -300, -1)]
        db.session.add(LifeEvent(customer_id=made.id, kind=kind, day=chance.choice(days), yearly=chance.random() < 0.7))
    if chance.random() < 0.4:
        hours = chance.choice([-2, 1, 5, 30, 80, 400])
        departs = NOW + timedelta(hours=hours)
        db.session.add(
            Trip(customer_id=made.id, departs_at=departs, zone="Asia/Seoul", to_airport=_maybe(chance, AIRPORTS))
        )


def _possessions(world: World, chance: random.Random, customer_id: str) -> None:
    for unit_id in chance.sample(world.units, chance.randint(0, 2)):
        db.session.add(Card(number=new_id(), customer_id=customer_id, business_unit_id=unit_id))
    if chance.random() < 0.3:
        db.session.add(Card(number=new_id(), customer_id=customer_id, kind="bank", issuer=chance.choice(ISSUERS)))
    if chance.random() < 0.3:
        hidden = {"number_cipher": "-", "number_index": "-", "key_id": "-"}
        db.session.add(IdentityDocument(customer_id=customer_id, kind="passport", country="KR", **hidden))
    kinds = ["like", "dislike", "allergy", "size"]
    for kind, value in {(chance.choice(kinds), chance.choice(VALUES)) for _ in range(chance.randint(0, 3))}:
        db.session.add(Preference(customer_id=customer_id, kind=kind, value=value))
    grade = _maybe(chance, GRADES)
    if grade is not None:
        db.session.add(MemberGrade(id=customer_id, customer_id=customer_id, code=grade, since=_day(chance, -40, 0)))
        set_facts(customer_id, grade=grade)
    for _ in range(chance.randint(0, 3)):
        expires = _maybe(chance, [_day(chance, 0, 40), TODAY, TODAY + timedelta(days=30)])
        factories.points(customer_id, chance.choice([10, 100, 500]), expires_on=expires)
    for coupon_id in world.coupons:
        if chance.random() < 0.4:
            good_until = _maybe(chance, [TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=9)])
            coupon = db.session.get_one(Coupon, coupon_id)
            factories.code(coupon, customer_id, good_until=good_until)


def _statements(world: World, chance: random.Random, customer_id: str) -> None:
    """Consents, refusals, grants that lift one; a child's, with and without her guardian."""
    refusals: list[str | None] = [None]
    for _ in range(chance.randint(0, 4)):
        purpose = chance.choice(["marketing", "marketing", "profiling"])
        granted = chance.random() < 0.7
        entry = ConsentEntry(
            id=new_id(),
            customer_id=customer_id,
            purpose=purpose,
            channel=chance.choice(["sms", "call", None]) if purpose == "marketing" else None,
            sender_id=_maybe(chance, world.units[:2]) if purpose == "marketing" else None,
            granted=granted,
            lifts_id=chance.choice(refusals) if granted else None,
            guardian=granted and chance.random() < 0.3,
            wording_version="1",
            occurred_at=NOW - timedelta(days=chance.randint(1, 900)),
        )
        if not granted:
            refusals.append(entry.id)
        db.session.add(entry)


def _sales(world: World, chance: random.Random) -> None:
    for customer_id in [*world.members, None]:
        if customer_id is not None and chance.random() < 0.25:
            continue
        for _ in range(chance.choice([1, 2, 3, 5, 9])):
            _sale(world, chance, customer_id)


def _sale(world: World, chance: random.Random, customer_id: str | None) -> None:
    number = chance.randrange(len(world.stores))
    zone = ["Asia/Seoul", "Asia/Seoul", "America/Los_Angeles", "Asia/Tokyo"][number]
    at = NOW - timedelta(hours=chance.choice([0, 1, 14, 15, 16, *range(20, 9_000, 173)]))
    sale = Sale(
        customer_id=customer_id,
        store_id=world.stores[number],
        currency=chance.choice(["KRW", "KRW", "USD"]),
        total=0,
        occurred_at=at,
        business_day=at.astimezone(ZoneInfo(zone)).date(),
        flags=[],
    )
    db.session.add(sale)
    db.session.flush()
    lines = []
    for position in range(chance.randint(1, 3)):
        quantity = chance.choice([1, 2, 3, 3, -1, 0])
        lines.append((quantity, chance.choice([1_000, 999, 5_000, -100])))
        product_id = _maybe(chance, world.products)
        line = {"sku": "X", "quantity": quantity, "amount": lines[-1][1]}
        db.session.add(SaleLine(sale_id=sale.id, position=position, product_id=product_id, **line))
    sale.total = sum(amount for _, amount in lines)
    db.session.flush()
    if chance.random() < 0.3:
        _return(chance, sale, lines)
    if customer_id is not None and chance.random() < 0.2:
        _use(world, chance, sale)


def _return(chance: random.Random, sale: Sale, lines: list[tuple[int, int]]) -> None:
    """Of one line part, all or too much; or all of the sale; in one return or two."""
    whole = chance.random() < 0.3
    for again in range(chance.randint(1, 2)):
        row = SaleReturn(
            sale_id=sale.id, store_id=sale.store_id, reason="", occurred_at=NOW, business_day=TODAY, flags=[]
        )
        row.whole = whole and again == 0
        db.session.add(row)
        db.session.flush()
        back = (
            [(place, max(quantity, 0)) for place, (quantity, _) in enumerate(lines)]
            if row.whole
            else [(chance.randrange(len(lines) + 1), chance.choice([1, 2, 5, 0, -1]))]
        )
        for position, (line, quantity) in enumerate(back):
            db.session.add(SaleReturnLine(return_id=row.id, position=position, line=line, quantity=quantity))
    db.session.flush()


def _use(world: World, chance: random.Random, sale: Sale) -> None:
    coupon = db.session.get_one(Coupon, chance.choice(world.coupons))
    text = factories.code(coupon, _maybe(chance, [sale.customer_id]))
    row = {"coupon_id": coupon.id, "customer_id": sale.customer_id, "currency": "KRW", "used_at": NOW}
    db.session.add(
        CouponUse(sale_id=sale.id, code=text, state=chance.choice(["counted", "flagged", "returned"]), **row)
    )
    db.session.flush()


def _scores(world: World, chance: random.Random) -> None:
    model = InsightModel(version=1, as_of=TODAY)
    db.session.add(model)
    db.session.flush()
    for customer_id in chance.sample(world.members, len(world.members) // 2):
        row = {"return_28": _maybe(chance, [0.29, 0.5, 0.07]), "return_56": _maybe(chance, [0.57, 0.58])}
        row |= {"worth": _maybe(chance, [10_000, 50_000]), "stake": _maybe(chance, [0, 25_000])}
        currency = chance.choice(["KRW", "USD"])
        db.session.add(MemberScore(customer_id=customer_id, model_id=model.id, as_of=TODAY, currency=currency, **row))


def _lists(world: World, chance: random.Random) -> None:
    """A list, a rule, and a rule that names both."""
    rules: list[Any] = [None, {"any": [{"is": "sex", "op": "is", "value": ["f"]}]}]
    for rule in rules:
        _segment(world, rule)
    listed, ruled = world.segments
    parts = [{"is": "segment", "op": "in", "value": listed}, {"is": "segment", "op": "not_in", "value": ruled}]
    _segment(world, {"all": parts})
    for customer_id in chance.sample(world.members, 20):
        db.session.add(SegmentMember(segment_id=listed, member_id=customer_id, customer_id=customer_id))


def _segment(world: World, rule: Any) -> None:
    made = Segment(name=f"세그먼트 {len(world.segments)}", kind="list" if rule is None else "rule")
    db.session.add(made)
    db.session.flush()
    if rule is not None:
        db.session.add(SegmentVersion(segment_id=made.id, number=1, rule=rule))
    db.session.flush()
    world.segments.append(made.id)
