"""The whole way of an offer: written in two languages, approved by another, sent, read, and refused by its link."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import Floor, settled, sign_in_at_desk
from tests.e2e.server import DangolServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

PUBLIC = "https://dangol.example"
"""What texts name. A proxy in front leads from there to the server."""

BODIES = {
    "ko": '{{ customer.name | default: "고객" }}님, 겨울 향수 15% 할인',
    "en": '{{ customer.name | default: "Guest" }}, 15% off winter perfumes',
}
PEOPLE = (("백아름", "010-7711-2201", "ko", "겨울 향수"), ("Nora Quill", "010-7711-2202", "en", "winter perfumes"))


@pytest.fixture
def public_server(built_pwa: None, world: Path, tmp_path: Path) -> Iterator[DangolServer]:
    """A server that phones reach by https: only then texts have links."""
    del built_pwa
    shutil.copytree(world, tmp_path, dirs_exist_ok=True)
    server = DangolServer(tmp_path, public_url=PUBLIC)
    server.start()
    yield server
    server.kill()


def test_an_offer_goes_the_whole_way_and_whoever_refuses_it_is_never_sent_another(
    browser: Browser, public_server: DangolServer
) -> None:
    url = public_server.url
    with chromium.new_profile(browser) as context:
        _refused_by_link(context.new_page(), url)
    with chromium.new_profile(browser) as context:
        addresses = _write(context.new_page(), url)
    with chromium.new_profile(browser) as context:
        _approve(context.new_page(), url, addresses)
    with chromium.new_profile(browser) as context:
        floor = Floor(context.new_page(), url)
        floor.sign_in()
        for name, phone, language, words in PEOPLE:
            _register(floor, name, phone, language)
            _send(floor, name)
            text = _read(context.new_page(), url, phone)
            assert text.removeprefix("[Web발신]\n").startswith("(광고)")
            assert words in text
            _refuse(context.new_page(), url, text)
            _cannot(floor, name)


def _refused_by_link(page: Page, url: str) -> None:
    page.goto(f"{url}/admin/refusals")
    sign_in_at_desk(page, "admin")
    by_link = page.get_by_label("080 번호 대신 링크를 넣기").first
    by_link.click()
    expect(page.locator("section", has=by_link)).to_contain_text("링크")
    expect(by_link).to_be_checked()
    expect(by_link).to_be_enabled()


def _write(page: Page, url: str) -> list[str]:
    page.goto(f"{url}/admin/templates/new")
    sign_in_at_desk(page, "marketer")
    settled(page)
    page.get_by_label("이름 (영문)").fill("winter_offer")
    page.locator("main form input[value=commercial]").check(force=True)
    addresses = []
    for language, body in BODIES.items():
        if language != "ko":
            page.locator(f"nav a[href*='language={language}']").click()
            page.wait_for_url(re.compile(f"language={language}"))
            expect(page.get_by_label("이름 (영문)")).to_have_value("winter_offer")
            expect(page.locator("textarea")).to_have_value("")
        page.get_by_label("제목").fill("겨울 향수 할인")
        page.locator("textarea").fill(body)
        expect(page.get_by_test_id("template-preview")).to_contain_text(PUBLIC)
        page.locator("header button[type=submit]").click()
        page.wait_for_url(re.compile(r"/admin/templates/[0-9a-f-]{36}$"))
        page.get_by_role("button", name="승인 요청").click()
        expect(page.get_by_test_id("template-state")).to_have_text("승인 대기")
        addresses.append(page.url)
    return addresses


def _approve(page: Page, url: str, addresses: list[str]) -> None:
    page.goto(f"{url}/admin/templates")
    sign_in_at_desk(page, "admin")
    for address in addresses:
        page.goto(address)
        settled(page)
        page.get_by_role("button", name="승인", exact=True).click()
        expect(page.get_by_test_id("template-state")).to_have_text("승인됨")


def _register(floor: Floor, name: str, phone: str, language: str) -> None:
    page = floor.page
    floor.search(name)
    page.get_by_role("link", name="새 회원으로 등록").click()
    page.locator("input[type=tel]").fill(phone)
    for box in page.get_by_test_id("consent-form").get_by_role("checkbox").all():
        box.check()
    page.get_by_text("더 적기").click()
    page.locator("details select").select_option(language)
    page.get_by_role("button", name="등록", exact=True).click()
    expect(page.get_by_role("heading", name=f"{name} 님을 등록했습니다")).to_be_visible()
    floor.expect_waiting(0)
    page.keyboard.press("Escape")


def _choose(floor: Floor, name: str) -> None:
    floor.open_customer(name, name)
    floor.page.get_by_role("button", name="문자", exact=True).click()
    dialog = floor.page.get_by_role("dialog", name=re.compile(name))
    dialog.get_by_role("radio", name=re.compile("겨울 향수 할인")).first.check()


def _send(floor: Floor, name: str) -> None:
    _choose(floor, name)
    expect(floor.page.get_by_test_id("text-verdict")).to_have_attribute("data-answer", "allowed")
    floor.page.get_by_role("button", name="문자 보내기").click()
    expect(floor.page.get_by_test_id("text-result")).to_have_attribute("data-state", "delivered", timeout=60_000)
    floor.page.get_by_role("button", name="닫기").last.click()


def _read(page: Page, url: str, phone: str) -> str:
    page.goto(f"{url}/simulator?to=%2B82{phone.replace('-', '').removeprefix('0')}")
    text = page.locator(".bubble").last.inner_text()
    page.close()
    return text


def _refuse(page: Page, url: str, text: str) -> None:
    found = re.search(rf"{re.escape(PUBLIC)}(/o/\w+)", text)
    assert found, text
    page.goto(f"{url}{found[1]}")
    page.locator("button.main").click()
    expect(page.locator("[data-state=day]")).to_be_visible()
    page.close()


def _cannot(floor: Floor, name: str) -> None:
    _choose(floor, name)
    verdict = floor.page.get_by_test_id("text-verdict")
    expect(verdict).to_have_attribute("data-answer", "skipped")
    expect(verdict).to_contain_text("고객이 광고 수신을 거부했습니다.")
    floor.page.get_by_role("button", name="보내지 않고 기록").click()
    expect(floor.page.get_by_test_id("text-result")).to_have_attribute("data-state", "skipped")
    floor.page.get_by_role("button", name="닫기").last.click()
