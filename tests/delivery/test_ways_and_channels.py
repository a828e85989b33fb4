"""How a text would go, and what other channels are asked: calls and pushes, in every country, each with its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.db import db, run_in_unit_of_work
from backend.delivery import numbers
from backend.delivery.caps import Limits
from backend.delivery.channels import Route
from backend.delivery.models import AddressBlock
from backend.delivery.rules import Allowed, ChannelName, Held, Skipped, Verdict, may_contact
from tests.delivery.test_gate import AGREED_NIGHT, BASE, REFUSED, SILENT, YES, number, seoul, utc
from tests.delivery.test_outbox import advert, get, noon
from tests.sms import worlds

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["noon"]

LIMITS = Limits(per_day=1, per_week=3, per_month=8, complaint_days=14, return_days=3, same_content_days=30)
CERTIFIED = Route("relay", certificate_holder="하늘메시지", sender_number="02-3400-1234")
UNCERTIFIED = replace(CERTIFIED, certificate_holder=None)
UNREGISTERED = replace(CERTIFIED, sender_number=None)
PUSH = {"text": "(광고) 가을 향수 20% 할인", "number": None, "route": None}
CALL: dict[str, Any] = {"text": None, "route": None}
NO_WAY, NOBODY, NO_NUMBER = (Held(None, each) for each in ("no_route", "uncertified_provider", "unregistered_number"))
UNTIL_MORNING = Held(seoul(11, 8), "night")
ONCE_TODAY = (seoul(10, 9),)

CASES: dict[str, tuple[ChannelName, dict[str, Any], Verdict]] = {
    # The way of a text
    "certified, from a registered number": ("sms", {}, YES),
    "no way at all": ("sms", {"route": None}, NO_WAY),
    "nobody holds a certificate": ("sms", {"route": UNCERTIFIED}, NOBODY),
    "an empty holder is none": ("sms", {"route": replace(CERTIFIED, certificate_holder="")}, NOBODY),
    "no number is registered": ("sms", {"route": UNREGISTERED}, NO_NUMBER),
    "an empty number is none": ("sms", {"route": replace(CERTIFIED, sender_number="")}, NO_NUMBER),
    "neither: the certificate is said first": ("sms", {"route": Route("relay")}, NOBODY),
    "Japan needs no Korean certificate": (
        "sms", {**number("+819012345678"), "route": Route("relay")}, YES,
    ),
    "Japan needs a way": ("sms", {**number("+819012345678"), "route": None}, NO_WAY),
    "China needs no Korean certificate": ("sms", {**number("+8613812345678"), "route": Route("relay")}, YES),
    "a service text to Korea needs no certificate": (
        "sms", {"purpose": "service", "route": Route("relay")}, Allowed("service"),
    ),
    "a refusal is said before the way": ("sms", {"route": None, "consent": REFUSED}, Skipped("refused")),
    "no consent is said before the way": ("sms", {"route": None, "consent": SILENT}, Skipped("no_consent")),
    "the way is said before the night": ("sms", {"route": UNCERTIFIED, "now": seoul(10, 22)}, NOBODY),
    "the way is said before a full day": ("sms", {"route": None, "contacts": ONCE_TODAY}, NO_WAY),
    "too late is said before the way": ("sms", {"route": None, "not_after": seoul(10, 11)}, Skipped("too_late")),
    # Calls
    "a call needs no way": ("call", CALL, YES),
    "a call to a landline": ("call", {**CALL, **number("+82212345678")}, YES),
    "a call where texts do not arrive": ("call", {**CALL, "number_suppressed": True}, YES),
    "a call at night": ("call", {**CALL, "now": seoul(10, 21)}, UNTIL_MORNING),
    "a call at night with consent for it": ("call", {**CALL, "now": seoul(10, 22), "consent": AGREED_NIGHT}, YES),
    "a call to one who refused": ("call", {**CALL, "consent": REFUSED}, Skipped("refused")),
    "a call to a number that refused": ("call", {**CALL, "number_refused": True}, Skipped("refused")),
    "a call without a number": ("call", {**CALL, "number": None}, Skipped("no_phone")),
    "a call on a full day": ("call", {**CALL, "contacts": ONCE_TODAY}, Held(seoul(11, 8), "cap_day")),
    "a call after a complaint": (
        "call", {**CALL, "complained_at": seoul(9, 12)}, Held(seoul(23, 12), "after_complaint"),
    ),
    "a call to a child": ("call", {**CALL, "under_14": True}, Held(None, "under_14")),
    "a call to Tokyo in its evening": (
        "call", {**CALL, **number("+81312345678"), "now": utc(11, 10, 12, 30)}, Held(utc(11, 10, 23), "night"),
    ),
    "a call that would come too late": (
        "call", {**CALL, "now": seoul(10, 22), "not_after": seoul(11, 7)}, Skipped("too_late"),
    ),
    # Pushes
    "a push by day": ("push", PUSH, YES),
    "a push needs the mark alone": ("push", {**PUSH, "text": "가을 향수"}, Skipped("advert_form")),
    "a push without words": ("push", {**PUSH, "text": None}, Skipped("advert_form")),
    "a push at night": ("push", {**PUSH, "now": seoul(10, 23)}, UNTIL_MORNING),
    "a push at night with consent for it": ("push", {**PUSH, "now": seoul(10, 23), "consent": AGREED_NIGHT}, YES),
    "a push to one who refused": ("push", {**PUSH, "consent": REFUSED}, Skipped("refused")),
    "a push to nobody known": ("push", {**PUSH, "consent": None}, Held(None, "unknown_consent")),
    "a push of a store whose clock is unknown": (
        "push", {**PUSH, "store_zone": None}, Held(None, "unknown_time_zone"),
    ),
    "a push after a return": ("push", {**PUSH, "returned_at": seoul(9, 12)}, Held(seoul(12, 12), "after_return")),
    "a push counts by the store's calendar": (
        "push", {**PUSH, "contacts": ONCE_TODAY}, Held(seoul(11, 8), "cap_day"),
    ),
    "a push of what was said already": ("push", {**PUSH, "same_content_at": seoul(1, 12)}, Skipped("same_content")),
    "a push about one's own order": ("push", {**PUSH, "purpose": "service", "now": seoul(10, 23)}, Allowed("service")),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_contact_is_decided_as_the_case_says(name: str) -> None:
    channel, changes, expected = CASES[name]
    assert may_contact(channel, replace(BASE, **{"limits": LIMITS} | changes)) == expected


@pytest.mark.parametrize(("of_ours", "reason"), [(True, "refused"), (False, "refused"), (None, None)])
def test_a_number_that_refused_without_naming_a_sender_refused_them_all(
    app: Flask,  # noqa: ARG001 - rows need the app's database
    of_ours: bool | None,
    reason: str | None,
) -> None:
    ours, theirs = worlds.shop(), worlds.shop()
    customer = worlds.customer(ours, agreed=True)
    sender = {True: ours.unit.id, False: None, None: theirs.unit.id}[of_ours]

    def refuse() -> None:
        db.session.add(AddressBlock(channel="sms", address=customer.phone or "", kind="refused", sender_id=sender))

    run_in_unit_of_work(refuse)
    assert get(advert(ours, customer.id)).reason == reason


EXCHANGES = st.integers(0, 9_999)


@given(exchange=EXCHANGES, last=EXCHANGES)
def test_a_korean_mobile_number_is_what_its_exchange_is(exchange: int, last: int) -> None:
    e164 = f"+8210{exchange:04}{last:04}"
    assert numbers.describe(e164) == numbers.parsed(e164)
