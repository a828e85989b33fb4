"""An admin looks at two who may be one person, makes them one, takes that back, and says that they are two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import settled, sign_in_at_desk
from tests.e2e.test_screens import DESK, LOOKS, TABLET, named, views
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.e2e.server import DangolServer


def _desk(page: Page, server: DangolServer) -> Page:
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
    page.goto(f"{server.url}/admin/duplicates")
    sign_in_at_desk(page, "admin")
    return page


def _register(page: Page, server: DangolServer, **data: Any) -> str:
    answer = page.request.post(f"{server.url}/api/v1/customers", data=data, headers={"Origin": server.url})
    assert answer.ok, answer.text()
    customer_id: str = answer.json()["id"]
    return customer_id


def test_two_become_one_and_two_again_and_are_then_called_different(
    profile: BrowserContext, server: DangolServer
) -> None:
    desk = _desk(profile.new_page(), server)
    shared = {"phone": "010-7345-9911", "birth_date": "1988-05-17", "sex": "f"}
    first = _register(desk, server, name="윤태리", district="중구", **shared)
    second = _register(desk, server, name="Yoon Taeri", district="용산구", **shared)
    desk.reload()
    pair = desk.locator("[data-pair]", has_text="윤태리")
    expect(pair).to_contain_text("이름의 발음 같음")
    expect(pair).to_contain_text("전화번호 같음")
    expect(pair).not_to_contain_text("7345")
    # Her name is another one in a moment.
    pair = desk.locator(f"[data-pair='{pair.get_attribute('data-pair')}']")
    pair.get_by_role("radio").nth(1).check()
    pair.get_by_role("button", name="한 회원으로 합치기").click()
    expect(pair).to_contain_text("한 회원으로 합쳤습니다")
    one = server.get(f"/api/v1/customers/{second}")
    assert (one["id"], one["name"], one["district"]) == (first, "Yoon Taeri", "중구")

    desk.get_by_role("radio", name="합친 기록").check()
    entry = desk.locator("[data-merge]", has_text="Yoon Taeri")
    expect(entry).to_have_attribute("data-undone", "false")
    entry.get_by_role("button", name="되돌리기").click()
    expect(entry).to_have_attribute("data-undone", "true")
    assert [server.get(f"/api/v1/customers/{each}")["name"] for each in (first, second)] == ["윤태리", "Yoon Taeri"]

    desk.get_by_role("radio", name="확인할 것").check()
    expect(desk.get_by_role("heading", level=1)).to_have_text("중복 회원")
    expect(desk.locator("[data-pair]", has_text="윤태리")).to_have_count(0)


def test_two_who_differ_are_asked_about_once(profile: BrowserContext, server: DangolServer) -> None:
    desk = _desk(profile.new_page(), server)
    for name in ("편도현", "편도연"):
        _register(desk, server, name=name, phone="010-7345-9922", birth_date="2001-02-03")
    desk.reload()
    pair = desk.locator("[data-pair]", has_text="편도현")
    pair.get_by_role("button", name="다른 사람입니다").click()
    expect(pair).to_contain_text("서로 다른 회원입니다")
    desk.reload()
    expect(desk.get_by_role("heading", level=1)).to_have_text("중복 회원")
    expect(desk.locator("[data-pair]", has_text="편도현")).to_have_count(0)


@pytest.mark.parametrize(("look", "size"), views(TABLET, DESK), ids=named)
def test_the_screen_of_duplicates(browser: Browser, server: DangolServer, look: str, size: dict[str, int]) -> None:
    language, scheme = LOOKS[look]
    with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        speaks(page, language)
        camera = Inspector(page, look)
        page.goto(f"{server.url}/admin/duplicates")
        sign_in_at_desk(page, "admin")
        settled(page)
        shared = {"phone": "010-7345-9933", "sex": "f"}
        _register(page, server, name="함예린", district="중구", **shared)
        _register(page, server, name="Ham Yerin", district="용산구", birth_date="1979-11-30", **shared)
        page.reload()
        settled(page)
        expect(page.locator("[data-pair]").first).to_be_visible()
        camera.take("admin-duplicates")
        page.locator("[data-pair] .btn-primary").first.click()
        expect(page.locator("[data-pair] .notice").first).to_be_visible()
        page.goto(f"{server.url}/admin/duplicates?state=merged")
        expect(page.locator("[data-merge]").first).to_be_visible()
        camera.take("admin-merges")
    assert camera.found == {}
