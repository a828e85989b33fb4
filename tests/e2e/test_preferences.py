"""What the floor writes down of a customer's taste: without a network, with undo, and her health with her consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.floor import Floor, settled
from tests.e2e.test_accessibility import complaints

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.e2e.server import DangolServer


def test_a_preference_is_added_and_taken_back_without_a_server_and_arrives(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    page = floor.page
    floor.open_customer("kim minji", "김민지")
    server.kill()
    chips = page.locator("[data-preference]")
    before = chips.count()

    page.get_by_role("button", name="취향 적기").click()
    page.get_by_label("내용").fill("양파 빼고")
    page.get_by_role("button", name="저장", exact=True).click()
    first = page.locator("[data-preference=instruction]").first
    expect(first).to_contain_text("양파 빼고")
    expect(chips.first).to_contain_text("양파 빼고")

    page.get_by_role("button", name="취향 적기").click()
    page.get_by_role("radio", name="알레르기").check()
    page.get_by_label("내용").fill("땅콩")
    save = page.get_by_role("button", name="저장", exact=True)
    expect(save).to_be_disabled()
    page.get_by_label("민감정보", exact=True).check()
    assert complaints(page) == []
    save.click()
    expect(page.locator("[data-preference=allergy]")).to_contain_text("땅콩")

    page.get_by_role("button", name="양파 빼고 지우기").click()
    expect(page.locator("[data-preference=instruction]")).to_have_count(0)
    page.get_by_role("button", name="되돌리기").click()
    expect(first).to_contain_text("양파 빼고")
    expect(chips).to_have_count(before + 2)
    floor.expect_waiting(5)

    server.start()
    floor.expect_waiting(0, within=90_000)
    page.reload()
    floor.wait_until_ready()
    settled(page)
    expect(page.locator("[data-preference=allergy]")).to_contain_text("땅콩")
    expect(first).to_contain_text("양파 빼고")
