"""The house's own limits of contacting people: rules by a table, and through the outbox and HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend import delivery
from backend.core import clock
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.delivery import Held, Skipped, claim, numbers
from backend.delivery.caps import Limits
from backend.delivery.limits.service import DEFAULT
from backend.delivery.recipients import digest_of
from backend.delivery.rules import Allowed, Facts, Verdict, may_contact
from tests import factories
from tests.delivery.test_gate import AGREED_NIGHT, BASE, MOMENTS, NUMBERS, YES, ZONES, number, seoul, utc
from tests.delivery.test_outbox import advert, get, later, noon, take
from tests.sms import worlds

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

__all__ = ["noon"]

# 10 November 2026 is a Tuesday.
LIMITS = Limits(per_day=2, per_week=3, per_month=5, complaint_days=14, return_days=3, same_content_days=7)
TWICE_TODAY = (seoul(10, 8), seoul(10, 11))
THRICE_THIS_WEEK = (seoul(9, 9), seoul(9, 10), seoul(10, 8))
FIVE_THIS_MONTH = (seoul(1, 9), seoul(2, 9), seoul(3, 9), seoul(5, 9), seoul(6, 9))

CASES: dict[str, tuple[dict[str, Any], Verdict]] = {
    "nothing went yet": ({}, YES),
    "one went today": ({"contacts": TWICE_TODAY[:1]}, YES),
    "two went today": ({"contacts": TWICE_TODAY}, Held(seoul(11, 8), "cap_day")),
    "two went yesterday": ({"contacts": (seoul(9, 20), seoul(9, 20, 30))}, YES),
    "two went yesterday, the last minute": ({"contacts": (seoul(9, 23), seoul(9, 23, 59))}, YES),
    "two went today, with consent for the night": (
        {"contacts": TWICE_TODAY, "consent": AGREED_NIGHT},
        Held(seoul(11, 0), "cap_day"),
    ),
    "two went today, and it is night": ({"contacts": TWICE_TODAY, "now": seoul(10, 22)}, Held(seoul(11, 8), "cap_day")),
    "three went this week": ({"contacts": THRICE_THIS_WEEK}, Held(seoul(16, 8), "cap_week")),
    "three went last week": ({"contacts": (seoul(3, 9), seoul(4, 9), seoul(8, 9))}, YES),
    "the week begins on Monday": (
        {"contacts": (seoul(9, 8), seoul(9, 9), seoul(10, 9)), "now": seoul(15, 12)},
        Held(seoul(16, 8), "cap_week"),
    ),
    "five went this month": (
        {"contacts": FIVE_THIS_MONTH, "limits": replace(LIMITS, per_week=None)},
        Held(utc(11, 30, 23), "cap_month"),
    ),
    "the month is said before the week": (
        {"contacts": (*FIVE_THIS_MONTH, *THRICE_THIS_WEEK)},
        Held(utc(11, 30, 23), "cap_month"),
    ),
    "five went last month": (
        {"contacts": tuple(utc(10, day, 3) for day in (1, 8, 15, 22, 29)), "limits": replace(LIMITS, per_week=None)},
        YES,
    ),
    "no limits": ({"contacts": (*FIVE_THIS_MONTH, *THRICE_THIS_WEEK), "limits": Limits()}, YES),
    "only the week is limited": (
        {"contacts": THRICE_THIS_WEEK, "limits": Limits(per_week=3)},
        Held(seoul(16, 8), "cap_week"),
    ),
    "full until after its not-after time": (
        {"contacts": TWICE_TODAY, "not_after": seoul(10, 23)},
        Skipped("too_late"),
    ),
    "full, and there is time": ({"contacts": TWICE_TODAY, "not_after": seoul(11, 8)}, Held(seoul(11, 8), "cap_day")),
    "service is not counted": ({"contacts": FIVE_THIS_MONTH, "purpose": "service"}, Allowed("service")),
    # The calendar is the recipient's.
    "it is still yesterday in New York": (
        {**number("+12125551234"), "now": utc(11, 11, 0), "contacts": (utc(11, 10, 15), utc(11, 10, 16))},
        # Midnight there is 05:00 UTC; both are awake together from 23:00 UTC on.
        Held(utc(11, 11, 23), "cap_day"),
    ),
    "a new day began in New York": (
        {**number("+12125551234"), "now": utc(11, 11, 23, 30), "contacts": (utc(11, 10, 15), utc(11, 10, 16))},
        YES,
    ),
    "on the day that clocks go back in London": (
        {
            **number("+447400123456"),
            "store_zone": "Europe/London",
            "now": utc(10, 25, 12),
            "contacts": (utc(10, 24, 23, 30), utc(10, 25, 8)),
        },
        # The 25th began at 23:00 UTC of the 24th and has 25 hours.
        Held(utc(10, 26, 8), "cap_day"),
    ),
    # Left in peace
    "complained yesterday": ({"complained_at": seoul(9, 12)}, Held(seoul(23, 12), "after_complaint")),
    "complained two weeks ago": ({"complained_at": utc(10, 27, 3)}, YES),
    "complained late in the evening": ({"complained_at": seoul(9, 22)}, Held(seoul(24, 8), "after_complaint")),
    "returned yesterday": ({"returned_at": seoul(9, 12)}, Held(seoul(12, 12), "after_return")),
    "returned four days ago": ({"returned_at": seoul(6, 12)}, YES),
    "complained and returned": (
        {"complained_at": seoul(1, 12), "returned_at": seoul(9, 12)},
        Held(seoul(15, 12), "after_complaint"),
    ),
    "complained, and the week is full afterwards": (
        {"complained_at": utc(10, 28, 4), "contacts": THRICE_THIS_WEEK},
        Held(seoul(16, 8), "after_complaint"),
    ),
    "a house that leaves nobody in peace": ({"complained_at": seoul(10, 11), "limits": Limits()}, YES),
    "a complaint holds no service text": ({"complained_at": seoul(10, 11), "purpose": "service"}, Allowed("service")),
    "peace until after its not-after time": (
        {"complained_at": seoul(9, 12), "not_after": seoul(20, 12)},
        Skipped("too_late"),
    ),
    # The same again
    "the same content last week": ({"same_content_at": seoul(4, 12)}, Skipped("same_content")),
    "the same content a week ago to the minute": ({"same_content_at": seoul(3, 12)}, YES),
    "the same content is said before the full day": (
        {"same_content_at": seoul(10, 8), "contacts": TWICE_TODAY},
        Skipped("same_content"),
    ),
    "the same content may come": ({"same_content_at": seoul(10, 8), "limits": Limits()}, YES),
    "a refusal is said before everything": (
        {"number_refused": True, "contacts": TWICE_TODAY, "same_content_at": seoul(10, 8)},
        Skipped("refused"),
    ),
}
CALLS: dict[str, tuple[dict[str, Any], Verdict]] = {
    "a call counts what was texted": ({"contacts": TWICE_TODAY}, Held(seoul(11, 8), "cap_day")),
    "nobody is called after a complaint": ({"complained_at": seoul(9, 12)}, Held(seoul(23, 12), "after_complaint")),
}


@pytest.mark.parametrize("name", CASES)
def test_a_text_is_decided_as_the_case_says(name: str) -> None:
    changes, expected = CASES[name]
    assert may_contact("sms", replace(BASE, **{"limits": LIMITS} | changes)) == expected


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_decided_as_the_case_says(name: str) -> None:
    changes, expected = CALLS[name]
    assert may_contact("call", replace(BASE, limits=LIMITS, text=None, **changes)) == expected


FEW = st.none() | st.integers(1, 4)


@settings(deadline=None)  # How long a case takes is the machine's business.
@given(
    now=MOMENTS,
    e164=NUMBERS,
    zone=ZONES,
    ago=st.lists(st.integers(0, 40 * 24 * 60), max_size=8),
    limits=st.builds(Limits, per_day=FEW, per_week=FEW, per_month=FEW, complaint_days=st.integers(0, 20)),
    complained=st.none() | st.integers(0, 30 * 24 * 60),
)
def test_who_is_held_may_be_contacted_at_the_time_that_is_said_and_not_before(
    now: datetime, e164: str, zone: str, ago: list[int], limits: Limits, complained: int | None
) -> None:
    facts = replace(
        BASE,
        now=now,
        number=numbers.describe(e164),
        store_zone=zone,
        consent=AGREED_NIGHT._replace(night=False, granted_at=now),
        limits=limits,
        contacts=tuple(sorted(now - timedelta(minutes=each) for each in ago)),
        complained_at=None if complained is None else now - timedelta(minutes=complained),
    )
    verdict = may_contact("sms", facts)
    if isinstance(verdict, Held) and verdict.until is not None:
        assert now < verdict.until
        assert may_contact("sms", _at(facts, verdict.until)) == YES
        assert may_contact("sms", _at(facts, now + (verdict.until - now) / 2)) != YES or limits.per_day is None
        assert may_contact("sms", _at(facts, verdict.until - timedelta(seconds=1))) != YES


def _at(facts: Facts, moment: datetime) -> Facts:
    consent = AGREED_NIGHT._replace(night=False, granted_at=moment)
    return replace(facts, now=moment, consent=consent)


@pytest.fixture
def shop(app: Flask) -> worlds.Shop:  # noqa: ARG001 - rows need the app's database
    return worlds.shop()


def text_number(number: int) -> str:
    return f"(광고)하늘면세점 1588-0000\n{number}번째 소식\n무료수신거부 080-000-0000"


def test_the_third_of_a_day_waits_for_the_next_morning_and_then_goes(shop: worlds.Shop) -> None:
    customer = worlds.customer(shop, agreed=True)
    ids = [advert(shop, customer.id, body=text_number(each)) for each in range(3)]
    # Within one claim each counts for those behind it.
    assert [each.id for each in take()] == ids[:2]
    held = get(ids[2])
    assert (held.state, held.reason, held.due_at) == ("held", "cap_day", datetime(2026, 11, 10, 23, tzinfo=UTC))
    with later(hours=20):
        assert [each.id for each in take()] == ids[2:]


def test_what_certainly_did_not_go_does_not_count(shop: worlds.Shop) -> None:
    customer = worlds.customer(shop, agreed=True)
    first = [advert(shop, customer.id, body=text_number(each)) for each in range(2)]
    for outgoing in take():
        outcome = delivery.Refused(reason="provider_refused")
        result = delivery.outcomes.Result(outgoing, outcome, clock.now())
        run_in_unit_of_work(lambda result=result: delivery.outcomes.record([result]))  # type: ignore[misc]
    assert {get(each).state for each in first} == {"failed"}
    third = advert(shop, customer.id, body=text_number(3))
    assert [each.id for each in take()] == [third]


def test_the_same_content_does_not_come_again_though_its_links_differ(shop: worlds.Shop) -> None:
    customer = worlds.customer(shop, agreed=True)
    body = "(광고)하늘면세점 1588-0000\n가을 향수 https://a.example/{}\n무료수신거부 080-000-0000"
    advert(shop, customer.id, body=body.format("x1"))
    take()
    again = get(advert(shop, customer.id, body=body.format("y2")))
    assert (again.state, again.reason) == ("skipped", "same_content")
    assert digest_of(body.format(1)) == digest_of(body.format(2)) != digest_of(text_number(1))


def test_two_people_with_one_number_share_its_room(shop: worlds.Shop) -> None:
    first, second = (worlds.customer(shop, agreed=True) for _ in range(2))
    ids = [advert(shop, who.id, body=text_number(each)) for each, who in enumerate((first, second, first))]
    assert [each.id for each in take()] == ids[:2]
    assert get(ids[2]).reason == "cap_day"


def test_two_workers_do_not_each_take_the_last_of_a_number(shop: worlds.Shop, app: Flask) -> None:
    customer = worlds.customer(shop, agreed=True)
    for each in range(8):
        advert(shop, customer.id, body=text_number(each))
    barrier, taken = Barrier(4), list[str]()

    def work(name: str) -> None:
        with app.app_context(), clock.frozen(worlds.NOON):
            barrier.wait()
            for _ in range(4):
                claimed = run_in_unit_of_work(lambda: claim.claim(worker=name, channels=["sms"], limit=2))
                taken.extend(outgoing.id for _, outgoing in claimed.outgoing)

    threads = [Thread(target=work, args=[f"w{each}"]) for each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == DEFAULT.per_day


def test_nobody_is_advertised_to_after_a_complaint_or_a_return(shop: worlds.Shop, make_tablet: Any) -> None:
    with unit_of_work():
        factories.product(sku="P1", price=1_000)
    tablet = make_tablet(store=shop.store)
    angry, sorry = worlds.customer(shop, agreed=True), worlds.customer(shop, agreed=True, phone="+821048214822")
    at, sale = clock.rfc3339(clock.now() - timedelta(hours=2)), new_id()
    note = {"customer_id": angry.id, "text": "포장이 찢어져 있었다고 하심", "kind": "complaint"}
    sold = {"customer_id": sorry.id, "lines": [{"sku": "P1", "quantity": 1, "amount": 1_000}]}
    back = {"sale_id": sale, "lines": [{"line": 0, "quantity": 1}], "reason": "단순 변심", "occurred_at": at}
    entries = [
        (new_id(), "note.add", note),
        (sale, "sale.log", sold | {"currency": "KRW", "occurred_at": at}),
        (new_id(), "sale.return", back),
    ]
    results = tablet.push(
        *(
            {"id": key, "kind": kind, "at": at, "seq": seq, "data": data}
            for seq, (key, kind, data) in enumerate(entries)
        )
    )
    assert {each["status"] for each in results} == {"applied"}, results
    messages = [get(advert(shop, each.id, address=each.phone)) for each in (angry, sorry)]
    assert [(each.state, each.reason) for each in messages] == [("held", "after_complaint"), ("held", "after_return")]


def test_an_admin_sets_the_limits_and_what_was_set_before_stays(
    shop: worlds.Shop, client: FlaskClient, sign_in: Any
) -> None:
    person = sign_in(role="admin")
    before = client.get("/api/v1/contact-limits").get_json()
    assert before == {
        "per_day": 2, "per_week": 5, "per_month": 12,
        "complaint_days": 14, "return_days": 3, "same_content_days": 7, "history": [],
    }  # fmt: skip
    wanted = {name: value for name, value in before.items() if name != "history"} | {"per_day": 1, "per_month": None}
    answer = client.put("/api/v1/contact-limits", json=wanted)
    assert answer.status_code == 200
    assert answer.get_json() | {"history": []} == wanted | {"history": []}
    (change,) = answer.get_json()["history"]
    assert (change["staff"], change["per_day"]) == (person.name, 1)
    customer = worlds.customer(shop, agreed=True)
    ids = [advert(shop, customer.id, body=text_number(each)) for each in range(2)]
    assert [each.id for each in take()] == ids[:1]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"per_day": 0}, "per_day"),
        ({"per_day": 6}, "per_day"),
        ({"complaint_days": None}, "complaint_days"),
        ({"x": 1}, "x"),
    ],
)
def test_limits_that_make_no_sense_are_refused_by_name(
    client: FlaskClient, sign_in: Any, wrong: dict[str, Any], field: str
) -> None:
    sign_in(role="admin")
    wanted = client.get("/api/v1/contact-limits").get_json()
    del wanted["history"]
    answer = client.put("/api/v1/contact-limits", json=wanted | wrong)
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]


def test_only_an_admin_sets_limits(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="marketer")
    wanted = client.get("/api/v1/contact-limits").get_json()
    del wanted["history"]
    assert client.put("/api/v1/contact-limits", json=wanted).status_code == 403


def test_the_card_says_why_somebody_is_not_contacted(shop: worlds.Shop, client: FlaskClient, sign_in: Any) -> None:
    other = worlds.shop()
    sign_in(role="associate", store_id=shop.store.id)
    customer = worlds.customer(shop, agreed=True)
    path = f"/api/v1/customers/{customer.id}/contact"

    def told() -> dict[tuple[str, str], dict[str, Any]]:
        answer = client.get(path, headers={"Accept-Language": "en"})
        assert answer.status_code == 200, answer.get_json()
        return {(each["sender"]["code"], each["channel"]): each["verdict"] for each in answer.get_json()["items"]}

    assert told()[shop.unit.code, "sms"]["answer"] == "allowed"
    assert told()[shop.unit.code, "call"]["reason"] == "no_consent"
    assert (other.unit.code, "sms") not in told()
    for each in range(2):
        advert(shop, customer.id, body=text_number(each))
    take()
    held = told()[shop.unit.code, "sms"]
    assert (held["answer"], held["reason"], held["until"]) == ("held", "cap_day", "2026-11-10T23:00:00Z")
    assert held["reason_text"].startswith("Held: this number has had")
    with unit_of_work():
        worlds.say(customer.id, shop, granted=False)
    assert told()[shop.unit.code, "sms"]["reason"] == "refused"
    looked = db.session.execute(db.text("SELECT count(*) FROM access_entry WHERE what = 'contact'")).scalar()
    assert looked == 5


def test_nobody_learns_of_a_stranger(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="associate")
    assert client.get(f"/api/v1/customers/{new_id()}/contact").status_code == 404
    assert client.get("/api/v1/customers/x/contact").status_code == 404
