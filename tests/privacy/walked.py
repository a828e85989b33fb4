"""A database with members whose data is recognised anywhere, and how each address of the API is called on it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from backend.core import audit, clock
from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.customers import Preference
from backend.delivery import Message
from backend.sync import prepare_scope
from backend.unify import merges
from sms import templates
from sms.incoming import Incoming
from tests import factories
from tests.privacy.planted import mutation
from tests.push.browser import Browser

if TYPE_CHECKING:
    from collections.abc import Callable

    from backend.customers import Customer
    from tests.conftest import Tablet

OWN_PHONE, OTHER_PHONE, THIRD_PHONE = "+821077712345", "+821055598761", "+821033387654"
BIRTH_DATE = date(1987, 3, 14)
CARD, WORDS = "8801777123459", "진주알레르기라고 하심"
AT = "2026-11-20T10:00:00+09:00"


@dataclass(frozen=True)
class World:
    """What was planted: `own` is a member of the store `home` where everybody works, `other` one of another store."""

    home: str
    home_code: str
    other_code: str
    own: str
    other: str
    third: str
    sale: str
    other_sale: str
    message: str
    waiting: str
    conflict: str
    template: str
    merge: str
    tablet: str
    unit_code: str
    hand: str
    unit: str


def spellings(phone: str) -> tuple[str, ...]:
    """A phone as texts spell it."""
    digits = phone.removeprefix("+82")
    return (phone, digits, f"0{digits[:2]}-{digits[2:-4]}-{digits[-4:]}", f"{digits[:2]}-{digits[2:-4]}-{digits[-4:]}")


def plant(tablet: Tablet, elsewhere: Tablet) -> World:
    """Members with everything that can be said of one, at two stores."""
    with unit_of_work():
        factories.product(sku="A1")
        own = _member(tablet.store_id, OWN_PHONE, "김하나")
        other = _member(elsewhere.store_id, OTHER_PHONE, "이두리")
        third = _member(tablet.store_id, THIRD_PHONE, "박세나", cards=[])
        gone = _member(tablet.store_id, "+821022200000", "박세라", cards=[])
    sales = [_sale(own.id), _sale(other.id)]
    entries = [mutation("note.add", customer_id=own.id, text=WORDS)]
    entries += [mutation("customer.edit", customer_id=own.id, changes={"phone": {"from": None, "to": "010-0000-0001"}})]
    statuses = [each["status"] for each in tablet.push(sales[0], *entries)]
    assert statuses == ["applied", "applied", "conflict"], statuses
    note = mutation("note.add", customer_id=other.id, text=WORDS)
    assert [each["status"] for each in elsewhere.push(sales[1], note)] == ["applied"] * 2
    with unit_of_work():
        message, waiting = (message_to(own, state) for state in ("delivered", "held"))
        message_to(other, "delivered")
        new = templates.NewTemplate(
            name="hello", title=None, language="ko", purpose="service", body="{{ customer.name }} 님"
        )
        template = templates.add(new, acting_staff=audit.SYSTEM)
        templates.approve(template, acting_staff=audit.SYSTEM)
        merge = merges.merge(third.id, gone.id, acting_staff=audit.SYSTEM)
        audit.record_access(audit.SYSTEM, customer_id=own.id, what="card")
        for number, whose in enumerate((own, other, None)):
            db.session.add(_text_from(whose, number, tablet.store_id))
    for each in (tablet, elsewhere):
        prepare_scope(each.device.scope)
    from backend.sync.models import EditConflict  # noqa: PLC0415 - where its id is needed

    conflict = db.session.query(EditConflict).one().id
    return World(
        home=tablet.store_id,
        home_code=tablet.device.store.code,
        other_code=elsewhere.device.store.code,
        own=own.id,
        other=other.id,
        third=third.id,
        sale=sales[0]["id"],
        other_sale=sales[1]["id"],
        message=message.id,
        waiting=waiting.id,
        conflict=conflict,
        template=template.id,
        merge=merge.id,
        tablet=elsewhere.device.id,
        unit_code=tablet.device.store.business_unit.code,
        hand=tablet.device.staff.login,
        unit=tablet.device.store.business_unit_id,
    )


def _member(store_id: str, phone: str, name: str, cards: list[str] | None = None) -> Customer:
    made = factories.customer(
        name=name,
        phone=phone,
        birth_date=BIRTH_DATE,
        memo=WORDS,
        home_store_id=store_id,
        cards=[f"{CARD}{phone[-2:]}"] if cards is None else cards,
    )
    db.session.add(Preference(customer_id=made.id, kind="likes", value="향수"))
    return made


def _sale(customer_id: str) -> dict[str, Any]:
    line = {"sku": "A1", "quantity": 1, "amount": 1}
    return mutation("sale.log", customer_id=customer_id, lines=[line], currency="KRW", occurred_at=AT, note=WORDS)


def _text_from(customer: Customer | None, number: int, store_id: str) -> Incoming:
    return Incoming(
        provider_ref=f"SM{number}",
        address=customer.phone if customer else "+821099990000",
        our_number="+8215880000",
        body=WORDS,
        customer_id=customer.id if customer else None,
        store_id=store_id,
        kind="reply",
    )


def message_to(customer: Customer, state: str) -> Message:
    made = Message(
        channel="sms",
        purpose="service",
        customer_id=customer.id,
        store_id=customer.home_store_id,
        address=customer.phone,
        body=f"{customer.name} 님, 안녕하세요",
        state=state,
        reason="night" if state == "held" else None,
        due_at=clock.now() if state == "held" else None,
    )
    db.session.add(made)
    db.session.flush()
    return made


_SKY = "/api/v1/partners/SKY"
_REGISTER = "/api/v1/sms/register"
ALL = frozenset({"associate", "manager", "marketer", "admin", "device"})
_PEACE = ("complaint_days", "return_days", "same_content_days")
DESK = frozenset({"marketer", "admin"})
LEADS = frozenset({"manager", "admin"})
ADMIN = frozenset({"admin"})
FLOOR = frozenset({"associate", "manager", "admin", "device"})
EVERYBODY = ALL | {"nobody"}
SESSIONS = ALL - {"device"}


@dataclass(frozen=True)
class Call:
    """How an address is called so that it answers: once for each of `paths`, with `body`.

    `roles` are those who may. `shows` says of whom a whole phone may stand in the answer: of those in the asker's own
    book (`own`), to an admin of `anybody`; nobody's otherwise.
    """

    roles: frozenset[str]
    paths: Callable[[World], list[str]]
    body: Callable[[World], Any] | None = None
    shows: frozenset[str] = field(default_factory=frozenset)
    # Another answer than 2xx that is right for who may: a code that must not be guessed, a row that is gone by now.
    answers: tuple[int, ...] = ()
    # Called after the others: it changes who asks.
    last: bool = False


def _one(template: str, *names: str) -> Callable[[World], list[str]]:
    """The address with its one id, for each of the world's `names`; as it is without any."""
    return lambda world: [_filled(template, getattr(world, name)) for name in names] or [template]


def _filled(template: str, value: str) -> str:
    before, _, rest = template.partition("<")
    return before + value + rest.partition(">")[2]


def _nothing_there(method: str, rest: str) -> Call:
    """An address of one thing of a member, called for a thing that there is not: what it answers is found elsewhere."""
    _, _, end = rest.partition(">")
    path = f"{rest.partition('<')[0]}{{}}{end}"
    return Call(
        LEADS | {"associate"},
        lambda world: [f"/api/v1/customers/{world.own}/{path.format(new_id())}"],
        (lambda _: {"kind": "home"}) if method == "PATCH" else None,
        answers=(404,),
    )


PASSPORT = "M70689098"
OWN, ANYBODY = frozenset({"own"}), frozenset({"own", "anybody"})
NEW_MEMBER = {"name": "최네오", "phone": "010-4444-5555", "birth_date": "1987-03-14"}
NEW_STORE = {"code": "NEW1", "name": "새 매장"}
NEW_STAFF = {"login": "new.hand", "name": "새 직원", "role": "marketer", "password": "a long password too"}
TEMPLATE = {"name": "thanks", "language": "ko", "purpose": "service", "body": "감사합니다"}
TEXT = {"template": "hello", "fields": {}}
TEMPLATE_TEST = {"body": "x", "purpose": "service", "language": "ko", "phone": "010-9999-0000", "own": True}
STATEMENT = {"purpose": "privacy", "granted": False, "wording_version": "privacy-2026-11", "occurred_at": AT}
NO_WISH: dict[str, Any] = {"muted": [], "quiet_from": None, "quiet_until": None, "time_zone": "Asia/Seoul"}
BROWSER = Browser("https://fcm.googleapis.com/fcm/send/walker").data()
WORDING = {"purpose": "profiling", "text_ko": "분석합니다.", "text_en": "We analyse."}
_SEARCHES = ("2345", "8761", "김하", "이두", CARD + "45")


def _no_import(path: str, body: Any = None) -> Call:
    """Of a file or a run that there is not: what runs hold (counts, codes of problems) is in `tests/unify`."""
    call = partial(str.format, f"/api/v1/imports/{path}")
    return Call(ADMIN, lambda _: [call(new_id())], (lambda _: body) if body else None, answers=(404,))


def _no_campaign(what: str) -> Call:
    """Of a campaign that there is not: sums name no member, which `tests/campaigns` holds."""
    return Call(DESK, lambda _: [f"/api/v1/campaigns/{new_id()}/{what}"], answers=(404,))


def _no_reply(what: str, body: Callable[[World], Any] | None = None) -> Call:
    """Of a text from somebody that there is not: what the lists show is found above."""
    return Call(LEADS | {"associate"}, lambda _: [f"/api/v1/replies/{new_id()}/{what}"], body, answers=(404,))


CALLS: dict[tuple[str, str], Call] = {
    ("GET", "/api/v1/about"): Call(EVERYBODY, _one("/api/v1/about")),
    ("GET", "/api/v1/session"): Call(SESSIONS, _one("/api/v1/session")),
    ("POST", "/api/v1/session"): Call(EVERYBODY, _one("/api/v1/session"), lambda _: {}, answers=(422,)),
    ("DELETE", "/api/v1/session"): Call(EVERYBODY, _one("/api/v1/session"), last=True),
    ("GET", "/api/v1/push"): Call(ALL, _one("/api/v1/push")),
    ("PUT", "/api/v1/push/subscriptions"): Call(SESSIONS, _one("/api/v1/push/subscriptions"), lambda _: BROWSER),
    ("DELETE", "/api/v1/push/subscriptions/<subscription_id>"): Call(
        SESSIONS, lambda _: [f"/api/v1/push/subscriptions/{new_id()}"], answers=(404,)
    ),
    ("PUT", "/api/v1/push/wish"): Call(SESSIONS, _one("/api/v1/push/wish"), lambda _: NO_WISH),
    ("POST", "/api/v1/push/seen"): Call(SESSIONS, _one("/api/v1/push/seen"), lambda _: {"kinds": ["reply"]}),
    ("POST", "/api/v1/push/trial"): Call(SESSIONS, _one("/api/v1/push/trial")),
    ("GET", "/api/v1/business-units"): Call(ALL, _one("/api/v1/business-units")),
    ("PATCH", "/api/v1/business-units/<unit_id>"): Call(
        ADMIN, _one("/api/v1/business-units/<unit_id>", "unit"), lambda _: {"shares": "all"}
    ),
    ("GET", "/api/v1/stores"): Call(ALL, _one("/api/v1/stores")),
    ("POST", "/api/v1/stores"): Call(
        ADMIN, _one("/api/v1/stores"), lambda world: NEW_STORE | {"business_unit": world.unit_code}
    ),
    ("GET", "/api/v1/staff"): Call(LEADS, _one("/api/v1/staff")),
    ("POST", "/api/v1/staff"): Call(ADMIN, _one("/api/v1/staff"), lambda _: NEW_STAFF),
    ("GET", "/api/v1/tablets"): Call(LEADS, _one("/api/v1/tablets")),
    ("POST", "/api/v1/tablets/<tablet_id>/revoke"): Call(
        ADMIN, _one("/api/v1/tablets/<tablet_id>/revoke", "tablet"), lambda _: {}
    ),
    ("POST", "/api/v1/tablets/codes"): Call(
        ADMIN, _one("/api/v1/tablets/codes"), lambda world: {"store": world.home_code, "staff": world.hand}
    ),
    ("POST", "/api/v1/tablets/enrol"): Call(
        EVERYBODY, _one("/api/v1/tablets/enrol"), lambda _: {"code": "AAAA-AAAA"}, answers=(401, 404, 410, 422)
    ),
    ("POST", "/api/v1/tablets/demo"): Call(SESSIONS - {"marketer"}, _one("/api/v1/tablets/demo"), last=True),
    ("GET", "/api/v1/customers"): Call(
        ALL, lambda _: ["/api/v1/customers", *(f"/api/v1/customers?q={q}" for q in _SEARCHES)]
    ),
    ("POST", "/api/v1/customers"): Call(SESSIONS, _one("/api/v1/customers"), lambda _: NEW_MEMBER, ANYBODY),
    ("GET", "/api/v1/customers/search"): Call(
        ALL, lambda _: [f"/api/v1/customers/search?q={q}" for q in _SEARCHES], shows=OWN
    ),
    ("GET", "/api/v1/customers/<customer_id>"): Call(
        ALL, _one("/api/v1/customers/<customer_id>", "own", "other", "third"), shows=ANYBODY
    ),
    ("PATCH", "/api/v1/customers/<customer_id>"): Call(
        LEADS | {"associate"},
        _one("/api/v1/customers/<customer_id>", "own", "other"),
        lambda _: {"changes": {"district": {"from": None, "to": "서울 중구"}}},
        ANYBODY,
        answers=(409,),
    ),
    ("POST", "/api/v1/customers/<customer_id>/preferences"): Call(
        LEADS | {"associate"},
        _one("/api/v1/customers/<customer_id>/preferences", "own", "other"),
        lambda _: {"kind": "size", "value": "240"},
        ANYBODY,
    ),
    ("POST", "/api/v1/customers/<customer_id>/phones"): Call(
        LEADS | {"associate"},
        _one("/api/v1/customers/<customer_id>/phones", "own", "other"),
        lambda _: {"phone": "010-6666-7777"},
        ANYBODY,
    ),
    ("PATCH", "/api/v1/customers/<customer_id>/phones/<phone_id>"): _nothing_there("PATCH", "phones/<phone_id>"),
    ("DELETE", "/api/v1/customers/<customer_id>/phones/<phone_id>"): _nothing_there("DELETE", "phones/<phone_id>"),
    ("POST", "/api/v1/customers/<customer_id>/phones/<phone_id>/main"): _nothing_there("POST", "phones/<id>/main"),
    ("POST", "/api/v1/customers/<customer_id>/cards"): Call(
        LEADS | {"associate"},
        _one("/api/v1/customers/<customer_id>/cards", "own"),
        lambda _: {"number": "NEW-1"},
        ANYBODY,
    ),
    ("DELETE", "/api/v1/customers/<customer_id>/cards/<number>"): _nothing_there("DELETE", "cards/<number>"),
    ("GET", "/api/v1/customers/<customer_id>/life"): Call(
        FLOOR, _one("/api/v1/customers/<customer_id>/life", "own", "other")
    ),
    ("POST", "/api/v1/customers/<customer_id>/life-events"): Call(
        LEADS | {"associate"},
        _one("/api/v1/customers/<customer_id>/life-events", "own"),
        lambda _: {"kind": "wedding", "day": "2018-05-12"},
    ),
    ("DELETE", "/api/v1/customers/<customer_id>/life-events/<event_id>"): _nothing_there("DELETE", "life-events/<id>"),
    ("POST", "/api/v1/customers/<customer_id>/trips"): Call(
        LEADS | {"associate"},
        _one("/api/v1/customers/<customer_id>/trips", "own"),
        lambda _: {"departs_at": "2030-01-01T00:00:00Z"},
    ),
    ("DELETE", "/api/v1/customers/<customer_id>/trips/<trip_id>"): _nothing_there("DELETE", "trips/<id>"),
    ("POST", "/api/v1/customers/<customer_id>/household"): Call(
        LEADS | {"associate"},
        _one("/api/v1/customers/<customer_id>/household", "own"),
        lambda world: {"with": world.third},
    ),
    ("DELETE", "/api/v1/customers/<customer_id>/household"): Call(
        LEADS | {"associate"}, _one("/api/v1/customers/<customer_id>/household", "own")
    ),
    ("POST", "/api/v1/customers/by-passport"): Call(
        LEADS | {"associate"},
        _one("/api/v1/customers/by-passport"),
        lambda _: {"country": "KR", "number": PASSPORT},
    ),
    ("GET", "/api/v1/customers/<customer_id>/documents"): Call(
        FLOOR, _one("/api/v1/customers/<customer_id>/documents", "own", "other")
    ),
    ("POST", "/api/v1/customers/<customer_id>/documents"): Call(
        LEADS | {"associate"},
        _one("/api/v1/customers/<customer_id>/documents", "own"),
        lambda _: {"country": "KR", "number": PASSPORT},
        # Nobody here agreed.
        answers=(409,),
    ),
    ("DELETE", "/api/v1/customers/<customer_id>/documents/<document_id>"): _nothing_there("DELETE", "documents/<id>"),
    ("POST", "/api/v1/customers/<customer_id>/documents/<document_id>/reveal"): Call(
        LEADS,
        lambda world: [f"/api/v1/customers/{world.own}/documents/{new_id()}/reveal"],
        lambda _: {"reason": "확인"},
        answers=(404,),
    ),
    ("GET", "/api/v1/conflicts"): Call(LEADS, _one("/api/v1/conflicts"), shows=ANYBODY),
    ("POST", "/api/v1/conflicts/<conflict_id>/settle"): Call(
        LEADS, _one("/api/v1/conflicts/<conflict_id>/settle", "conflict"), lambda _: {"choice": "server"}, ANYBODY
    ),
    ("GET", "/api/v1/customers/<customer_id>/consents"): Call(
        ALL, _one("/api/v1/customers/<customer_id>/consents", "own", "other")
    ),
    ("POST", "/api/v1/customers/<customer_id>/consents"): Call(
        FLOOR - {"device"}, _one("/api/v1/customers/<customer_id>/consents", "own", "other"), lambda _: STATEMENT
    ),
    ("GET", "/api/v1/customers/<customer_id>/permissions"): Call(
        ALL, _one("/api/v1/customers/<customer_id>/permissions", "own", "other")
    ),
    ("GET", "/api/v1/notices"): Call(
        frozenset({"manager", "marketer", "admin"}), lambda _: ["/api/v1/notices", "/api/v1/notices?state=told"]
    ),
    ("POST", "/api/v1/notices/<notice_id>/told"): Call(
        LEADS,
        lambda _: [f"/api/v1/notices/{new_id()}/told"],
        lambda _: {"how": "call", "note": "통화함"},
        answers=(404,),
    ),
    ("GET", "/api/v1/consent-wordings"): Call(ALL, _one("/api/v1/consent-wordings")),
    ("POST", "/api/v1/consent-wordings"): Call(ADMIN, _one("/api/v1/consent-wordings"), lambda _: WORDING),
    ("GET", "/api/v1/consent-wordings/<wording_id>"): Call(
        ALL, lambda _: [f"/api/v1/consent-wordings/{new_id()}"], answers=(404,)
    ),
    ("PUT", "/api/v1/consent-wordings/<wording_id>"): Call(
        ADMIN, lambda _: [f"/api/v1/consent-wordings/{new_id()}"], lambda _: WORDING, answers=(404,)
    ),
    ("POST", "/api/v1/consent-wordings/<wording_id>/publish"): Call(
        ADMIN, lambda _: [f"/api/v1/consent-wordings/{new_id()}/publish"], answers=(404,)
    ),
    ("POST", "/api/v1/consent-wordings/<wording_id>/retire"): Call(
        ADMIN, lambda _: [f"/api/v1/consent-wordings/{new_id()}/retire"], answers=(404,)
    ),
    ("GET", "/api/v1/products"): Call(ALL, _one("/api/v1/products")),
    ("GET", "/api/v1/products/<product_id>"): Call(ALL, lambda _: [f"/api/v1/products/{new_id()}"], answers=(404,)),
    ("GET", "/api/v1/sales"): Call(
        ALL,
        lambda world: ["/api/v1/sales", f"/api/v1/sales?customer={world.own}", f"/api/v1/sales?customer={world.other}"],
    ),
    ("GET", "/api/v1/sales/<sale_id>"): Call(ALL, _one("/api/v1/sales/<sale_id>", "sale", "other_sale")),
    ("POST", "/api/v1/sales/<sale_id>/review"): Call(
        LEADS, _one("/api/v1/sales/<sale_id>/review", "sale"), lambda _: {"note": "직원 할인"}
    ),
    ("DELETE", "/api/v1/sales/<sale_id>/review"): Call(LEADS, _one("/api/v1/sales/<sale_id>/review", "sale")),
    ("GET", "/api/v1/attention"): Call(ALL, _one("/api/v1/attention")),
    ("GET", "/api/v1/customers/<customer_id>/notes"): Call(
        FLOOR, _one("/api/v1/customers/<customer_id>/notes", "own", "other")
    ),
    ("GET", "/api/v1/outreach"): Call(LEADS, _one("/api/v1/outreach")),
    ("GET", "/api/v1/customers/<customer_id>/outreach"): Call(
        FLOOR, _one("/api/v1/customers/<customer_id>/outreach", "own", "other")
    ),
    ("GET", "/api/v1/customers/<customer_id>/points"): Call(
        ALL, _one("/api/v1/customers/<customer_id>/points", "own", "other")
    ),
    ("GET", "/api/v1/campaigns/effects"): Call(DESK, _one("/api/v1/campaigns/effects")),
    ("GET", "/api/v1/campaigns/<campaign_id>/effect"): _no_campaign("effect"),
    ("GET", "/api/v1/campaigns/<campaign_id>/effect.csv"): _no_campaign("effect.csv"),
    ("GET", "/api/v1/campaigns/<campaign_id>/effect.xlsx"): _no_campaign("effect.xlsx"),
    ("GET", "/api/v1/campaigns/<campaign_id>/advice"): _no_campaign("advice"),
    ("GET", "/api/v1/points/rules"): Call(DESK, _one("/api/v1/points/rules")),
    ("POST", "/api/v1/points/rules"): Call(
        ADMIN,
        _one("/api/v1/points/rules"),
        lambda _: {"name": "기본", "kind": "base", "rate": 100, "starts_on": "2026-11-01"},
    ),
    ("POST", "/api/v1/points/rules/<rule_id>/retire"): Call(
        ADMIN, lambda _: [f"/api/v1/points/rules/{new_id()}/retire"], answers=(404,)
    ),
    ("GET", "/api/v1/contact-limits"): Call(
        frozenset({"manager", "marketer", "admin"}), _one("/api/v1/contact-limits")
    ),
    ("PUT", "/api/v1/contact-limits"): Call(
        ADMIN,
        _one("/api/v1/contact-limits"),
        body=lambda _: {"per_day": 2, "per_week": 5, "per_month": 12} | dict.fromkeys(_PEACE, 3),
    ),
    ("GET", "/api/v1/points/programme"): Call(DESK, _one("/api/v1/points/programme")),
    ("PATCH", "/api/v1/points/programme"): Call(
        ADMIN, _one("/api/v1/points/programme"), body=lambda _: {"notice_least": 1000}
    ),
    ("GET", "/api/v1/insight/models"): Call(DESK, _one("/api/v1/insight/models")),
    ("POST", "/api/v1/insight/models"): Call(DESK, _one("/api/v1/insight/models"), answers=(409,)),
    ("GET", "/api/v1/insight/models/<model_id>"): Call(
        DESK, lambda _: [f"/api/v1/insight/models/{new_id()}"], answers=(404,)
    ),
    ("GET", "/api/v1/customers/<customer_id>/forecast"): Call(
        ALL, _one("/api/v1/customers/<customer_id>/forecast", "own", "other")
    ),
    ("GET", "/api/v1/grades"): Call(ALL, _one("/api/v1/grades")),
    ("POST", "/api/v1/grades"): Call(
        ADMIN, _one("/api/v1/grades"), lambda _: {"code": f"g{new_id()[-8:]}", "name": "시험"}
    ),
    ("PATCH", "/api/v1/grades/<grade_id>"): Call(
        ADMIN, lambda _: [f"/api/v1/grades/{new_id()}"], lambda _: {"name": "시험"}, answers=(404,)
    ),
    ("DELETE", "/api/v1/grades/<grade_id>"): Call(ADMIN, lambda _: [f"/api/v1/grades/{new_id()}"], answers=(404,)),
    ("PATCH", "/api/v1/grades/programme"): Call(ADMIN, _one("/api/v1/grades/programme"), lambda _: {"months": 12}),
    ("GET", "/api/v1/grades/moves"): Call(DESK, _one("/api/v1/grades/moves")),
    ("GET", "/api/v1/grades/evaluations"): Call(DESK, _one("/api/v1/grades/evaluations")),
    ("POST", "/api/v1/grades/evaluations"): Call(
        DESK, _one("/api/v1/grades/evaluations"), lambda _: {"as_of": "2026-01-01"}, answers=(409,)
    ),
    ("GET", "/api/v1/grades/evaluations/<evaluation_id>"): Call(
        DESK, lambda _: [f"/api/v1/grades/evaluations/{new_id()}"], answers=(404,)
    ),
    ("GET", "/api/v1/grades/evaluations/<evaluation_id>/members"): Call(
        DESK, lambda _: [f"/api/v1/grades/evaluations/{new_id()}/members"], answers=(404,)
    ),
    ("POST", "/api/v1/grades/evaluations/<evaluation_id>/apply"): Call(
        ADMIN, lambda _: [f"/api/v1/grades/evaluations/{new_id()}/apply"], answers=(404,)
    ),
    ("POST", "/api/v1/grades/evaluations/<evaluation_id>/drop"): Call(
        DESK, lambda _: [f"/api/v1/grades/evaluations/{new_id()}/drop"], answers=(404,)
    ),
    ("GET", "/api/v1/customers/<customer_id>/grade"): Call(
        ALL, _one("/api/v1/customers/<customer_id>/grade", "own", "other")
    ),
    ("POST", "/api/v1/customers/<customer_id>/grade"): Call(
        LEADS,
        _one("/api/v1/customers/<customer_id>/grade", "own", "other"),
        lambda _: {"grade": "nothing", "reason": "시험"},
        answers=(422,),
    ),
    ("POST", "/api/v1/points/trials"): Call(
        DESK,
        _one("/api/v1/points/trials"),
        lambda _: {"name": "시험", "kind": "bonus", "rate": 100, "starts_on": "2026-12-01"},
    ),
    ("GET", "/api/v1/points/trials/<trial_id>"): Call(
        DESK, lambda _: [f"/api/v1/points/trials/{new_id()}"], answers=(404,)
    ),
    ("POST", "/api/v1/points/trials/<trial_id>/stop"): Call(
        DESK, lambda _: [f"/api/v1/points/trials/{new_id()}/stop"], answers=(404,)
    ),
    ("GET", "/api/v1/points/corrections"): Call(LEADS, _one("/api/v1/points/corrections")),
    ("GET", "/api/v1/customers/<customer_id>/corrections"): Call(
        LEADS, _one("/api/v1/customers/<customer_id>/corrections", "own", "other")
    ),
    ("POST", "/api/v1/customers/<customer_id>/corrections"): Call(
        LEADS,
        _one("/api/v1/customers/<customer_id>/corrections", "own", "other"),
        lambda world: {"points": 10, "reason": "누락", "business_unit": world.unit_code},
    ),
    ("POST", "/api/v1/points/corrections/<correction_id>/decide"): Call(
        ADMIN,
        lambda _: [f"/api/v1/points/corrections/{new_id()}/decide"],
        lambda _: {"approved": True},
        answers=(404,),
    ),
    ("POST", "/api/v1/points/corrections/<correction_id>/withdraw"): Call(
        LEADS, lambda _: [f"/api/v1/points/corrections/{new_id()}/withdraw"], answers=(404,)
    ),
    ("POST", "/api/v1/points/corrections/<correction_id>/undo"): Call(
        LEADS, lambda _: [f"/api/v1/points/corrections/{new_id()}/undo"], answers=(404,)
    ),
    ("GET", "/api/v1/partners"): Call(DESK | LEADS, _one("/api/v1/partners")),
    ("POST", "/api/v1/partners"): Call(
        ADMIN,
        _one("/api/v1/partners"),
        lambda world: {"code": "P1", "name": "하늘항공", "kind": "alliance", "business_unit": world.unit_code},
    ),
    ("GET", "/api/v1/partners/<code>"): Call(DESK, _one(_SKY), answers=(404,)),
    ("PATCH", "/api/v1/partners/<code>"): Call(ADMIN, _one(_SKY), lambda _: {"state": "stopped"}, answers=(404,)),
    ("POST", "/api/v1/partners/<code>/rates"): Call(
        ADMIN,
        _one(f"{_SKY}/rates"),
        lambda _: {"direction": "in", "starts_on": "2099-01-01", "theirs": 1, "ours": 1},
        answers=(404,),
    ),
    ("POST", "/api/v1/partners/<code>/keys"): Call(ADMIN, _one(f"{_SKY}/keys"), answers=(404,)),
    ("POST", "/api/v1/partners/<code>/keys/<key_id>/withdraw"): Call(
        ADMIN, lambda _: [f"{_SKY}/keys/{new_id()}/withdraw"], answers=(404,)
    ),
    ("GET", "/api/v1/partners/<code>/transfers"): Call(DESK, _one(f"{_SKY}/transfers"), answers=(404,)),
    ("GET", "/api/v1/partners/<code>/statement"): Call(DESK, _one(f"{_SKY}/statement?month=2026-11"), answers=(404,)),
    ("GET", "/api/v1/partners/<code>/statement.csv"): Call(
        DESK, _one(f"{_SKY}/statement.csv?month=2026-11"), answers=(404,)
    ),
    ("POST", "/api/v1/partners/<code>/transfers"): Call(frozenset(), _one(f"{_SKY}/transfers"), lambda _: {}),
    ("POST", "/api/v1/partners/<code>/outgoing"): Call(frozenset(), _one(f"{_SKY}/outgoing")),
    ("POST", "/api/v1/partners/<code>/answers"): Call(frozenset(), _one(f"{_SKY}/answers"), lambda _: {}),
    ("GET", "/api/v1/customers/<customer_id>/transfers"): Call(
        DESK | LEADS, _one("/api/v1/customers/<customer_id>/transfers", "own", "other")
    ),
    ("POST", "/api/v1/customers/<customer_id>/transfers"): Call(
        LEADS,
        _one("/api/v1/customers/<customer_id>/transfers", "own", "other"),
        lambda _: {"partner": "SKY", "points": 10, "account": "S-1", "reason": "여행"},
        answers=(404,),
    ),
    ("POST", "/api/v1/transfers/<transfer_id>/reverse"): Call(
        LEADS, lambda _: [f"/api/v1/transfers/{new_id()}/reverse"], lambda _: {"reason": "취소"}, answers=(404,)
    ),
    ("GET", "/api/v1/points/report"): Call(DESK, _one("/api/v1/points/report")),
    ("GET", "/api/v1/messages"): Call(
        ALL, lambda world: ["/api/v1/messages", f"/api/v1/messages?customer={world.own}"]
    ),
    ("GET", "/api/v1/messages/<message_id>"): Call(ALL, _one("/api/v1/messages/<message_id>", "message")),
    ("POST", "/api/v1/messages/<message_id>/cancel"): Call(
        frozenset({"manager", "marketer", "admin"}), _one("/api/v1/messages/<message_id>/cancel", "waiting")
    ),
    ("GET", "/api/v1/customers/<customer_id>/contact"): Call(
        ALL, _one("/api/v1/customers/<customer_id>/contact", "own", "other")
    ),
    ("GET", "/api/v1/customers/<customer_id>/messages"): Call(
        ALL, _one("/api/v1/customers/<customer_id>/messages", "own", "other")
    ),
    ("GET", "/api/v1/merges"): Call(ADMIN, lambda world: ["/api/v1/merges", f"/api/v1/merges?customer={world.third}"]),
    ("POST", "/api/v1/merges"): Call(
        ADMIN, _one("/api/v1/merges"), lambda world: {"survivor_id": world.own, "merged_id": world.third}
    ),
    ("POST", "/api/v1/merges/<merge_id>/undo"): Call(
        ADMIN, _one("/api/v1/merges/<merge_id>/undo", "merge"), answers=(409,)
    ),
    ("GET", "/api/v1/duplicates"): Call(ADMIN, _one("/api/v1/duplicates")),
    ("POST", "/api/v1/duplicates/<pair_id>/different"): Call(
        ADMIN, lambda _: [f"/api/v1/duplicates/{new_id()}/different"], answers=(404,)
    ),
    ("GET", "/api/v1/duplicates/settings"): Call(ADMIN, _one("/api/v1/duplicates/settings")),
    ("PATCH", "/api/v1/duplicates/settings"): Call(
        ADMIN, _one("/api/v1/duplicates/settings"), lambda _: {"automatic_threshold": 400}, answers=(422,)
    ),
    ("POST", "/api/v1/imports/uploads"): Call(
        ADMIN,
        lambda _: [f"/api/v1/imports/uploads?name=x.csv&kind={kind}" for kind in ("members", "products", "sales")],
        lambda _: {},
    ),
    ("GET", "/api/v1/imports/uploads/<upload_id>"): _no_import("uploads/{}"),
    ("DELETE", "/api/v1/imports/uploads/<upload_id>"): _no_import("uploads/{}"),
    ("POST", "/api/v1/imports/uploads/<upload_id>/runs"): _no_import("uploads/{}/runs", {"columns": ["name", "phone"]}),
    ("GET", "/api/v1/imports/runs"): Call(ADMIN, _one("/api/v1/imports/runs")),
    ("GET", "/api/v1/imports/runs/<run_id>"): _no_import("runs/{}"),
    ("POST", "/api/v1/imports/runs/<run_id>/stop"): _no_import("runs/{}/stop"),
    ("POST", "/api/v1/imports/runs/<run_id>/resume"): _no_import("runs/{}/resume"),
    ("POST", "/api/v1/imports/runs/<run_id>/undo"): _no_import("runs/{}/undo"),
    ("GET", "/api/v1/imports/runs/<run_id>/problems"): _no_import("runs/{}/problems"),
    ("GET", "/api/v1/imports/runs/<run_id>/problems.csv"): _no_import("runs/{}/problems.csv"),
    ("GET", "/api/v1/imports/samples/<kind>.csv"): Call(
        ADMIN, lambda _: [f"/api/v1/imports/samples/{kind}.csv" for kind in ("members", "products", "sales")]
    ),
    ("GET", "/api/v1/imports/profiles"): Call(ADMIN, _one("/api/v1/imports/profiles")),
    ("PUT", "/api/v1/imports/profiles/<name>"): Call(
        ADMIN, lambda _: ["/api/v1/imports/profiles/POS"], lambda _: {"columns": {"이름": "name"}}
    ),
    ("DELETE", "/api/v1/imports/profiles/<name>"): Call(
        ADMIN, lambda _: ["/api/v1/imports/profiles/none"], answers=(404,)
    ),
    ("POST", "/api/v1/customers/<customer_id>/report"): Call(
        ADMIN,
        _one("/api/v1/customers/<customer_id>/report", "own", "other"),
        lambda _: {"reason": "본인 요청", "language": "en"},
        ANYBODY,
    ),
    ("POST", "/api/v1/customers/<customer_id>/consents/proof"): Call(
        ADMIN,
        _one("/api/v1/customers/<customer_id>/consents/proof", "own", "other"),
        lambda _: {"reason": "본인 요청", "language": "en"},
        ANYBODY,
    ),
    ("PUT", "/api/v1/customers/<customer_id>/suspension"): Call(
        ADMIN, _one("/api/v1/customers/<customer_id>/suspension", "own"), lambda _: {"reason": "본인 요청"}
    ),
    ("DELETE", "/api/v1/customers/<customer_id>/suspension"): Call(
        ADMIN, _one("/api/v1/customers/<customer_id>/suspension", "own")
    ),
    ("POST", "/api/v1/customers/<customer_id>/erasure"): Call(
        ADMIN, _one("/api/v1/customers/<customer_id>/erasure", "other"), lambda _: {"name": "이두리"}, last=True
    ),
    ("GET", "/api/v1/retention"): Call(ADMIN, _one("/api/v1/retention")),
    ("PUT", "/api/v1/retention/<rule>"): Call(ADMIN, lambda _: ["/api/v1/retention/texts"], lambda _: {"months": 12}),
    ("POST", "/api/v1/retention/<rule>/apply"): Call(
        ADMIN, lambda _: ["/api/v1/retention/webhooks/apply"], answers=(422,)
    ),
    ("GET", "/api/v1/access-log"): Call(
        ADMIN, lambda world: ["/api/v1/access-log", f"/api/v1/access-log?customer={world.own}"]
    ),
    ("GET", "/api/v1/templates"): Call(ALL, _one("/api/v1/templates")),
    ("POST", "/api/v1/templates"): Call(DESK, _one("/api/v1/templates"), lambda _: TEMPLATE),
    ("GET", "/api/v1/templates/fields"): Call(ALL, _one("/api/v1/templates/fields")),
    ("POST", "/api/v1/templates/preview"): Call(
        SESSIONS,
        _one("/api/v1/templates/preview"),
        lambda world: {"body": "{{ customer.name }}", "purpose": "service", "language": "ko", "customer_id": world.own},
    ),
    ("GET", "/api/v1/templates/<template_id>"): Call(ALL, _one("/api/v1/templates/<template_id>", "template")),
    ("PUT", "/api/v1/templates/<template_id>"): Call(
        DESK, _one("/api/v1/templates/<template_id>", "template"), lambda _: {"body": "{{ customer.name }} 고객님"}
    ),
    ("GET", "/api/v1/templates/<template_id>/versions"): Call(
        ALL, _one("/api/v1/templates/<template_id>/versions", "template")
    ),
    ("POST", "/api/v1/templates/<template_id>/ask"): Call(
        DESK, _one("/api/v1/templates/<template_id>/ask", "template"), lambda _: {"version": 2}, answers=(200, 409)
    ),
    ("POST", "/api/v1/templates/<template_id>/approve"): Call(
        DESK,
        _one("/api/v1/templates/<template_id>/approve", "template"),
        lambda _: {"version": 2},
        answers=(200, 403, 409),
    ),
    ("POST", "/api/v1/templates/<template_id>/send-back"): Call(
        DESK,
        _one("/api/v1/templates/<template_id>/send-back", "template"),
        lambda _: {"version": 2, "remark": "기간"},
        answers=(200, 409),
    ),
    ("POST", "/api/v1/templates/<template_id>/restore"): Call(
        DESK, _one("/api/v1/templates/<template_id>/restore", "template"), lambda _: {"version": 1}, answers=(200, 409)
    ),
    ("POST", "/api/v1/templates/<template_id>/retire"): Call(
        DESK, _one("/api/v1/templates/<template_id>/retire", "template"), answers=(200, 409)
    ),
    ("POST", "/api/v1/templates/<template_id>/bring-back"): Call(
        DESK, _one("/api/v1/templates/<template_id>/bring-back", "template"), answers=(200, 409)
    ),
    ("POST", "/api/v1/templates/test-text"): Call(DESK, _one("/api/v1/templates/test-text"), lambda _: TEMPLATE_TEST),
    ("GET", "/api/v1/sms/prices"): Call(DESK, _one("/api/v1/sms/prices")),
    ("PUT", "/api/v1/sms/prices"): Call(ADMIN, _one("/api/v1/sms/prices"), lambda _: {"items": []}),
    ("POST", "/api/v1/customers/<customer_id>/texts/preview"): Call(
        SESSIONS, _one("/api/v1/customers/<customer_id>/texts/preview", "own", "other"), lambda _: TEXT
    ),
    ("POST", "/api/v1/customers/<customer_id>/texts"): Call(
        SESSIONS, _one("/api/v1/customers/<customer_id>/texts", "own", "other"), lambda _: TEXT
    ),
    ("POST", "/api/v1/sms/status/<message_id>"): Call(
        frozenset(), _one("/api/v1/sms/status/<message_id>", "message"), lambda _: {}
    ),
    ("GET", "/l/<code>"): Call(EVERYBODY, _one("/l/nothere1"), answers=(410,)),
    ("POST", "/api/v1/sms/relay/<name>/status"): Call(frozenset(), _one("/api/v1/sms/relay/daon/status"), lambda _: {}),
    ("GET", _REGISTER): Call(DESK, _one(_REGISTER)),
    ("POST", f"{_REGISTER}/sender-numbers"): Call(
        ADMIN,
        _one(f"{_REGISTER}/sender-numbers"),
        lambda world: {
            "business_unit": world.unit_code,
            "provider": "simulator",
            "number": "02-123-4567",
            "registered_on": "2026-01-02",
        },
    ),
    ("POST", f"{_REGISTER}/sender-numbers/<entry_id>/end"): Call(
        ADMIN, lambda _: [f"{_REGISTER}/sender-numbers/{new_id()}/end"], answers=(404,)
    ),
    ("POST", f"{_REGISTER}/certificates"): Call(
        ADMIN,
        _one(f"{_REGISTER}/certificates"),
        lambda _: {"provider": "simulator", "holder": "다온메시징", "number": "26-1", "valid_until": "2999-12-31"},
    ),
    ("POST", f"{_REGISTER}/certificates/<entry_id>/end"): Call(
        ADMIN, lambda _: [f"{_REGISTER}/certificates/{new_id()}/end"], answers=(404,)
    ),
    ("POST", "/api/v1/sms/incoming"): Call(frozenset(), _one("/api/v1/sms/incoming"), lambda _: {}),
    ("POST", "/api/v1/sms/refusals/080/<unit>"): Call(
        frozenset(), _one("/api/v1/sms/refusals/080/<unit>", "unit_code"), lambda _: {}
    ),
    # Whoever has the link may refuse; it names nobody.
    ("GET", "/o/<code>"): Call(EVERYBODY, _one("/o/0000000000"), answers=(404,)),
    ("POST", "/o/<code>"): Call(EVERYBODY, _one("/o/0000000000"), answers=(404,)),
    ("GET", "/api/v1/replies"): Call(
        FLOOR, lambda _: [f"/api/v1/replies?state={state}" for state in ("open", "mine", "unknown", "handled")]
    ),
    ("POST", "/api/v1/replies/<reply_id>/handled"): _no_reply("handled"),
    ("POST", "/api/v1/replies/<reply_id>/refusal"): _no_reply("refusal"),
    ("POST", "/api/v1/replies/<reply_id>/customer"): _no_reply("customer", lambda world: {"customer_id": world.own}),
    ("GET", "/api/v1/customers/<customer_id>/conversation"): Call(
        FLOOR, _one("/api/v1/customers/<customer_id>/conversation", "own", "other")
    ),
    ("GET", "/api/v1/refusal-words"): Call(DESK, _one("/api/v1/refusal-words")),
    ("POST", "/api/v1/refusal-words"): Call(
        ADMIN, _one("/api/v1/refusal-words"), lambda _: {"language": "ko", "kind": "refusal", "word": "그만"}
    ),
    ("DELETE", "/api/v1/refusal-words/<word_id>"): Call(
        ADMIN, lambda _: [f"/api/v1/refusal-words/{new_id()}"], answers=(404,)
    ),
    ("GET", "/api/v1/refusals/units"): Call(DESK, _one("/api/v1/refusals/units")),
    ("PATCH", "/api/v1/refusals/units/<unit>"): Call(
        ADMIN, _one("/api/v1/refusals/units/<unit>", "unit_code"), lambda _: {"by_link": False}
    ),
    ("POST", "/api/v1/refusals/units/<unit>/key"): Call(ADMIN, _one("/api/v1/refusals/units/<unit>/key", "unit_code")),
    ("POST", "/api/v1/refusals/lists"): Call(
        ADMIN, lambda world: [f"/api/v1/refusals/lists?unit={world.unit_code}"], lambda _: {}, answers=(422,)
    ),
    ("GET", "/api/v1/sync/terms"): Call(frozenset({"device"}), _one("/api/v1/sync/terms")),
    ("GET", "/api/v1/sync/snapshot"): Call(frozenset({"device"}), _one("/api/v1/sync/snapshot")),
    ("GET", "/api/v1/sync/blocks/<block_hash>"): Call(frozenset({"device"}), lambda _: [], shows=OWN),
    ("GET", "/api/v1/sync/pull"): Call(frozenset({"device"}), lambda _: [], shows=OWN),
    ("GET", "/api/v1/sync/events"): Call(frozenset({"device"}), _one("/api/v1/sync/events")),
    ("POST", "/api/v1/sync/push"): Call(
        frozenset({"device"}),
        _one("/api/v1/sync/push"),
        lambda world: {
            "mutations": [
                mutation("customer.edit", customer_id=each, changes={"phone": {"from": "1", "to": "010-0000-0002"}})
                for each in (world.own, world.other)
            ]
        },
        OWN,
    ),
    ("POST", "/api/v1/sync/sealed"): Call(frozenset({"device"}), _one("/api/v1/sync/sealed"), lambda _: {"items": []}),
}
"""Every address below /api/v1. One that is missing here makes the walk fail: say who may call it, and how."""

_COUPONS = "/api/v1/coupons"
_COUPON = {"name": "새 쿠폰", "kind": "percent", "value": 10, "audience": "anyone", "starts_on": "2026-11-01"}


def _no_coupon(rest: str, body: Any = None) -> Call:
    """Of a coupon or an issue that there is not; what they answer is in `tests/loyalty`."""
    return Call(DESK, lambda _: [_filled(f"{_COUPONS}/{rest}", new_id())], lambda _: body, answers=(404,))


CALLS |= {
    ("GET", _COUPONS): Call(DESK, _one(_COUPONS)),
    ("POST", _COUPONS): Call(DESK, _one(_COUPONS), lambda _: _COUPON),
    ("GET", f"{_COUPONS}/<coupon_id>"): _no_coupon("<coupon_id>"),
    ("PUT", f"{_COUPONS}/<coupon_id>"): _no_coupon("<coupon_id>", _COUPON),
    ("POST", f"{_COUPONS}/<coupon_id>/live"): _no_coupon("<coupon_id>/live"),
    ("POST", f"{_COUPONS}/<coupon_id>/stop"): _no_coupon("<coupon_id>/stop"),
    ("POST", f"{_COUPONS}/<coupon_id>/prolong"): _no_coupon("<coupon_id>/prolong", {"ends_on": "2026-12-01"}),
    ("GET", f"{_COUPONS}/<coupon_id>/report"): _no_coupon("<coupon_id>/report"),
    ("GET", f"{_COUPONS}/<coupon_id>/codes"): _no_coupon("<coupon_id>/codes"),
    ("GET", f"{_COUPONS}/<coupon_id>/flagged"): _no_coupon("<coupon_id>/flagged"),
    ("GET", f"{_COUPONS}/<coupon_id>/issues"): _no_coupon("<coupon_id>/issues"),
    ("POST", f"{_COUPONS}/<coupon_id>/issues"): _no_coupon(
        "<coupon_id>/issues", {"id": new_id(), "to": "bearer", "count": 1}
    ),
    ("GET", f"{_COUPONS}/issues/<issue_id>"): _no_coupon("issues/<issue_id>"),
    ("POST", f"{_COUPONS}/issues/<issue_id>/stop"): _no_coupon("issues/<issue_id>/stop"),
    ("POST", f"{_COUPONS}/issues/<issue_id>/resume"): _no_coupon("issues/<issue_id>/resume"),
    ("GET", f"{_COUPONS}/issues/<issue_id>/codes.csv"): _no_coupon("issues/<issue_id>/codes.csv"),
    ("GET", f"{_COUPONS}/codes/<code>"): Call(ALL, lambda _: [f"{_COUPONS}/codes/1000000000000053"], answers=(404,)),
    ("GET", "/api/v1/customers/<customer_id>/coupons"): Call(
        ALL, _one("/api/v1/customers/<customer_id>/coupons", "own", "other")
    ),
}


def _gone_batch(word: str) -> Callable[[World], list[str]]:
    return lambda _: [f"/api/v1/batches/{new_id()}/{word}"]


_SENDING = "/api/v1/sending"
_LANE = {"channel": "sms", "sender": None}
_WATCHERS = frozenset({"manager", "marketer", "admin"})
CALLS |= {
    ("GET", _SENDING): Call(_WATCHERS, _one(_SENDING)),
    ("POST", f"{_SENDING}/stop"): Call(_WATCHERS, _one(f"{_SENDING}/stop"), lambda _: {"channel": "push"}),
    ("POST", f"{_SENDING}/start"): Call(DESK, _one(f"{_SENDING}/start"), lambda _: {"channel": "push"}),
    ("PUT", f"{_SENDING}/lanes"): Call(ADMIN, _one(f"{_SENDING}/lanes"), lambda _: _LANE | {"rate": 10}),
    ("POST", f"{_SENDING}/lanes/pause"): Call(DESK, _one(f"{_SENDING}/lanes/pause"), lambda _: _LANE),
    ("POST", f"{_SENDING}/lanes/resume"): Call(DESK, _one(f"{_SENDING}/lanes/resume"), lambda _: _LANE),
    **{
        ("POST", f"/api/v1/batches/<batch_id>/{word}"): Call(DESK, _gone_batch(word), answers=(404,))
        for word in ("pause", "resume", "cancel")
    },
}

_IMPORTS = "/api/v1/imports"


def _gone(rest: str) -> Callable[[World], list[str]]:
    """An address of an upload or a run that is not there: who may not call it learns not even that."""
    return lambda _: [_filled(f"{_IMPORTS}/{rest}", new_id())]


CALLS |= {
    ("POST", f"{_IMPORTS}/uploads"): Call(ADMIN, _one(f"{_IMPORTS}/uploads?name=members.csv"), answers=(422,)),
    ("GET", f"{_IMPORTS}/uploads/<upload_id>"): Call(ADMIN, _gone("uploads/<upload_id>"), answers=(404,)),
    ("DELETE", f"{_IMPORTS}/uploads/<upload_id>"): Call(ADMIN, _gone("uploads/<upload_id>"), answers=(404,)),
    ("POST", f"{_IMPORTS}/uploads/<upload_id>/runs"): Call(
        ADMIN, _gone("uploads/<upload_id>/runs"), lambda _: {"columns": ["name"]}, answers=(404,)
    ),
    ("GET", f"{_IMPORTS}/runs"): Call(ADMIN, _one(f"{_IMPORTS}/runs")),
    ("GET", f"{_IMPORTS}/samples/<kind>.csv"): Call(ADMIN, lambda _: [f"{_IMPORTS}/samples/members.csv"]),
    ("GET", f"{_IMPORTS}/profiles"): Call(ADMIN, _one(f"{_IMPORTS}/profiles")),
    ("PUT", f"{_IMPORTS}/profiles/<name>"): Call(
        ADMIN, lambda _: [f"{_IMPORTS}/profiles/old"], lambda _: {"columns": {"name": "name"}}
    ),
    ("DELETE", f"{_IMPORTS}/profiles/<name>"): Call(ADMIN, lambda _: [f"{_IMPORTS}/profiles/old"]),
} | {
    (method, f"{_IMPORTS}/runs/<run_id>{rest}"): Call(ADMIN, _gone(f"runs/<run_id>{rest}"), answers=(404,))
    for method, rest in (
        ("GET", ""),
        ("POST", "/stop"),
        ("POST", "/resume"),
        ("POST", "/undo"),
        ("GET", "/problems"),
        ("GET", "/problems.csv"),
    )
}

NO_DATA = {
    "/api/openapi.json", "/healthz", "/api/docs", "/api/docs/", "/api/docs/<name>", "/", "/floor", "/admin",
    "/floor/<path:_rest>", "/admin/<path:_rest>", "/assets/<path:name>", "/<name>",
}  # fmt: skip
"""Addresses that read no table of members: the app's files, the document, the heartbeat."""

DEMO_ONLY = "/simulator"
"""The stand-in for the carrier and the customers' phones, which a demo on this machine has and nothing else."""


def of_snapshot(tablet: Tablet) -> list[str]:
    """The blocks and the first page of changes that a tablet reads."""
    found = json.loads(tablet.get("/sync/snapshot").data)
    blocks = [block["url"] for each in found["collections"].values() for block in each["blocks"]]
    return [*blocks, f"/api/v1/sync/pull?cursor={found['cursor']}"]


_SEGMENTS = "/api/v1/segments"
_EVERYBODY: dict[str, Any] = {"rule": {"all": []}}
_SEGMENT = {"name": "새 세그먼트", "version": 1} | _EVERYBODY


def _no_segment(rest: str, body: Any = None) -> Call:
    """Of a segment that there is not; what they answer is in `tests/segments`."""
    return Call(DESK, lambda _: [_filled(f"{_SEGMENTS}/{rest}", new_id())], lambda _: body, answers=(404,))


def _of_everybody(rest: str, **more: Any) -> Call:
    return Call(DESK, _one(f"{_SEGMENTS}/{rest}"), lambda _: _EVERYBODY | more)


CALLS |= {
    ("GET", _SEGMENTS): Call(DESK, _one(_SEGMENTS)),
    ("POST", _SEGMENTS): Call(DESK, _one(_SEGMENTS), lambda _: _SEGMENT),
    ("GET", f"{_SEGMENTS}/conditions"): Call(DESK, _one(f"{_SEGMENTS}/conditions")),
    ("POST", f"{_SEGMENTS}/figure"): _of_everybody("figure"),
    ("POST", f"{_SEGMENTS}/count"): _of_everybody("count"),
    ("POST", f"{_SEGMENTS}/sample"): _of_everybody("sample"),
    ("POST", f"{_SEGMENTS}/breakdown"): _of_everybody("breakdown", by="district"),
    ("POST", f"{_SEGMENTS}/reach"): Call(
        DESK, _one(f"{_SEGMENTS}/reach"), lambda world: _EVERYBODY | {"sender": world.unit_code}
    ),
    ("POST", f"{_SEGMENTS}/overlap"): Call(
        DESK, _one(f"{_SEGMENTS}/overlap"), lambda _: _EVERYBODY | {"segment_id": new_id()}, answers=(404,)
    ),
    ("GET", f"{_SEGMENTS}/<segment_id>"): _no_segment("<segment_id>"),
    ("PUT", f"{_SEGMENTS}/<segment_id>"): _no_segment("<segment_id>", _SEGMENT),
    ("POST", f"{_SEGMENTS}/<segment_id>/archive"): _no_segment("<segment_id>/archive"),
    ("POST", f"{_SEGMENTS}/<segment_id>/restore"): _no_segment("<segment_id>/restore"),
    ("POST", f"{_SEGMENTS}/<segment_id>/count"): _no_segment("<segment_id>/count"),
    ("GET", f"{_SEGMENTS}/<segment_id>/versions"): _no_segment("<segment_id>/versions"),
    ("GET", f"{_SEGMENTS}/<segment_id>/members"): _no_segment("<segment_id>/members"),
    ("POST", f"{_SEGMENTS}/<segment_id>/members"): _no_segment("<segment_id>/members", {"members": ["8801"]}),
    ("DELETE", f"{_SEGMENTS}/<segment_id>/members"): _no_segment("<segment_id>/members", {"members": [new_id()]}),
    ("GET", f"{_SEGMENTS}/<segment_id>/members.csv"): _no_segment("<segment_id>/members.csv"),
    ("GET", f"{_SEGMENTS}/<segment_id>/moves"): _no_segment("<segment_id>/moves"),
}
