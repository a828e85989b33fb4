"""A tablet that was lost while it was locked: nothing in its browser's profile can be read.

The same search finds everything with encryption switched off, which demo mode allows for this test alone: so the test
can fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.chromium import open_profile
from tests.e2e.floor import Floor
from tests.e2e.profile_search import search_profile

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, BrowserType

    from tests.e2e.server import DangolServer

# Of the book, of what was typed and of what was done, and in no example that the app itself shows; numbers in the ways
# that people and machines write them.
_IN_THE_BOOK = ["김민준", "Kim Minjun", "kim minjun", "1098764821", "010-9876-4821", "1023454821", "010-2345-4821"]
_DONE = "무향 제품만 찾으심"
_READABLE = "localStorage.setItem('dangol-test-cipher', 'identity')"


def test_the_profile_of_a_locked_tablet_holds_no_name_no_number_and_no_word_of_what_was_done(
    chromium: BrowserType, server: DangolServer, tmp_path: Path
) -> None:
    _a_day_at_the_counter(chromium, server, tmp_path / "profile", new="선우빛나", phone="010-7777-4321", readable=False)
    typed = ["선우빛나", "1077774321", "010-7777-4321"]
    assert search_profile(tmp_path / "profile", [*_IN_THE_BOOK, *typed, _DONE]) == []


def test_the_same_search_finds_them_when_encryption_is_switched_off(
    chromium: BrowserType, server: DangolServer, tmp_path: Path
) -> None:
    _a_day_at_the_counter(chromium, server, tmp_path / "profile", new="선우달나", phone="010-7777-5432", readable=True)
    words = ["김민준", "1098764821", "선우달나", "1077775432", _DONE]
    found = search_profile(tmp_path / "profile", words)
    assert {find.word for find in found} == set(words)
    assert any("IndexedDB" in find.place for find in found)


def _a_day_at_the_counter(
    chromium: BrowserType, server: DangolServer, profile: Path, *, new: str, phone: str, readable: bool
) -> None:
    """Look somebody up, sell, write a note, register somebody, some of it offline; then lock and lose the tablet."""
    context = open_profile(chromium, profile)
    if readable:
        context.add_init_script(_READABLE)
    try:
        floor = Floor(context.pages[0] if context.pages else context.new_page(), server.url)
        floor.sign_in()
        floor.wait_until_offline_capable()
        for query in ("4821", "kim minjun", "01098764821", "김민준"):
            floor.search(query)
        floor.sell()
        floor.expect_waiting(0)
        floor.next_customer()
        server.kill()
        _register(floor, new, phone)
        floor.page.keyboard.press("/")
        floor.open_customer(phone[-4:], new)
        _note(floor, _DONE)
        server.start()
        floor.expect_waiting(0, within=90_000)
        _lock(context, floor)
    finally:
        context.close()


def _register(floor: Floor, name: str, phone: str) -> None:
    floor.search(name)
    floor.page.get_by_role("link", name="새 회원으로 등록").click()
    floor.page.locator("input[type=tel]").fill(phone)
    floor.page.get_by_role("checkbox").nth(0).check()
    floor.page.get_by_role("button", name="등록", exact=True).click()
    expect(floor.page.get_by_role("heading", name=f"{name} 님을 등록했습니다")).to_be_visible()
    floor.page.get_by_role("button", name="고객 카드 열기").click()


def _note(floor: Floor, text: str) -> None:
    floor.page.get_by_role("button", name="메모 쓰기").click()
    floor.page.locator("dialog textarea").fill(text)
    floor.page.get_by_role("button", name="저장", exact=True).click()
    expect(floor.page.get_by_test_id("memo")).to_have_text(text)


def _lock(context: BrowserContext, floor: Floor) -> None:
    floor.page.get_by_role("button", name="잠금", exact=True).click()
    expect(floor.page.locator("html")).to_have_attribute("data-lock", "locked")
    # What the browser still holds back goes to the disk when it is closed.
    context.pages[0].wait_for_timeout(500)
