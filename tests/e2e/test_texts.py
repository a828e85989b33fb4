"""A text goes out when it may, and is refused with its reason when it may not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from playwright.sync_api import expect

from tests.e2e import world

if TYPE_CHECKING:
    from tests.e2e.floor import Floor
    from tests.e2e.server import DangolServer


def test_an_offer_is_sent_from_the_card_and_read_on_the_customers_phone(floor: Floor, server: DangolServer) -> None:
    _choose_offer(floor, "김민지")
    verdict = floor.page.get_by_test_id("text-verdict")
    expect(verdict).to_have_attribute("data-answer", "allowed")
    floor.page.get_by_role("button", name="문자 보내기").click()
    expect(floor.page.get_by_test_id("text-result")).to_have_attribute("data-state", "delivered", timeout=60_000)

    phone = floor.page.context.new_page()
    phone.goto(f"{server.url}/simulator?to={quote(world.AGREED_PHONE)}")
    bubble = phone.locator(".bubble").last
    expect(bubble).to_contain_text("(광고)")
    expect(bubble).to_contain_text("김민지님, 이번 주말 하늘담 20% 할인")
    expect(bubble).to_contain_text("무료수신거부 080")


def test_a_customer_without_consent_is_not_texted_and_the_screen_says_why(floor: Floor, server: DangolServer) -> None:
    _choose_offer(floor, "김민준")
    verdict = floor.page.get_by_test_id("text-verdict")
    expect(verdict).to_have_attribute("data-answer", "skipped")
    expect(verdict).to_contain_text("보낼 수 없습니다.")
    expect(verdict).to_contain_text("동의")

    floor.page.get_by_role("button", name="보내지 않고 기록").click()
    result = floor.page.get_by_test_id("text-result")
    expect(result).to_have_attribute("data-state", "skipped")
    expect(result).to_contain_text("동의")
    received = server.get(f"/simulator/messages?to={quote(world.NEVER_ASKED_PHONE)}")
    assert received["items"] == []


def _choose_offer(floor: Floor, name: str) -> None:
    floor.open_customer(name, name)
    floor.page.get_by_role("button", name="문자", exact=True).click()
    dialog = floor.page.get_by_role("dialog", name=re.compile(name))
    dialog.get_by_role("radio", name=re.compile("가을 할인 안내")).check()
