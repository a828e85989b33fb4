"""Finding a customer: as one types, by keyboard, and what measures from outside hold on to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.floor import Floor

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.e2e.server import DangolServer


def test_the_field_has_the_focus_and_the_list_says_which_query_its_rows_answer(floor: Floor) -> None:
    expect(floor.search_field).to_be_focused()
    expect(floor.page.locator("html")).to_have_attribute("data-book", "ready")
    for so_far in ("4", "48", "482", "4821"):
        floor.page.keyboard.type(so_far[-1])
        expect(floor.page.locator("#results")).to_have_attribute("data-query", so_far)
    rows = floor.page.locator("#results [data-customer]")
    expect(rows).to_have_count(3)
    expect(rows.first.locator("mark")).to_have_text("4821")


def test_the_book_is_loading_until_it_is_ready(profile: BrowserContext, server: DangolServer) -> None:
    page = profile.new_page()
    page.add_init_script(
        """window.phases = [];
        new MutationObserver(() => {
            const now = document.documentElement.dataset.book;
            if (now !== undefined && window.phases.at(-1) !== now) window.phases.push(now);
        }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-book'] });"""
    )
    Floor(page, server.url).sign_in()
    assert page.evaluate("window.phases") == ["loading", "ready"]


def test_members_are_found_by_every_key_an_associate_has(floor: Floor) -> None:
    for query in (
        "김민지",
        "ㄱㅁㅈ",
        "김ㅁㅈ",
        "민지",
        "kim minji",
        "minji",
        "4821",
        "01023454821",
        "010-2345-4821",
        "940000123",
    ):
        # Their contents and not what is seen: a row that is new under the fold is drawn a frame later.
        names = floor.search(query).all_text_contents()
        assert any("김민지" in name for name in names), (query, names)


def test_find_works_by_keyboard_alone(floor: Floor) -> None:
    page = floor.page
    rows = floor.search("4821")
    expect(rows.nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    wanted = rows.nth(1).get_attribute("data-customer")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/floor/customers/{wanted}$"))

    page.keyboard.press("Escape")
    expect(floor.search_field).to_have_value("")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/floor$"))

    page.get_by_role("link", name="판매").click()
    page.locator("#product-search").blur()
    page.keyboard.press("/")
    expect(page).to_have_url(re.compile("/floor$"))
    expect(floor.search_field).to_be_focused()
    expect(floor.search_field).to_have_value("")


def test_nobody_found_offers_to_register_with_what_was_typed(floor: Floor) -> None:
    assert floor.search("황보솔").count() == 0
    floor.page.get_by_role("link", name="새 회원으로 등록").click()
    expect(floor.page.get_by_label("이름", exact=False).first).to_have_value("황보솔")


def test_the_screens_speak_english_when_asked(floor: Floor) -> None:
    floor.page.locator("nav a[href='/floor/me']").click()
    floor.page.get_by_role("radio", name="English").check()
    expect(floor.page.locator("html")).to_have_attribute("lang", "en")
    expect(floor.page.get_by_role("link", name="Find")).to_be_visible()
    floor.page.reload()
    floor.wait_until_ready()
    expect(floor.page.get_by_role("link", name="Find")).to_be_visible()
