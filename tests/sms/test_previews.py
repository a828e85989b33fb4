"""Trying a body out: the frame, costs, warnings, real customers; and a test text to oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.core.audit import AccessEntry
from backend.core.db import db
from backend.delivery import Message
from sms.advert_words import advert_words
from sms.costs import UnitPrice, costs_of
from tests.sms import worlds

if TYPE_CHECKING:
    from flask import Flask

ADDRESS = "/api/v1/templates/preview"
PRICES = [
    {"way": "twilio_segment", "country": "KR", "micros": 49_400, "currency": "USD"},
    {"way": "relay_sms", "country": "KR", "micros": 9_900_000, "currency": "KRW"},
    {"way": "relay_lms", "country": "KR", "micros": 30_000_000, "currency": "KRW"},
]
TEST = {"body": "₩5,000 쿠폰", "purpose": "commercial", "language": "ko", "phone": "010-7777-8888", "own": True}


@pytest.fixture
def marketer(client: Any, sign_in: Any) -> Any:
    """A marketer's browser."""
    sign_in(role="marketer")
    return client


def tried(client: Any, body: str, purpose: str = "commercial", **more: Any) -> Any:
    answer = client.post(ADDRESS, json={"body": body, "purpose": purpose, "language": "ko"} | more)
    assert answer.status_code == 200, answer.json
    return answer.json


def test_a_preview_counts_frames_and_warns(marketer: Any) -> None:
    answer = tried(marketer, "₩5,000 – 뷁")
    assert answer["text"].startswith("(광고)")
    assert answer["before"] + "₩5,000 – 뷁" + answer["after"] == answer["text"]
    assert answer["after"].startswith("\n무료수신거부")
    assert (answer["encoding"], answer["characters"]) == ("UCS-2", len(answer["text"]))
    assert [each["suggestion"] for each in answer["euc_kr_problems"]] == ["원", "-", None]
    assert answer["errors"] == []


def test_a_service_text_has_no_frame(marketer: Any) -> None:
    answer = tried(marketer, "준비되었습니다.", "service")
    assert (answer["before"], answer["text"], answer["after"]) == ("", "준비되었습니다.", "")


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [
        ("한 줄\n둘째 {{ customer.nmae }}", 2, 7),
        ("{{ customer.name", 1, 1),
        ("가\n나\n{% for x in y %}", 3, 4),
        ("{{ customer.name | shout }}", 1, 20),
        ("", None, None),
    ],
)
def test_a_fault_names_its_place(marketer: Any, body: str, line: int | None, column: int | None) -> None:
    answer = tried(marketer, body)
    assert answer["text"] == ""
    assert [(each["line"], each["column"]) for each in answer["faults"]] == [(line, column)]
    assert answer["errors"]


def test_a_preview_on_a_customer_uses_her_data_and_is_recorded(marketer: Any) -> None:
    customer = worlds.customer(worlds.shop(), name="박서준")
    answer = tried(marketer, "{{ customer.name }}", "service", customer_id=customer.id)
    assert answer["text"] == "박서준"
    seen = db.session.scalars(select(AccessEntry).where(AccessEntry.customer_id == customer.id)).all()
    assert [each.what for each in seen] == ["text_preview"]
    unknown = {"body": "x", "purpose": "service", "language": "ko"}
    unknown["customer_id"] = "00000000-0000-7000-8000-000000000000"
    assert marketer.post(ADDRESS, json=unknown).status_code == 404


def test_what_is_empty_for_a_customer_is_named_with_and_without_a_fallback(marketer: Any) -> None:
    customer = worlds.customer(worlds.shop())
    with_fallback = tried(marketer, '{{ customer.grade | default: "회원" }}님', "service", customer_id=customer.id)
    assert (with_fallback["text"], with_fallback["empty"]) == ("회원님", ["customer.grade"])
    without = tried(marketer, "{{ customer.grade }}님", "service", customer_id=customer.id)
    assert (without["text"], without["empty"]) == ("", ["customer.grade"])
    assert without["errors"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("상품이 준비되었습니다.", []),
        ("수선이 끝났습니다. 지금 20% 할인 중, 쿠폰도 드립니다.", ["20% 할인", "쿠폰"]),
        ("Your order is ready. SALE: 20% off", ["SALE", "20% off"]),
        ("Wholesale coffee", []),
        ("세일, 세일", ["세일"]),
        ("今日から特価", ["特価"]),
    ],
)
def test_words_that_read_like_advertising_are_found(text: str, words: list[str]) -> None:
    assert advert_words(text) == words


def test_only_a_service_text_is_warned_of(marketer: Any) -> None:
    assert tried(marketer, "할인", "service")["advert_words"] == ["할인"]
    assert tried(marketer, "할인", "commercial")["advert_words"] == []


@pytest.mark.parametrize(
    ("text", "costs"),
    [
        ("Hello", [("twilio_segment", 1, 5, 49_400, True), ("relay_sms", 1, 5, 9_900_000, True)]),
        ("가" * 45, [("twilio_segment", 1, 45, 49_400, True), ("relay_sms", 1, 90, 9_900_000, True)]),
        ("가" * 46, [("twilio_segment", 1, 46, 49_400, True), ("relay_lms", 1, 92, 30_000_000, True)]),
        ("가" * 71, [("twilio_segment", 2, 71, 98_800, True), ("relay_lms", 1, 142, 30_000_000, True)]),
        ("뷁", [("twilio_segment", 1, 1, 49_400, True), ("relay_sms", 1, 2, None, False)]),
        ("가" * 1001, [("twilio_segment", 15, 1001, 741_000, True), ("relay_lms", 1, 2002, None, False)]),
    ],
)
def test_costs_follow_segments_abroad_and_bytes_at_a_relay(text: str, costs: list[Any]) -> None:
    found = costs_of(text, [UnitPrice(**each) for each in PRICES])  # type: ignore[arg-type]
    assert [(each.way, each.units, each.size, each.each, each.passes) for each in found] == costs
    assert all(each.thousand == (None if each.each is None else each.each * 1_000) for each in found)


def test_prices_are_written_by_admins_and_shown_with_the_preview(client: Any, sign_in: Any) -> None:
    sign_in(role="marketer")
    assert client.put("/api/v1/sms/prices", json={"items": PRICES}).status_code == 403
    assert [each["each"] for each in tried(client, "안녕하세요", "service")["costs"]] == [None, None]
    sign_in(role="admin")
    stored = client.put("/api/v1/sms/prices", json={"items": PRICES})
    assert stored.status_code == 200, stored.json
    assert client.get("/api/v1/sms/prices").json["items"] == sorted(PRICES, key=lambda each: str(each["way"]))
    costs = tried(client, "안녕하세요", "service")["costs"]
    assert [(each["each"], each["currency"]) for each in costs] == [(49_400, "USD"), (9_900_000, "KRW")]
    twice = client.put("/api/v1/sms/prices", json={"items": [PRICES[0], PRICES[0]]})
    assert (twice.status_code, list(twice.json["errors"])) == (422, ["items.1.country"])
    wrong = client.put("/api/v1/sms/prices", json={"items": [PRICES[0] | {"country": "Korea"}]})
    assert wrong.status_code == 422


def test_a_test_text_goes_to_staff_marked_as_a_test(marketer: Any) -> None:
    worlds.shop()
    answer = marketer.post("/api/v1/templates/test-text", json=TEST)
    assert answer.status_code == 201, answer.json
    message = db.session.get(Message, answer.json["id"])
    assert message is not None
    assert message.body.startswith("[시험] (광고)")
    assert "5,000 쿠폰" in message.body
    assert "₩" not in message.body
    assert (message.purpose, message.customer_id, message.address) == ("service", None, "+821077778888")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"own": False}, "own"),
        ({"phone": "02-123-4567"}, "phone"),
        ({"phone": "nonsense"}, "phone"),
        ({"body": "{{ customer.nmae }}"}, "body"),
    ],
)
def test_a_test_text_is_refused_by_field(marketer: Any, change: dict[str, Any], field: str) -> None:
    answer = marketer.post("/api/v1/templates/test-text", json=TEST | change)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_a_test_text_is_no_way_around_a_customers_consent(marketer: Any) -> None:
    worlds.customer(worlds.shop(), phone="+821077778888")
    answer = marketer.post("/api/v1/templates/test-text", json=TEST)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["phone"])


def test_ten_test_texts_an_hour_are_enough(marketer: Any, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", value=True)
    answers = [marketer.post("/api/v1/templates/test-text", json=TEST).status_code for _ in range(11)]
    assert answers == [201] * 10 + [429]
    assert db.session.scalars(select(Message.id)).all() != []
