"""Templates and prices for the demo: approved, in Korean and English, for commercial and for service texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from backend.core.audit import SYSTEM
from backend.core.db import db
from sms import demo_sending, prices, templates
from sms.incoming import demo as incoming_demo
from sms.models import Template
from sms.routing import demo as routing_demo
from sms.templates import NewTemplate

if TYPE_CHECKING:
    from backend.demo import DemoSeeded

TEMPLATES: Final = (
    NewTemplate(
        name="new-arrival",
        title="신상품 입고 안내",
        language="ko",
        purpose="commercial",
        body='{{ customer.name | default: "고객" }}님, 기다리시던 상품이 '
        '{{ store.name | default: "매장" }}에 들어왔습니다. '
        "{% if product.name %}[{{ product.name }}] {% endif %}"
        '편하실 때 들러 주세요. 담당 {{ staff.name | default: "직원" }} 드림',
    ),
    NewTemplate(
        name="new-arrival",
        title="New arrival",
        language="en",
        purpose="commercial",
        body='Dear {{ customer.name | default: "guest" }}, '
        '{{ product.name | default: "our new collection" }} has arrived at {{ store.name | default: "our store" }}. '
        '{{ staff.name | default: "Our staff" }} will be glad to show it to you.',
    ),
    NewTemplate(
        name="thank-you-offer",
        title="감사 할인",
        language="ko",
        purpose="commercial",
        body='{{ customer.name | default: "고객" }}님, 늘 찾아 주셔서 감사합니다. '
        '감사 혜택: {{ offer.title | default: "다음 구매 10% 할인" }}'
        "{% if offer.until %} ({{ offer.until }}까지){% endif %}. "
        '{{ store.name | default: "매장" }}에서 이 문자를 보여 주세요.',
    ),
    NewTemplate(
        name="thank-you-offer",
        title="Thank-you offer",
        language="en",
        purpose="commercial",
        body='Thank you, {{ customer.name | default: "dear guest" }}. '
        '{{ offer.title | default: "10% off your next purchase" }} is yours '
        'at {{ store.name | default: "our store" }}{% if offer.until %} until {{ offer.until }}{% endif %}. '
        "Please show this text.",
    ),
    NewTemplate(
        name="points-balance",
        title="포인트 사용 안내",
        language="ko",
        purpose="commercial",
        body='{{ customer.name | default: "고객" }}님의 포인트는 {{ customer.points }}점입니다. '
        '{{ store.name | default: "매장" }}에서 현금처럼 쓰실 수 있습니다.',
    ),
    NewTemplate(
        name="points-balance",
        title="Points to spend",
        language="en",
        purpose="commercial",
        body='{{ customer.name | default: "Dear guest" }}, you have {{ customer.points }} points to spend at '
        '{{ store.name | default: "our store" }}.',
    ),
    NewTemplate(
        name="pickup-ready",
        title="상품 인도 안내",
        language="ko",
        purpose="service",
        body='{{ customer.name | default: "고객" }}님, 구매하신 상품이 준비되었습니다. '
        '인도 장소: {{ pickup.place | default: "출국장 인도장" }}'
        "{% if pickup.time %}, {{ pickup.time }}부터{% endif %}. "
        '여권과 항공권을 가져오세요. {{ store.name | default: "" }}',
    ),
    NewTemplate(
        name="pickup-ready",
        title="Ready for pick-up",
        language="en",
        purpose="service",
        body='{{ customer.name | default: "Dear guest" }}, your purchase is ready at '
        '{{ pickup.place | default: "the departure pick-up desk" }}'
        "{% if pickup.time %} from {{ pickup.time }}{% endif %}. Please bring your passport and boarding pass.",
    ),
    NewTemplate(
        name="after-care",
        title="수선 완료 안내",
        language="ko",
        purpose="service",
        body='{{ customer.name | default: "고객" }}님, '
        '맡기신 {{ product.name | default: "상품" }}의 점검이 끝났습니다. '
        '{{ store.name | default: "매장" }}에서 찾아가실 수 있습니다.',
    ),
    NewTemplate(
        name="after-care",
        title="Repair finished",
        language="en",
        purpose="service",
        body='{{ customer.name | default: "Dear guest" }}, your {{ product.name | default: "item" }} '
        'is ready to be collected at {{ store.name | default: "our store" }}.',
    ),
)

WAITING: Final = NewTemplate(
    name="year-end",
    title="연말 감사 행사",
    language="ko",
    purpose="commercial",
    body='{{ customer.name | default: "고객" }}님, 한 해 동안 감사했습니다. '
    '12월 31일까지 {{ store.name | default: "매장" }}에서 감사 선물을 드립니다.',
)
"""Nobody has approved it yet."""

PRICES: Final = (
    {"way": "twilio_segment", "country": "KR", "micros": 49_400, "currency": "USD"},
    {"way": "twilio_segment", "country": "JP", "micros": 75_000, "currency": "USD"},
    {"way": "relay_sms", "country": "KR", "micros": 9_900_000, "currency": "KRW"},
    {"way": "relay_lms", "country": "KR", "micros": 30_000_000, "currency": "KRW"},
)
"""Invented, of the usual size."""


def seed_with(_event: DemoSeeded) -> None:
    """Add the templates, the register of senders and prices of texts to a demo that was just written."""
    seed()
    routing_demo.seed()
    if not prices.all_prices():
        prices.replace(PRICES, acting_staff=SYSTEM)
    incoming_demo.seed()
    demo_sending.seed()


def seed() -> int:
    """Add the demo's templates that are not there yet, all but one approved; how many. Inside a unit of work."""
    known = {(name, language) for name, language in db.session.execute(select(Template.name, Template.language))}
    missing = [new for new in (*TEMPLATES, WAITING) if (new.name, new.language) not in known]
    for new in missing:
        added = templates.add(new, acting_staff=SYSTEM)
        (templates.ask if new is WAITING else templates.approve)(added, acting_staff=SYSTEM)
    return len(missing)
