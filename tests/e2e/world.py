"""The small world that the browser tests play in: `python -m tests.e2e.world` makes and fills a database.

One duty-free store with its staff, members whom the tests know by name, others around them, articles and templates.
It runs as a program of its own, since the server that the tests drive is one too. It prints the token of an admin's
tablet, with which the tests look at the API.
"""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from backend import consent
from backend.cli import dangol
from backend.core import clock, events
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.customers import Preference
from backend.delivery import Message
from backend.delivery.limits.service import set_limits
from backend.insight import PairingRun, ProductPairing
from backend.insight.scoring import InsightModel, MemberScore, ScoresRefreshed
from backend.organization import BusinessUnit, Store, hash_password
from backend.organization.demo_sign_ins import DEMO_PASSWORD
from backend.sync import blocks
from sms import templates
from sms.incoming import service as incoming
from sms.incoming.service import Arrived
from sms.refusals import RefusalLink
from tests import factories

if TYPE_CHECKING:
    from backend.customers import Customer

AGREED_PHONE = "+821023454821"
"""김민지, who agreed to texts by day and night."""
NEVER_ASKED_PHONE = "+821098764821"
"""김민준, whom nobody asked for consent."""
OFFER = "autumn_offer"
"""A commercial template that is approved."""
PASSWORD = DEMO_PASSWORD
OWN_PASSWORD = "early-harbour-27"
"""Of those whose passwords no demo publishes: their tablet asks."""
OWN_PEOPLE = {
    "hana": "조하나",
    "duri": "윤두리",
    "sebyeol": "노새별",
    "nesol": "안네솔",
    "daon": "하다온",
    "yeoul": "문여울",
}
"""By login. Each of the tests that try wrong passwords has somebody of its own: the server slows down who fails."""
REPLIER, REPLIER_PHONE, LINK = "도이서", "+821077003355", "E2eRefusal"
"""Who texts back, and the code by which she may refuse."""
ELSEWHERE_PHONE = "+821066663311"
"""한바다, whose store is another one: no tablet of the tests' store holds her."""

AT_RISK = (
    ("서하담", "Seo Hadam", 32, 640_000),
    ("남도율", "Nam Doyul", 47, 410_000),
    ("방시온", "Bang Sion", 36, 95_000),
)
"""Who is at risk: name, Latin name, days of silence, what is at stake in won."""
SHOPPER = "방시온"
"""Who is offered something, and whom no test sells anything: what she bought last stays."""
BASKET = [["HN-CREAM-50", 1, 89_000], ["HN-TONER-200", 2, 108_000]]
ALLERGIC = "심온유"
"""Who must not have whisky; of her last purchase one article is sold no more, and one costs otherwise."""
PAIRINGS = {
    "HN-CREAM-50": [["ON-WHISKY-12", 0, 410, 320, 40], ["SR-PERFUME-30", 1, 120, 180, 22]],
    "HN-TONER-200": [["GA-WALLET-01", 1, 90, 150, 12], ["HN-CREAM-50", 0, 600, 400, 70]],
}

COUPONS = 8
HER_COUPON = "7001000000000024"
"""The first code of a coupon of 김민지's."""

_FAMILY = ("이", "박", "최", "정", "강", "조", "윤", "장", "임", "한")
_GIVEN = ("서연", "도윤", "하은", "시우", "지유", "준서", "수아", "예준")
_PRODUCTS = (
    ("HN-CREAM-50", "하늘담 수분크림 50ml", "하늘담", "화장품", 89_000),
    ("HN-TONER-200", "하늘담 토너 200ml", "하늘담", "화장품", 54_000),
    ("SR-PERFUME-30", "소리 오드퍼퓸 30ml", "소리", "향수", 132_000),
    ("SR-PERFUME-50", "소리 오드퍼퓸 50ml", "소리", "향수", 178_000),
    ("ON-WHISKY-12", "온담 위스키 12년", "온담", "주류", 98_000),
    ("ON-WHISKY-18", "온담 위스키 18년", "온담", "주류", 245_000),
    ("BD-WATCH-01", "반디 오토매틱 시계", "반디", "시계", 1_250_000),
    ("GA-WALLET-01", "가온 가죽 지갑", "가온", "가죽", 189_000),
)


def main() -> None:
    """Make the database, fill it and build its blocks."""
    from wsgi import app  # noqa: PLC0415 - reads the environment, which is for a program only

    token = secrets.token_urlsafe(32)
    dangol.main(["init"], standalone_mode=False)
    with app.app_context():
        run_in_unit_of_work(lambda: fill(token))
        blocks.rebuild_all()
    print(token)  # noqa: T201 - a program's answer


def fill(token: str) -> None:
    """Add everything; inside a unit of work."""
    place = _organisation(token)
    for sku, name, brand, category, price in _PRODUCTS:
        article = factories.product(sku=sku, name=name, brand=brand, category=category, price=price)
        if sku in PAIRINGS:
            db.session.add(
                ProductPairing(id=article.id, key=f"sku:{sku}", partners=PAIRINGS[sku], as_of=date(2026, 9, 1))
            )
    _pairings_are_done()
    _coupons(_known_members(place), place)
    _replies(place)
    _at_risk(place)
    for number in range(60):
        name = _FAMILY[number % len(_FAMILY)] + _GIVEN[number % len(_GIVEN)]
        _member(place, name=name, phone=f"+82105550{number:04d}", grade=(None, "silver", "gold")[number % 3])
    offer = '{{ customer.name | default: "고객" }}님, 이번 주말 하늘담 20% 할인'
    _template(OFFER, "가을 할인 안내", offer, "commercial")
    ready = '{{ customer.name | default: "고객" }}님, 맡기신 상품이 준비되었습니다.'
    _template("pickup_ready", "찾으러 오세요", ready, "service")


def _pairings_are_done() -> None:
    """So that the worker leaves the pairings as they are: nobody bought enough here for any."""
    today = datetime.now(UTC).date()
    for days in (-1, 0):
        db.session.add(PairingRun(as_of=today + timedelta(days=days), ended_at=datetime.now(UTC)))


def _organisation(token: str) -> Store:
    unit: BusinessUnit = factories.unit(
        code="DF", name="하늘면세점", sender_name="하늘면세점", contact="1588-0000", refusal_number="080-000-0000"
    )
    place: Store = factories.store(code="GN", name="강남점", name_latin="Gangnam", business_unit_id=unit.id)
    elsewhere = factories.store(code="JM", name="제주점", name_latin="Jeju", business_unit_id=unit.id)
    _member(elsewhere, name="한바다", name_latin="Han Bada", phone=ELSEWHERE_PHONE)
    hashed = hash_password(PASSWORD)
    for login, name, store_id in (
        ("associate", "한가람", place.id),
        ("manager", "오세린", place.id),
        ("marketer", "문다솔", None),
        ("admin", "유하진", None),
    ):
        person = factories.staff(login=login, name=name, role=login, store_id=store_id, password=hashed)
    factories.device(token, store=place, staff=person)
    own = hash_password(OWN_PASSWORD)
    for login, name in OWN_PEOPLE.items():
        factories.staff(login=login, name=name, store_id=place.id, password=own)
    return place


def _replies(place: Store) -> None:
    her = _member(place, name=REPLIER, name_latin="Do Iseo", phone=REPLIER_PHONE, grade="gold")
    link = RefusalLink(code=LINK, made_for=her.id, customer_id=her.id, sender_id=place.business_unit_id, channel="sms")
    db.session.add(link)
    arrived = (
        ("SMe2e1", REPLIER_PHONE, "네, 토요일 오후에 들를게요. 향수 하나 맡아 주세요."),
        ("SMe2e2", REPLIER_PHONE, "그런데 광고는 이제 수신거부 부탁드려요"),
        ("SMe2e3", "+821044440101", "혹시 몇 시까지 하시나요?"),
    )
    sent = {"channel": "sms", "purpose": "service", "sender_id": place.business_unit_id, "store_id": place.id}
    for ref, number, body in arrived:
        customer_id = her.id if number == REPLIER_PHONE else None
        text = Message(**sent, customer_id=customer_id, address=number, body="상품이 들어왔습니다.", state="delivered")
        text.accepted_at = text.sent_at = datetime.now(UTC)
        db.session.add(text)
        db.session.flush()
        incoming.take(Arrived(ref=ref, address=number, our_number="+8215880000", body=body))


def _known_members(place: Store) -> Customer:
    facts = {
        "grade": "gold",
        "last_purchase_on": (datetime.now(UTC) - timedelta(days=40)).date(),
        "last_basket": BASKET,
        "last_currency": "KRW",
        "purchase_gaps": [34, 39, 36, 41],
        "cycle_days": 38,
    }
    # Many tests text the same few people: what the house sets for itself is tried in a test of its own.
    free = {"per_day": None, "per_week": None, "per_month": None, "return_days": 0, "same_content_days": 0}
    set_limits(free | {"complaint_days": 14}, acting_staff=SYSTEM)
    agreed = _member(
        place, name="김민지", name_latin="Kim Minji", phone=AGREED_PHONE, cards=["9400001234567890"], facts=facts
    )
    factories.points(agreed.id, 48_200)
    statement: dict[str, Any] = {
        "purpose": "marketing",
        "channel": "sms",
        "sender": "DF",
        "granted": True,
        "night": True,
        "lifts": None,
        "wording_version": "e2e-1",
        "occurred_at": datetime.now(UTC) - timedelta(days=1),
    }
    consent.record(agreed.id, statement, acting_staff=SYSTEM, store_id=place.id)
    consent.record(agreed.id, statement | {"night": False}, acting_staff=SYSTEM, store_id=place.id)
    _member(place, name="김민준", name_latin="Kim Minjun", phone=NEVER_ASKED_PHONE, grade="silver")
    basket = [["HN-CREAM-50", 1, 80_000], ["HN-OLD-1", 1, 30_000]]
    facts = {"last_basket": basket, "last_currency": "KRW", "last_purchase_on": date(2026, 9, 1)}
    allergic = _member(place, name=ALLERGIC, name_latin="Sim Onyu", phone="+821077778899", facts=facts)
    db.session.add(Preference(customer_id=allergic.id, kind="allergy", value="위스키"))
    _member(place, name="강미진", name_latin="Kang Mijin", phone="+821011114821")
    return agreed


def _at_risk(place: Store) -> None:
    """Regulars whom nobody expects back soon, as a refresh of the scores would leave them; the first may be called."""
    today = clock.now().astimezone(ZoneInfo(place.time_zone)).date()
    # Begun later than any night of this run, so that the worker leaves the scores as they are.
    model = InsightModel(version=1, as_of=today, state="ready", started_at=clock.now() + timedelta(days=2))
    db.session.add(model)
    db.session.flush()
    for number, (name, latin, silence, stake) in enumerate(AT_RISK):
        facts: dict[str, Any] = {
            "last_purchase_on": today - timedelta(days=silence),
            "purchase_gaps": [20, 22, 21],
            "cycle_days": 21,
        }
        if name == SHOPPER:
            facts |= {"last_basket": BASKET, "last_currency": "KRW"}
        phone = f"+82107733440{number}"
        her = _member(
            place, name=name, name_latin=latin, phone=phone, facts=facts | {"grade": ("gold", "silver", None)[number]}
        )
        reasons = [
            {"code": "rhythm", "effect": -1.4, "numbers": {}},
            {"code": "frequency", "effect": -0.4, "numbers": {}},
        ]
        said = MemberScore(customer_id=her.id, model_id=model.id, as_of=today, return_28=0.18 + number / 10)
        said.worth, said.stake, said.currency, said.reasons = stake * 5 // 4, stake, "KRW", reasons
        db.session.add(said)
        if number == 0:
            call = {"purpose": "marketing", "channel": "call", "sender": "DF", "granted": True, "night": False}
            more = {"lifts": None, "wording_version": "e2e-1", "occurred_at": clock.now() - timedelta(days=1)}
            consent.record(her.id, call | more, acting_staff=SYSTEM, store_id=place.id)
    db.session.flush()
    events.publish(ScoresRefreshed(today, model.id))


def _coupons(member: Customer, place: Store) -> None:
    """Ten percent for the member alone, several times, and 5,000 won for whoever has one of many codes."""
    values = {"name": "생일 축하 10%", "name_latin": "Happy birthday: 10%", "kind": "percent", "value": 10}
    hers = factories.coupon(**values, number="7001", currency=None, audience="person", stacks=True)
    codes = [factories.code(hers, member.id, random=number) for number in range(COUPONS)]
    assert codes[0] == HER_COUPON
    values = {
        "name": "가을 감사 5,000원",
        "name_latin": "Autumn thanks: 5,000 won",
        "value": 5_000,
        "least_spend": 50_000,
    }
    anybody = factories.coupon(**values, number="7002", stacks=True, per_member=None, store_id=place.id)
    for number in range(COUPONS):
        factories.code(anybody, random=number)


def _member(place: Store, *, grade: str | None = None, **values: Any) -> Customer:
    facts = values.pop("facts", {"grade": grade})
    made: Customer = factories.customer(home_store_id=place.id, facts=facts, **values)
    return made


def _template(name: str, title: str, body: str, purpose: str) -> None:
    new = templates.NewTemplate(name=name, title=title, language="ko", purpose=purpose, body=body)
    templates.approve(templates.add(new, acting_staff=SYSTEM), acting_staff=SYSTEM)
    db.session.flush()


if __name__ == "__main__":
    main()
