"""Refusing by a link, from the text to the next one that is not sent; each way owes her a notice of the result."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.delivery import Draft, Message, OwedNotice, enqueue
from backend.delivery.models import AddressBlock
from backend.privacy import service as privacy
from backend.unify import merges
from sms.refusals import RefusalLink, links
from tests.sms import worlds
from tests.sms.replying import PHONE, Phone, statements_of, texted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

PUBLIC = "https://texts.example"
_LINK = re.compile(rf"무료수신거부 {PUBLIC}(/o/[0-9A-Za-z]{{8,}})\Z")


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """By day in Seoul, whenever the tests run."""
    with clock.frozen(worlds.NOON):
        yield


@pytest.fixture
def public(app: Flask) -> Iterator[Flask]:
    """The app under an https address of its own."""
    before = app.extensions["dangol.settings"]
    app.extensions["dangol.settings"] = replace(before, public_url=PUBLIC)
    yield app
    app.extensions["dangol.settings"] = before


@pytest.fixture
def shop(public: Flask, sign_in: Any) -> worlds.Shop:  # noqa: ARG001 - rows need the app's database
    """A shop without an 080 number, an associate of it signed in."""
    made = worlds.shop(refusal_number=None, name_latin="Haneul Duty Free")
    sign_in(store_id=made.store.id)
    for number in range(4):
        worlds.template(f"offer{number}", body=f"{number}0% 할인")
    return made


@pytest.fixture
def browser(public: Flask) -> Any:
    """A phone's browser: nobody is signed in."""
    return public.test_client(use_cookies=False)


def send(client: Any, customer_id: str, number: int = 0) -> Any:
    answer = client.post(f"/api/v1/customers/{customer_id}/texts", json={"template": f"offer{number}"})
    assert answer.status_code == 201, answer.json
    return answer.json


def link_in(message: Any) -> str:
    found = _LINK.search(message["body"])
    assert found, message["body"]
    return found.group(1)


def state(browser: Any, path: str) -> str:
    found = re.search(r'data-state="(\w+)"', browser.get(path).text)
    assert found
    return found.group(1)


def press(browser: Any, path: str, action: str, **headers: str) -> Any:
    return browser.post(path, data={"action": action}, headers=headers)


def test_from_the_text_over_the_link_to_the_text_that_is_not_sent(client: Any, shop: worlds.Shop, browser: Any) -> None:
    customer = worlds.customer(shop, agreed=True)
    sent = send(client, customer.id)
    assert sent["state"] == "queued"
    path = link_in(sent)
    assert state(browser, path) == "receives"
    answer = press(browser, path, "refuse")
    assert answer.status_code == 303
    thanks = browser.get(answer.location).text
    assert "광고 문자를 보내지 않습니다." in thanks
    assert "감사합니다" in thanks
    refused = send(client, customer.id, 1)
    assert (refused["state"], refused["reason"]) == ("skipped", "refused")
    assert refused["reason_text"]
    entry = statements_of(customer.id)[-1]
    assert (entry.granted, entry.sender_id, entry.channel, entry.night) == (False, shop.unit.id, "sms", False)
    assert entry.evidence["link"] == path.removeprefix("/o/")
    assert entry.evidence["seen_from"] == "127.0.0.0/24"
    assert press(browser, path, "refuse").status_code == 303
    assert len(statements_of(customer.id)) == 2


def test_looking_at_the_page_refuses_nothing(client: Any, shop: worlds.Shop, browser: Any) -> None:
    customer = worlds.customer(shop, agreed=True)
    path = link_in(send(client, customer.id))
    for _ in range(3):
        page = browser.get(path)
        browser.head(path)
    assert len(statements_of(customer.id)) == 1
    assert page.status_code == 200
    assert len(page.data) < 50_000
    assert "<script" not in page.text
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers
    for secret in (customer.name, customer.id, PHONE, PHONE[-4:], "010-4821"):
        assert secret not in page.text
    assert "하늘면세점" in page.text


def test_undoing_grants_by_naming_the_refusal_and_lifts_nothing_else(
    client: Any, shop: worlds.Shop, browser: Any
) -> None:
    customer = worlds.customer(shop, agreed=True)
    path = link_in(send(client, customer.id))
    press(browser, path, "refuse")
    refusal = statements_of(customer.id)[-1]
    press(browser, path, "undo")
    grant = statements_of(customer.id)[-1]
    assert (grant.granted, grant.lifts_id, grant.sender_id) == (True, refusal.id, shop.unit.id)
    assert state(browser, path) == "receives"
    assert send(client, customer.id, 1)["state"] == "queued"
    run_in_unit_of_work(lambda: worlds.say(customer.id, shop, granted=False))
    assert state(browser, path) == "day"
    assert 'value="undo"' not in browser.get(path).text
    press(browser, path, "undo")
    assert state(browser, path) == "day"


def test_the_night_alone_can_be_refused(client: Any, shop: worlds.Shop, browser: Any) -> None:
    customer = worlds.customer(shop, agreed=True, night=True)
    path = link_in(send(client, customer.id))
    press(browser, path, "night")
    assert state(browser, path) == "night"
    with clock.frozen(worlds.NIGHT):
        held = send(client, customer.id, 1)
    assert (held["state"], held["reason"]) == ("held", "night")
    press(browser, path, "undo")
    assert statements_of(customer.id)[-1].night is True
    assert state(browser, path) == "receives"


def test_all_senders_are_refused_at_once_and_one_is_taken_back(client: Any, shop: worlds.Shop, browser: Any) -> None:
    hotel = worlds.shop(sender_name="바다호텔")
    customer = worlds.customer(shop, agreed=True)
    run_in_unit_of_work(lambda: worlds.say(customer.id, hotel, granted=True))
    path = link_in(send(client, customer.id))
    press(browser, path, "everyone")
    assert state(browser, path) == "everyone"
    db.session.expire_all()
    assert customer.facts.sms_senders == []
    press(browser, path, "undo")
    db.session.expire_all()
    assert customer.facts.sms_senders == [shop.unit.code]


def test_who_nobody_knows_refuses_by_her_number(shop: worlds.Shop, browser: Any) -> None:
    draft = Draft(
        channel="sms", purpose="commercial", customer_id=None, sender_id=shop.unit.id, store_id=shop.store.id,
        address=PHONE, body=f"(광고) {links.way_to_refuse(shop.unit)}",
    )  # fmt: skip

    def work() -> Message:
        (linked,) = links.with_links([draft])
        return enqueue(linked, actor=SYSTEM)

    path = "/o/" + run_in_unit_of_work(work).body.rpartition("/")[2]
    assert 'value="night"' not in browser.get(path).text
    press(browser, path, "night")
    assert state(browser, path) == "receives"
    press(browser, path, "refuse")
    assert db.session.scalars(select(AddressBlock.sender_id)).all() == [shop.unit.id]
    assert run_in_unit_of_work(work).reason == "refused"
    worlds.shop()
    press(browser, path, "everyone")
    assert db.session.scalar(select(func.count()).select_from(AddressBlock)) == 2
    press(browser, path, "undo")
    assert state(browser, path) == "receives"


def test_each_recipient_has_one_link_for_each_sender_and_a_preview_makes_none(client: Any, shop: worlds.Shop) -> None:
    one, other = worlds.customer(shop, agreed=True), worlds.customer(shop, agreed=True, phone="+821011112222")
    shown = client.post(f"/api/v1/customers/{one.id}/texts/preview", json={"template": "offer0"}).json
    assert db.session.scalar(select(func.count()).select_from(RefusalLink)) == 0
    first, again, hers = send(client, one.id), send(client, one.id, 1), send(client, other.id)
    assert len(shown["text"]) == len(first["body"])
    assert link_in(first) == link_in(again) != link_in(hers)


def test_a_hundred_recipients_get_their_links_in_a_fixed_number_of_statements(shop: worlds.Shop) -> None:
    draft = Draft(
        channel="sms", purpose="commercial", customer_id=None, sender_id=shop.unit.id, store_id=shop.store.id,
        address=PHONE, body=f"… {links.way_to_refuse(shop.unit)}",
    )  # fmt: skip
    drafts = [replace(draft, address=f"+8210111{number:05}") for number in range(100)]
    first = run_in_unit_of_work(lambda: links.with_links(drafts))
    again = run_in_unit_of_work(lambda: links.with_links(drafts))
    assert first == again
    assert len({each.body for each in first}) == 100


def test_the_page_speaks_her_language_and_others(client: Any, shop: worlds.Shop, browser: Any) -> None:
    customer = worlds.customer(shop, agreed=True, language="ja", name_latin="Yuki")
    path = link_in(send(client, customer.id))
    assert '<html lang="ja">' in browser.get(path).text
    english = browser.get(f"{path}?lang=en").text
    assert "Haneul Duty Free" in english
    assert "Stop advertising texts" in english
    assert press(browser, f"{path}?lang=zh", "refuse").location.endswith("lang=zh&said=refuse")
    assert '<html lang="ja">' in browser.get(f"{path}?lang=xx").text


def test_unknown_and_strange_requests_are_answered_politely(
    client: Any, shop: worlds.Shop, browser: Any, public: Flask
) -> None:
    for path in ("/o/0000000000", "/o/short", "/o/no-such-code", "/o/" + "a" * 400):
        answer = browser.get(path)
        assert (answer.status_code, "찾을 수 없습니다" in answer.text) == (404, True)
        assert press(browser, path, "refuse").status_code == 404
    path = link_in(send(client, worlds.customer(shop, agreed=True).id))
    assert press(browser, path, "explode").status_code == 422
    assert browser.post(path).status_code == 422
    assert browser.post(path, data={"action": "x" * 10_000}).status_code == 413
    # Its own form as browsers without Sec-Fetch-Site send it from a page without a referrer.
    assert press(browser, path, "refuse", Origin="null").status_code == 303
    public.config["RATELIMIT_ENABLED"] = True
    try:
        assert 429 in {browser.get(path).status_code for _ in range(60)}
    finally:
        public.config["RATELIMIT_ENABLED"] = False


def test_a_link_goes_with_a_merge_and_ends_with_an_erasure(client: Any, shop: worlds.Shop, browser: Any) -> None:
    stays = worlds.customer(shop, agreed=True, phone="+821011113333")
    goes = worlds.customer(shop, agreed=True)
    theirs, hers = link_in(send(client, stays.id)), link_in(send(client, goes.id))
    run_in_unit_of_work(lambda: merges.merge(stays.id, goes.id, acting_staff=SYSTEM).id)
    press(browser, hers, "refuse")
    assert (state(browser, hers), state(browser, theirs)) == ("day", "day")
    assert send(client, stays.id, 1)["reason"] == "refused"
    run_in_unit_of_work(lambda: privacy.erase(stays.id, acting_staff=SYSTEM))
    assert [browser.get(path).status_code for path in (hers, theirs)] == [404, 404]


def test_a_unit_with_an_080_number_may_choose(client: Any, sign_in: Any, public: Flask) -> None:  # noqa: ARG001
    made = worlds.shop()
    customer = worlds.customer(made, agreed=True)
    for number in range(2):
        worlds.template(f"offer{number}", body=f"{number}0% 할인")
    sign_in(store_id=made.store.id)
    assert send(client, customer.id)["body"].endswith("무료수신거부 080-000-0000")
    sign_in(role="admin")
    path = f"/api/v1/refusals/units/{made.unit.code}"
    assert client.patch(path, json={"by_link": True}).json["way"] == "link"
    sign_in(store_id=made.store.id)
    link_in(send(client, customer.id, 1))


def test_every_way_of_refusing_owes_a_notice_of_the_result(
    client: Any, shop: worlds.Shop, browser: Any, public: Flask
) -> None:
    customer = worlds.customer(shop, agreed=True)
    texted(shop, customer.id)
    path = link_in(send(client, customer.id))

    def owed() -> int:
        query = select(func.count()).select_from(OwedNotice).where(OwedNotice.granted.is_(False))
        return db.session.scalar(query) or 0

    def by_staff() -> None:
        said = {"purpose": "marketing", "channel": "sms", "granted": False, "wording_version": "none"}
        answer = client.post(
            f"/api/v1/customers/{customer.id}/consents", json=said | {"occurred_at": clock.rfc3339(clock.now())}
        )
        assert answer.status_code == 201, answer.json

    ways = (
        lambda: press(browser, path, "refuse"),
        lambda: press(browser, path, "everyone"),
        lambda: Phone(public).text("STOP"),
        by_staff,
    )
    for number, way in enumerate(ways, 1):
        way()
        assert owed() == number
