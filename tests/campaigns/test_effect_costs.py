"""What a campaign cost, and what came back for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backend.catalog import ExchangeRate
from backend.core import clock
from backend.core.db import db, unit_of_work
from backend.delivery import Message
from backend.loyalty.coupons import CouponUse
from sms.models import Price
from tests import factories
from tests.campaigns import effect_world as world
from tests.campaigns.effect_world import audience, get

if TYPE_CHECKING:
    from flask.testing import FlaskClient

pytestmark = pytest.mark.usefixtures("app")
KOREAN = "+821012345678"


def text_to(row: Any, **values: Any) -> None:
    plain = {"channel": "sms", "purpose": "marketing", "customer_id": row.customer_id, "body": "안내", "size": 2}
    plain |= {"state": "delivered", "address": KOREAN, "provider": "twilio", "accepted_at": world.BEGAN}
    message = Message(**plain | values)
    db.session.add(message)
    db.session.flush()
    row.message_id = message.id


def priced(micros: int, currency: str = "KRW") -> None:
    db.session.add(Price(way="twilio_segment", country="KR", micros=micros, currency=currency, updated_at=clock.now()))


def test_the_return_takes_the_cost_of_texts_off_what_was_gained(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        made, coupon = world.campaign(), factories.coupon()
        priced(10_000_000)
        rows = audience(made, factories.store(), {"treated": (100, 60), "held_out": (100, 30)})
        for row in rows[:100]:
            text_to(row)
        code = factories.code(coupon, rows[0].customer_id)
        rows[0].coupon_code = code
        sale = world.sale(factories.store().id, rows[0].customer_id, world.BEGAN, 1)
        use = {"coupon_id": coupon.id, "state": "counted", "worth": 3_000, "currency": "KRW", "used_at": world.BEGAN}
        db.session.add(CouponUse(sale_id=sale.id, code=code, customer_id=rows[0].customer_id, **use))
    sign_in(role="marketer")
    report = get(client, f"{made.id}/effect?margin=40")
    texts = {"what": "texts", "units": 200, "micros": 2_000_000_000, "currency": "KRW"}
    coupons = {"what": "coupons", "units": 1, "micros": 3_000_000_000, "currency": "KRW"}
    assert report["costs"] == [texts, coupons]
    returned, amount = report["returned"], report["lift"]["amount"]["value"]
    assert (returned["cost"], returned["margin"]) == (2_000, 40)
    assert returned["gain"]["value"] == pytest.approx(amount * 0.4 - 2_000)
    assert returned["ratio"]["value"] == pytest.approx(amount * 0.4 / 2_000)
    assert get(client, f"{made.id}/effect")["returned"]["gain"]["value"] == pytest.approx(amount - 2_000)


@pytest.mark.parametrize(
    ("price", "address", "reason"),
    [
        (None, "+821012345678", "no_price"),
        ("USD", "+821012345678", "other_currency"),
        ("KRW", "+14155550100", "no_price"),
    ],
)
def test_without_the_price_of_every_text_there_is_no_return(
    client: FlaskClient, sign_in: Any, price: str | None, address: str, reason: str
) -> None:
    with unit_of_work():
        made = world.campaign()
        if price:
            priced(9_000, price)
        rows = audience(made, factories.store(), {"treated": (40, 20), "held_out": (40, 20)})
        text_to(rows[0], address=address)
    sign_in(role="marketer")
    returned = get(client, f"{made.id}/effect")["returned"]
    assert returned["cost"] is None
    assert (returned["gain"]["reason"], returned["ratio"]["reason"]) == (reason, reason)


def test_costs_in_another_currency_count_at_the_rate_of_the_first_day(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        made = world.campaign()
        priced(50_000, "USD")
        db.session.add(ExchangeRate(currency="USD", base="KRW", on=world.BEGAN.date(), rate="1400.5"))
        rows = audience(made, factories.store(), {"treated": (40, 20), "held_out": (40, 20)})
        text_to(rows[0])
    sign_in(role="marketer")
    returned = get(client, f"{made.id}/effect")["returned"]
    assert returned["cost"] == pytest.approx(2 * 0.05 * 1_400.5)
    assert returned["gain"]["value"] == pytest.approx(-returned["cost"])
