"""Short links: one for each recipient, who opened them, and who only looked ahead."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.customers import get_customer
from sms import texts
from sms.links import LinkClick, ShortLink, shortened
from sms.links.agents import device_of, kind_of
from sms.links.service import VALID_FOR
from tests.sms import worlds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from backend.delivery import Message

BASE = "https://dangol.example"
_AGENTS = json.loads(Path(__file__).with_name("user_agents.json").read_text(encoding="utf-8"))
PEOPLE, PROGRAMS, STRANGE = _AGENTS["people"], _AGENTS["programs"], _AGENTS["strange"]
PHONE = PEOPLE[0]


def test_the_table_of_programs_is_large_enough() -> None:
    assert len(PEOPLE) + len(PROGRAMS) + len(STRANGE) >= 40


@pytest.mark.parametrize("agent", PEOPLE)
def test_a_person_is_counted(agent: str) -> None:
    assert kind_of("GET", {"User-Agent": agent}, seconds_old=60) == "human"


@pytest.mark.parametrize("agent", PROGRAMS)
def test_a_program_is_not(agent: str) -> None:
    assert kind_of("GET", {"User-Agent": agent}, seconds_old=60) == "bot"


@pytest.mark.parametrize("agent", STRANGE)
def test_what_is_neither_is_doubtful(agent: str) -> None:
    assert kind_of("GET", {"User-Agent": agent}, seconds_old=60) == "doubtful"


@pytest.mark.parametrize(
    ("method", "headers", "age", "kind"),
    [
        ("HEAD", {}, 60, "bot"),
        ("GET", {"Sec-Purpose": "prefetch"}, 60, "prefetch"),
        ("GET", {"Sec-Purpose": "prefetch; prerender"}, 60, "prefetch"),
        ("GET", {"Purpose": "prefetch"}, 60, "prefetch"),
        ("GET", {"X-Moz": "prefetch"}, 60, "prefetch"),
        ("GET", {}, 1.5, "doubtful"),
        ("GET", {}, 2, "human"),
    ],
)
def test_how_and_when_it_was_asked_for_counts_too(method: str, headers: dict[str, str], age: float, kind: str) -> None:
    assert kind_of(method, {"User-Agent": PHONE} | headers, seconds_old=age) == kind


@pytest.mark.parametrize(
    ("agent", "device"),
    [(PEOPLE[0], "ios"), (PEOPLE[1], "android"), (PEOPLE[9], "desktop"), (PEOPLE[14], "ios"), ("curl/8", "other")],
)
def test_of_a_device_no_more_is_kept_than_what_it_is(agent: str, device: str) -> None:
    assert device_of(agent) == device


@pytest.mark.parametrize(
    ("text", "pattern", "targets"),
    [
        ("https://a.example/x", r"B/l/\w{8}", ["https://a.example/x"]),
        ("보기: https://a.example/x?q=1&r=2.", r"보기: B/l/\w{8}\.", ["https://a.example/x?q=1&r=2"]),
        ("(https://a.example)", r"\(B/l/\w{8}\)", ["https://a.example"]),
        ("https://a.example\nhttps://b.example", r"B/l/\w{8}\nB/l/\w{8}", ["https://a.example", "https://b.example"]),
        ("http://a.example", r"http://a\.example", []),
        ("https://user:secret@a.example", r"https://user:secret@a\.example", []),
        ("https://", r"https://", []),
        ("https://[", r"https://\[", []),
        ("아무 주소도 없음", r"아무 주소도 없음", []),
    ],
)
def test_addresses_are_found_in_a_text(text: str, pattern: str, targets: list[str]) -> None:
    short = shortened(text, base=BASE)
    assert re.fullmatch(pattern.replace("B/l/", re.escape(BASE) + "/l/"), short.text), short.text
    assert list(short.targets.values()) == targets


def test_the_same_address_twice_is_one_link_and_ours_stay() -> None:
    short = shortened(f"https://a.example https://a.example {BASE}/l/abcdefgh", base=BASE)
    assert len(short.targets) == 1
    assert short.text.endswith(f" {BASE}/l/abcdefgh")
    assert shortened("https://a.example", base=None).text == "https://a.example"


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_stands_around_an_address_stays(before: str, after: str) -> None:
    text = f"{before} https://a.example/x {after}"
    short = shortened(text, base=BASE)
    back = short.text
    for code, target in short.targets.items():
        back = back.replace(f"{BASE}/l/{code}", target)
    assert back == text


@pytest.fixture
def sent(app: Flask) -> Iterator[Message]:  # noqa: ARG001 - rows need the app's database
    """A text with a link, sent at noon."""
    with clock.frozen(worlds.NOON):
        shop = worlds.shop()
        worlds.template(body="가을 향수를 보세요: https://shop.example/autumn?x=1.", name="autumn")
        customer = worlds.customer(shop, agreed=True)

        def work() -> Message:
            person = get_customer(customer.id)
            sender = texts.sender_at(shop.store.id, person)
            composed = texts.compose(person, "autumn", given={}, sender=sender, acting_staff=SYSTEM)
            return texts.send(composed, acting_staff=SYSTEM)

        yield run_in_unit_of_work(work)


def path_in(message: Message) -> str:
    found = re.search(r"/l/\w{8}", message.body)
    assert found, message.body
    return found.group()


def clicks() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(LinkClick.kind).order_by(LinkClick.id)))


def test_who_opens_a_link_is_led_on_and_counted_once(client: FlaskClient, sent: Message, sign_in: Any) -> None:
    assert "shop.example" not in sent.body
    with clock.frozen(worlds.NOON + timedelta(minutes=5)):
        for agent in (PROGRAMS[1], PHONE, PHONE):
            answer = client.get(path_in(sent), headers={"User-Agent": agent})
            assert (answer.status_code, answer.headers["Location"]) == (302, "https://shop.example/autumn?x=1")
    # Of where she comes from another house is told nothing.
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers
    assert clicks() == ["bot", "human", "human"]
    sign_in(role="marketer")
    (told,) = client.get("/api/v1/messages").get_json()["items"]
    assert told["opened_at"] == "2026-11-10T03:05:00Z"


def test_a_preview_keeps_nothing(client: FlaskClient, sent: Message, sign_in: Any) -> None:
    before = len(db.session.scalars(select(ShortLink)).all())
    sign_in(role="associate")
    address = f"/api/v1/customers/{sent.customer_id}/texts/preview"
    shown = client.post(address, json={"template": "autumn", "fields": {}}).get_json()
    assert "/l/" in shown["text"]
    db.session.rollback()
    assert len(db.session.scalars(select(ShortLink)).all()) == before == 1


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_expired_link_says_so_kindly(client: FlaskClient, sent: Message, language: str) -> None:
    with clock.frozen(worlds.NOON + VALID_FOR):
        answer = client.get(path_in(sent), headers={"User-Agent": PHONE, "Accept-Language": language})
    assert answer.status_code == 410
    assert f'<html lang="{language}">' in answer.text
    assert "shop.example" not in answer.text
    assert clicks() == []


@pytest.mark.parametrize("path", ["/l/nothere1", "/l/" + "x" * 200, "/l/가"])
def test_a_code_that_nobody_has_is_answered_the_same(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 410
