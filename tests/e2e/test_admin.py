"""Head office makes a template, sees it as the customer will, and approves it for the floor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e.floor import Floor, sign_in_at_desk

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.e2e.server import DangolServer


def test_a_template_is_written_previewed_and_approved_and_reaches_the_floor(
    profile: BrowserContext, server: DangolServer
) -> None:
    desk = profile.new_page()
    desk.set_viewport_size({"width": 1280, "height": 800})
    desk.goto(f"{server.url}/admin")
    desk.locator("[data-login=marketer]").click()
    desk.get_by_role("link", name="새 템플릿").first.click()

    desk.get_by_label("이름 (영문)").fill("winter_offer")
    desk.get_by_label("제목").fill("겨울 안내")
    desk.get_by_label("본문").fill('{{ customer.name | default: "고객" }}님, 겨울 향수 ₩10,000 할인')
    preview = desk.get_by_test_id("template-preview")
    expect(preview).to_contain_text("(광고)")
    expect(preview).to_contain_text("겨울 향수")
    # The won sign does not pass Korean networks; the editor offers what does.
    desk.get_by_role("button", name=re.compile("₩ → 원")).click()
    expect(preview).to_contain_text("원10,000")

    desk.get_by_role("button", name="저장", exact=True).click()
    expect(desk.get_by_text("저장했습니다.", exact=False)).to_be_visible()
    desk.get_by_role("button", name="승인 요청").click()
    expect(desk.get_by_text("승인을 요청했습니다.", exact=False)).to_be_visible()
    expect(desk.get_by_role("button", name="승인", exact=True)).to_have_count(0)
    written = desk.url
    desk.get_by_role("button", name="로그아웃").click()
    # Going on sooner would cut the signing-out off.
    expect(desk.locator("[data-login=admin]")).to_be_visible()

    # A second person approves.
    desk.goto(written)
    sign_in_at_desk(desk, "admin")
    desk.get_by_role("button", name="승인", exact=True).click()
    expect(desk.get_by_text("승인했습니다.", exact=False)).to_be_visible()
    desk.get_by_role("link", name="템플릿").first.click()
    row = desk.get_by_role("row", name=re.compile("겨울 안내"))
    expect(row).to_contain_text("승인됨")
    desk.get_by_role("button", name="로그아웃").click()
    expect(desk.locator("[data-login=admin]")).to_be_visible()

    floor = Floor(desk, server.url)
    floor.sign_in()
    floor.open_customer("김민지", "김민지")
    desk.get_by_role("button", name="문자", exact=True).click()
    expect(desk.get_by_role("radio", name=re.compile("겨울 안내"))).to_be_visible()


def test_a_body_with_an_unknown_field_cannot_be_approved_and_says_which(
    profile: BrowserContext, server: DangolServer
) -> None:
    desk = profile.new_page()
    desk.goto(f"{server.url}/admin/templates/new")
    desk.locator("[data-login=marketer]").click()
    desk.get_by_label("이름 (영문)").fill("broken_offer")
    desk.get_by_label("본문").fill("{{ customer.nmae }}님, 안녕하세요")
    expect(desk.get_by_text("nmae").last).to_be_visible()
    desk.get_by_role("button", name="저장", exact=True).click()
    expect(desk.get_by_text("저장했습니다.", exact=False)).to_have_count(0)


def test_an_associate_has_no_way_into_staff_and_tablets(profile: BrowserContext, server: DangolServer) -> None:
    desk = profile.new_page()
    desk.goto(f"{server.url}/admin/staff")
    sign_in_at_desk(desk, "associate")
    expect(desk.locator("main")).to_be_visible()
    expect(desk.get_by_role("button", name="직원 추가")).to_have_count(0)
    expect(desk.get_by_role("cell", name="유하진")).to_have_count(0)
