"""What head office knows of a member, edited at the desk: details, numbers, cards; with pictures, and axe's opinion."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from backend.core.ids import new_id
from tests.e2e import chromium
from tests.e2e.floor import settled, sign_in_at_desk
from tests.e2e.test_screens import DESK, LOOKS, TABLET, views
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.e2e.server import DangolServer


def opened(page: Page, server: DangolServer, number: int = 0) -> None:
    """A member's page at the desk."""
    page.goto(f"{server.url}/admin/customers")
    sign_in_at_desk(page, "admin")
    settled(page)
    page.locator("td a").nth(number).click()
    settled(page)


def test_details_numbers_and_cards_are_edited(browser: Browser, server: DangolServer) -> None:
    with chromium.new_profile(browser, viewport=DESK) as context:
        page = context.new_page()
        opened(page, server)
        page.get_by_role("button", name="정보 수정").click()
        page.get_by_label("한자 이름").fill("金旼志")
        page.get_by_label("이메일").fill("minji@Example.COM")
        page.get_by_role("button", name="저장", exact=True).click()
        expect(page.get_by_text("수정한 내용을 저장했습니다.")).to_be_visible()
        expect(page.get_by_text("minji@example.com")).to_be_visible()

        page.get_by_role("button", name="번호 추가").click()
        page.get_by_label("전화번호").fill("010-7777-3333")
        page.get_by_role("button", name="추가", exact=True).click()
        page.get_by_role("button", name=re.compile("010-7777-3333 번호를 대표")).click()
        expect(page.get_by_role("listitem").filter(has_text="대표 번호").first).to_contain_text("010-7777-3333")

        page.get_by_role("button", name="카드 추가").click()
        page.get_by_role("dialog").get_by_label("종류").select_option("bank")
        page.get_by_label("카드번호 또는 토큰").fill("4111 1111 1111 1111")
        page.get_by_role("button", name="추가", exact=True).click()
        expect(page.get_by_role("dialog")).to_contain_text("token")
        page.get_by_label("카드번호 또는 토큰").fill("tok_0001")
        page.get_by_label("발급처").fill("가람은행")
        page.get_by_role("button", name="추가", exact=True).click()
        expect(page.get_by_text("제휴 은행 카드 · 가람은행")).to_be_visible()


def test_what_somebody_else_changed_is_shown_and_nothing_is_overwritten(browser: Browser, server: DangolServer) -> None:
    with chromium.new_profile(browser, viewport=DESK) as context:
        page = context.new_page()
        opened(page, server, 1)
        page.get_by_role("button", name="정보 수정").click()
        change = {
            "changes": {"district": {"from": page.get_by_label("지역").input_value() or None, "to": "제주 서귀포시"}}
        }
        customer_id = page.url.rsplit("/", 1)[1]
        assert page.request.patch(f"{server.url}/api/v1/customers/{customer_id}", data=change).ok
        page.get_by_label("지역").fill("부산 중구")
        page.get_by_role("button", name="저장", exact=True).click()
        expect(page.get_by_role("dialog")).to_contain_text("서버의 값: 제주 서귀포시")
        page.get_by_role("button", name="저장", exact=True).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_text("부산 중구")).to_be_visible()


def test_a_passport_is_shown_with_a_reason_only(browser: Browser, server: DangolServer) -> None:
    with chromium.new_profile(browser, viewport=DESK) as context:
        page = context.new_page()
        opened(page, server, 0)
        page.get_by_role("button", name="여권 추가").click()
        page.get_by_label("여권번호").fill("m7068 9098")
        page.get_by_role("button", name="추가", exact=True).click()
        expect(page.get_by_role("dialog")).to_contain_text("동의를 먼저 기록해 주세요")
        page.get_by_role("button", name="취소").click()
        agree(server, page, "unique_identifier")
        page.get_by_role("button", name="여권 추가").click()
        page.get_by_label("여권번호").fill("m7068 9098")
        page.get_by_role("button", name="추가", exact=True).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert "M70689098" not in page.content()
        page.get_by_role("button", name="대한민국 여권번호 보기").click()
        page.get_by_label("보는 사유").fill("면세 한도 확인")
        page.get_by_role("button", name="번호 보기", exact=True).last.click()
        expect(page.get_by_test_id("passport")).to_have_text("M70689098")
        page.get_by_role("button", name="닫기", exact=True).last.click()
        assert "M70689098" not in page.content()
        page.goto(f"{server.url}/admin/access?customer={page.url.rsplit('/', 1)[1]}")
        settled(page)
        expect(page.locator("tr[data-row]").filter(has_text="여권번호").first).to_be_visible()


def agree(server: DangolServer, page: Page, purpose: str) -> None:
    """Have the member who is shown agree to something, as a tablet would record it."""
    customer_id = page.url.rsplit("/", 1)[1]
    said = {
        "customer_id": customer_id,
        "purpose": purpose,
        "granted": True,
        "wording_version": "2026-11",
        "occurred_at": "2026-11-20T10:00:00+09:00",
    }
    token = json.loads(server.command("tablet", "enrol", "--store", "GN", "--staff", "associate", "--json"))["token"]
    entry = {"id": new_id(), "kind": "consent.record", "at": "2026-11-20T10:00:00+09:00", "seq": 1, "data": said}
    headers = {"Authorization": f"Bearer {token}"}
    answer = page.request.post(f"{server.url}/api/v1/sync/push", data={"mutations": [entry]}, headers=headers)
    assert answer.json()["results"][0]["status"] == "applied", answer.text()


def test_pictures_of_a_member_at_the_desk(browser: Browser, server: DangolServer) -> None:
    for look, size in views(TABLET, DESK):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            opened(page, server, 2)
            camera = Inspector(page, look)
            camera.take("admin-member")
            page.locator("main .btn-primary, header .btn-primary").first.click()
            expect(page.get_by_role("dialog")).to_be_visible()
            camera.take("admin-member-edit")
            assert camera.found == {}
