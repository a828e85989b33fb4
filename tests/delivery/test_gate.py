"""The gate's decisions, each case with the reason that people are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.consent import ConsentState
from backend.delivery import Route, numbers, reasons
from backend.delivery.rules import Allowed, ChannelName, Facts, Held, Skipped, Verdict, may_contact

SEOUL = ZoneInfo("Asia/Seoul")
SENDER = "하늘면세점"
ADVERT = f"(광고){SENDER} 02-3400-1234\n가을 향수 20% 할인\n무료수신거부 080-123-4567"
MOBILE = numbers.describe("+821048214821")


def seoul(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=SEOUL).astimezone(UTC)


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


NOON = seoul(10, 12)
AGREED = ConsentState(granted=True, granted_at=NOON - timedelta(days=100))
AGREED_NIGHT = AGREED._replace(night=True)
SILENT = ConsentState(granted=False)
REFUSED = ConsentState(granted=False, refused=True)
BASE = Facts(
    now=NOON,
    purpose="commercial",
    sender="haneul",
    sender_name=SENDER,
    number=MOBILE,
    consent=AGREED,
    store_zone="Asia/Seoul",
    text=ADVERT,
    route=Route("relay", certificate_holder="하늘메시지", sender_number="02-3400-1234"),
)
YES, EXISTING, SERVICE = Allowed("consent"), Allowed("existing_customer"), Allowed("service")


def number(e164: str) -> dict[str, Any]:
    return {"number": numbers.describe(e164)}


NIGHT_OF_10TH = Held(seoul(11, 8), "night")
CASES: dict[str, tuple[dict[str, Any], Verdict]] = {
    "agreed, at noon": ({}, YES),
    # Consent
    "consent unknown": ({"consent": None}, Held(None, "unknown_consent")),
    "never asked": ({"consent": SILENT}, Skipped("no_consent")),
    "refused": ({"consent": REFUSED}, Skipped("refused")),
    "refused beats a grant that does not name it": ({"consent": AGREED._replace(refused=True)}, Skipped("refused")),
    "refused beats night consent": ({"consent": AGREED_NIGHT._replace(refused=True)}, Skipped("refused")),
    "refused is said before the unknown sender": ({"consent": REFUSED, "sender": None}, Skipped("refused")),
    "refused is said at night too": ({"consent": REFUSED, "now": seoul(10, 23)}, Skipped("refused")),
    "refused beats the existing-customer exception": (
        {"consent": REFUSED, "deal_ended_at": NOON - timedelta(days=1)},
        Skipped("refused"),
    ),
    "somebody refused by this number": ({"number_refused": True}, Skipped("refused")),
    "number refused and consent unknown": ({"number_refused": True, "consent": None}, Skipped("refused")),
    "legal sender unknown": ({"sender": None}, Held(None, "unknown_sender")),
    "legal sender has no name": ({"sender_name": None}, Held(None, "unknown_sender")),
    "legal sender's name is empty": ({"sender_name": ""}, Held(None, "unknown_sender")),
    "consent one day short of two years": (
        {"consent": AGREED._replace(granted_at=datetime(2024, 11, 11, tzinfo=UTC))},
        YES,
    ),
    "consent two years old": (
        {"consent": AGREED._replace(granted_at=datetime(2024, 11, 10, tzinfo=UTC))},
        Held(None, "reconfirmation_due"),
    ),
    "consent of unknown age": ({"consent": AGREED._replace(granted_at=None)}, Held(None, "reconfirmation_due")),
    "existing customer, one day": ({"consent": SILENT, "deal_ended_at": NOON - timedelta(days=1)}, EXISTING),
    "existing customer, last minute of six months": (
        {"consent": SILENT, "deal_ended_at": datetime(2026, 5, 10, 3, 1, tzinfo=UTC)},
        EXISTING,
    ),
    "existing customer, six months are over": (
        {"consent": SILENT, "deal_ended_at": datetime(2026, 5, 10, 3, tzinfo=UTC)},
        Skipped("no_consent"),
    ),
    "existing customer at night": (
        {"consent": SILENT, "deal_ended_at": NOON, "now": seoul(10, 22)},
        NIGHT_OF_10TH,
    ),
    # Number
    "no phone": ({"number": None}, Skipped("no_phone")),
    "no phone is said before the missing consent": ({"number": None, "consent": SILENT}, Skipped("no_phone")),
    "Seoul landline": (number("+82212345678"), Skipped("landline")),
    "Korean internet phone": (number("+827012345678"), Skipped("landline")),
    "Korean forwarding number": (number("+825051234567"), YES),
    "too short": (number("+8210"), Skipped("bad_number")),
    "no number at all": (number("010-1234"), Skipped("bad_number")),
    "texts did not arrive before": ({"number_suppressed": True}, Skipped("number_suppressed")),
    "erased": ({"erased": True}, Skipped("customer_erased")),
    # Not-after time
    "before its not-after time": ({"not_after": NOON + timedelta(seconds=1)}, YES),
    "at its not-after time": ({"not_after": NOON}, YES),
    "after its not-after time": ({"not_after": NOON - timedelta(seconds=1)}, Skipped("too_late")),
    "night ends after its not-after time": (
        {"now": seoul(10, 22), "not_after": seoul(11, 7)},
        Skipped("too_late"),
    ),
    "night ends before its not-after time": ({"now": seoul(10, 22), "not_after": seoul(11, 9)}, NIGHT_OF_10TH),
    # Night in Korea
    "20:59:59": ({"now": seoul(10, 20, 59, 59)}, YES),
    "21:00:00": ({"now": seoul(10, 21)}, NIGHT_OF_10TH),
    "23:59:59": ({"now": seoul(10, 23, 59, 59)}, NIGHT_OF_10TH),
    "midnight": ({"now": seoul(11, 0)}, NIGHT_OF_10TH),
    "07:59:59": ({"now": seoul(11, 7, 59, 59)}, NIGHT_OF_10TH),
    "08:00:00": ({"now": seoul(11, 8)}, YES),
    "night consent at 23:00": ({"now": seoul(10, 23), "consent": AGREED_NIGHT}, YES),
    "night consent at 03:00": ({"now": seoul(11, 3), "consent": AGREED_NIGHT}, YES),
    # Zones: the stricter of store and number
    "store zone unknown": ({"store_zone": None}, Held(None, "unknown_time_zone")),
    "number zone unknown": (
        {"number": MOBILE._replace(zones=())},
        Held(None, "unknown_time_zone"),
    ),
    "store zone unknown, night consent": (
        {"store_zone": None, "consent": AGREED_NIGHT},
        Held(None, "unknown_time_zone"),
    ),
    "number in Tokyo, same hours": ({**number("+819012345678"), "now": seoul(10, 20, 59)}, YES),
    "number in Shanghai is an hour behind": (
        {**number("+8613812345678"), "now": seoul(10, 8, 30)},
        Held(seoul(10, 9), "night"),
    ),
    "number in Shanghai, evening in Seoul": (
        {**number("+8613812345678"), "now": seoul(10, 21, 30)},
        Held(seoul(11, 9), "night"),
    ),
    "number in New York, noon in Seoul is night there": (
        {**number("+12125551234"), "now": seoul(10, 12)},
        Held(utc(11, 10, 23), "night"),
    ),
    "number in New York, awake in both": ({**number("+12125551234"), "now": utc(11, 11, 0)}, YES),
    "night consent does not lift the hours of New York": (
        {**number("+12125551234"), "now": utc(11, 10, 8), "consent": AGREED_NIGHT},
        Held(utc(11, 10, 13), "night"),
    ),
    "night consent lifts the store's night for New York": (
        {**number("+12125551234"), "now": utc(11, 10, 14), "consent": AGREED_NIGHT},
        YES,
    ),
    "number in Honolulu, awake in both": ({**number("+18085551234"), "now": utc(11, 11, 1)}, YES),
    "number in Honolulu, asleep there": (
        {**number("+18085551234"), "now": utc(11, 10, 9)},
        Held(utc(11, 10, 23), "night"),
    ),
    "number in London before the clocks go back": (
        {**number("+447400123456"), "store_zone": "Europe/London", "now": utc(10, 24, 20, 30)},
        Held(utc(10, 25, 8), "night"),
    ),
    "number in London in summer time": (
        {**number("+447400123456"), "store_zone": "Europe/London", "now": utc(7, 1, 7, 0)},
        YES,
    ),
    "store in New York on the night the clocks go forward": (
        {**number("+12125551234"), "store_zone": "America/New_York", "now": utc(3, 8, 5)},
        Held(utc(3, 8, 12), "night"),
    ),
    "store in New York on the night the clocks go back": (
        {**number("+12125551234"), "store_zone": "America/New_York", "now": utc(11, 1, 3)},
        Held(utc(11, 1, 13), "night"),
    ),
    "Korean number, store in New York, day in Seoul and night there": (
        {"store_zone": "America/New_York", "now": seoul(10, 15)},
        Held(utc(11, 10, 23), "night"),
    ),
    "Korean number, store in London: never awake together but in their evening and morning": (
        {"store_zone": "Europe/London", "now": seoul(10, 12)},
        Held(utc(11, 10, 8), "night"),
    ),
    # The form of a commercial text
    "no mark": ({"text": ADVERT.removeprefix("(광고)")}, Skipped("advert_form")),
    "mark with a space": ({"text": ADVERT.replace("(광고)", "(광 고)")}, Skipped("advert_form")),
    "mark with a sign": ({"text": ADVERT.replace("(광고)", "(광/고)")}, Skipped("advert_form")),
    "square mark": ({"text": ADVERT.replace("(광고)", "[광고]")}, Skipped("advert_form")),
    "mark not at the beginning": ({"text": f" {ADVERT}"}, Skipped("advert_form")),
    "sender not named": ({"text": ADVERT.replace(SENDER, "우리가게")}, Skipped("advert_form")),
    "another sender named": ({"sender_name": "바다호텔"}, Skipped("advert_form")),
    "no contact": ({"text": ADVERT.replace("02-3400-1234", "")}, Skipped("advert_form")),
    "contact is an e-mail address": ({"text": ADVERT.replace("02-3400-1234", "help@haneul.example")}, YES),
    "no way to refuse": ({"text": ADVERT.replace("무료수신거부 080-123-4567", "")}, Skipped("advert_form")),
    "refusing costs a call": ({"text": ADVERT.replace("080-123-4567", "02-123-4567")}, Skipped("advert_form")),
    "refusal not at the end": ({"text": f"{ADVERT}\n감사합니다"}, Skipped("advert_form")),
    "refusal by a link": ({"text": ADVERT.replace("080-123-4567", "https://dangol.example/o/x")}, YES),
    "refusal number without hyphens": ({"text": ADVERT.replace("080-123-4567", "0801234567")}, YES),
    "no text": ({"text": None}, Skipped("advert_form")),
    "the form is checked before the night": (
        {"text": "안녕하세요", "now": seoul(10, 23)},
        Skipped("advert_form"),
    ),
    # The way: in Korea advertising takes a certified provider and a registered number
    "nobody could send it": ({"route": None}, Held(None, "no_route")),
    "no certificate": ({"route": Route("relay", sender_number="02-1")}, Held(None, "uncertified_provider")),
    "no registered number": (
        {"route": Route("relay", certificate_holder="하늘메시지")},
        Held(None, "unregistered_number"),
    ),
    "abroad it takes neither": ({**number("+819012345678"), "route": Route("twilio")}, YES),
    "a refusal is said before the way": ({"consent": REFUSED, "route": None}, Skipped("refused")),
    "the way is said before the night": ({"route": None, "now": seoul(10, 23)}, Held(None, "no_route")),
    "service without a certificate": ({"purpose": "service", "route": Route("relay")}, SERVICE),
    "service that nobody could send": ({"purpose": "service", "route": None}, Held(None, "no_route")),
    # Service messages
    "service": ({"purpose": "service", "text": "구매하신 상품이 준비되었습니다."}, SERVICE),
    "service at night": ({"purpose": "service", "text": "인도장 변경 안내", "now": seoul(10, 23)}, SERVICE),
    "service without consent": ({"purpose": "service", "consent": SILENT}, SERVICE),
    "service with consent unknown": ({"purpose": "service", "consent": None}, SERVICE),
    "service after a refusal of advertising": ({"purpose": "service", "consent": REFUSED}, SERVICE),
    "service with zone unknown": ({"purpose": "service", "store_zone": None}, SERVICE),
    "service too late": (
        {"purpose": "service", "not_after": NOON - timedelta(hours=1)},
        Skipped("too_late"),
    ),
    "service to a landline": ({"purpose": "service", **number("+82212345678")}, Skipped("landline")),
    "service to nobody": ({"purpose": "service", "number": None}, Skipped("no_phone")),
    "service to the erased": ({"purpose": "service", "erased": True}, Skipped("customer_erased")),
}

OTHER_CHANNELS: dict[str, tuple[ChannelName, dict[str, Any], Verdict]] = {
    "push needs no number": ("push", {"number": None}, YES),
    "push needs the mark": ("push", {"number": None, "text": "할인"}, Skipped("advert_form")),
    "push at night": ("push", {"number": None, "now": seoul(10, 22)}, NIGHT_OF_10TH),
    "push after a refusal": ("push", {"consent": REFUSED}, Skipped("refused")),
    "a call has no text": ("call", {"text": None}, YES),
    "a call to a landline": ("call", {"text": None, **number("+82212345678")}, YES),
    "a call at night": ("call", {"text": None, "now": seoul(10, 22)}, NIGHT_OF_10TH),
    "a call to nobody": ("call", {"text": None, "number": None}, Skipped("no_phone")),
    "a call after a refusal": ("call", {"text": None, "consent": REFUSED}, Skipped("refused")),
}


@pytest.mark.parametrize("name", CASES)
def test_a_text_is_decided_as_the_case_says(name: str) -> None:
    changes, expected = CASES[name]
    assert may_contact("sms", replace(BASE, **changes)) == expected


@pytest.mark.parametrize("name", OTHER_CHANNELS)
def test_another_channel_is_decided_as_the_case_says(name: str) -> None:
    channel, changes, expected = OTHER_CHANNELS[name]
    assert may_contact(channel, replace(BASE, **changes)) == expected


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    given_reasons = {v.reason for _, v in CASES.values() if not isinstance(v, Allowed)}
    assert given_reasons <= reasons.CODES
    for code in reasons.CODES:
        korean, english = reasons.reason_text(code), reasons.reason_text(code, "en")
        assert not korean.isascii()
        assert english
        assert english != code


MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: utc(1, 1, 0) + timedelta(minutes=minutes))
NUMBERS = st.sampled_from(["+821048214821", "+12125551234", "+8613812345678", "+15005550006", "+447400123456"])
ZONES = st.sampled_from(["Asia/Seoul", "America/New_York", "Pacific/Honolulu", "Europe/London", "Asia/Kolkata"])


@settings(deadline=None)  # How long a case takes is the machine's business.
@given(now=MOMENTS, e164=NUMBERS, zone=ZONES, night=st.booleans())
def test_a_message_held_for_the_night_may_go_at_the_time_it_is_held_for(
    now: datetime, e164: str, zone: str, night: bool
) -> None:
    consent = ConsentState(granted=True, night=night, granted_at=now)
    facts = replace(BASE, now=now, number=numbers.describe(e164), store_zone=zone, consent=consent)
    verdict = may_contact("sms", facts)
    if isinstance(verdict, Held) and verdict.until is not None:
        assert now < verdict.until <= now + timedelta(days=2)
        assert may_contact("sms", replace(facts, now=verdict.until)) == YES


@settings(deadline=None)
@given(
    channel=st.sampled_from(["sms", "push", "call"]),
    now=MOMENTS,
    e164=NUMBERS,
    zone=st.none() | ZONES,
    granted=st.booleans(),
    night=st.booleans(),
    deal=st.none() | MOMENTS,
    by_number=st.booleans(),
)
def test_nothing_commercial_passes_while_a_refusal_stands(
    channel: ChannelName,
    now: datetime,
    e164: str,
    zone: str | None,
    granted: bool,
    night: bool,
    deal: datetime | None,
    by_number: bool,
) -> None:
    consent = ConsentState(granted=granted, night=night, refused=not by_number, granted_at=now)
    facts = replace(BASE, now=now, number=numbers.describe(e164), store_zone=zone, consent=consent)
    verdict = may_contact(channel, replace(facts, number_refused=by_number, deal_ended_at=deal))
    assert verdict == Skipped("refused")
