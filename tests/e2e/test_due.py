"""The store's list of who is at risk, late and due: two taps, with and without a network."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import Floor, settled
from tests.e2e.test_accessibility import complaints
from tests.e2e.test_screens import DESK, LOOKS, TABLET, Camera, named, views
from tests.e2e.world import AT_RISK

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

    from tests.e2e.server import DangolServer

NAMES = [name for name, *_ in AT_RISK]


def _listed(page: Page) -> Locator:
    return page.locator("[data-due=risk] [data-customer]")


def _noon_in_seoul() -> datetime:
    """Today's, by the store's clock: when people may be called."""
    return datetime.now(ZoneInfo("Asia/Seoul")).replace(hour=12, minute=0)


def test_an_outcome_is_two_taps_without_a_server_and_can_be_undone(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    page = floor.page
    page.get_by_role("link", name="예정").click()
    expect(_listed(page)).to_have_count(3)
    assert [text.split()[0] for text in _listed(page).all_inner_texts()] == NAMES
    expect(_listed(page).first).to_contain_text("11일 늦음: 보통 21일마다")
    expect(_listed(page).first).to_contain_text("28일 안에 다시 오실 가능성 18%")
    expect(_listed(page).nth(1)).to_contain_text("전화하지 않습니다: 광고 전화에 동의하지 않으셨습니다.")
    server.kill()

    page.get_by_role("button", name="남도율 님 결과 기록").click()
    page.locator("[data-outcome=no_answer]").click()
    expect(_listed(page)).to_have_count(2)
    expect(page.get_by_role("status").filter(has_text="연락이 안 됨")).to_be_visible()
    expect(page.locator("[data-recorded]")).to_contain_text("남도율")
    floor.expect_waiting(1)

    page.get_by_role("status").get_by_role("button", name="되돌리기").click()
    expect(_listed(page)).to_have_count(3)
    expect(page.locator("[data-recorded]")).to_have_count(0)

    page.get_by_role("button", name="방시온 님 결과 기록").click()
    page.get_by_label("메모 (선택)").fill("향이 바뀌었다고 하심")
    page.locator("[data-outcome=problem]").click()
    page.locator("[data-reason=taste]").click()
    expect(_listed(page)).to_have_count(2)
    floor.expect_waiting(3)

    server.start()
    floor.expect_waiting(0, within=90_000)
    page.reload()
    floor.wait_until_ready()
    expect(_listed(page)).to_have_count(2)
    page.locator("[data-recorded]").get_by_role("link", name="방시온").click()
    block = page.get_by_role("region", name="연락 결과")
    expect(block).to_contain_text("불편이나 사정이 있으심: 상품이 맞지 않음")
    expect(block).to_contain_text("향이 바뀌었다고 하심")

    floor.open("/floor/due")
    floor.wait_until_ready()
    page.get_by_role("button", name="방시온 님 기록 되돌리기").click()
    expect(_listed(page)).to_have_count(3, timeout=30_000)


def test_the_card_says_what_is_at_stake(floor: Floor) -> None:
    page = floor.page
    floor.open_customer("nam doyul", "남도율")
    expect(page.locator("article [data-state=late]")).to_have_text("늦음")
    risk = page.locator("[data-risk]")
    expect(risk).to_contain_text(re.compile("1년 예상 가치 약 .*510,000"))
    expect(risk).to_contain_text("이유: 평소 간격을 넘김, 오시는 횟수가 적음")


@pytest.mark.parametrize(("look", "size"), views(TABLET, DESK), ids=named)
def test_the_list_in_pictures(browser: Browser, server: DangolServer, look: str, size: dict[str, Any]) -> None:
    language, scheme = LOOKS[look]
    with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        page.add_init_script(f"localStorage.setItem('dangol.language', JSON.stringify('{language}'))")
        floor, camera = Floor(page, server.url), Camera(page, look)
        page.clock.set_fixed_time(_noon_in_seoul())
        floor.sign_in()
        floor.open("/floor/due")
        floor.wait_until_ready()
        expect(_listed(page)).to_have_count(3)
        expect(page.locator("a[href^='tel:+8210']")).to_have_count(1)
        camera.take("due-risk")
        assert complaints(page) == []
        page.locator("[data-customer] button").nth(2).click()
        expect(page.locator("[data-outcome]")).to_have_count(6)
        camera.take("due-outcome")
        assert complaints(page) == []
        page.locator("[data-outcome=will_come]").click()
        expect(page.locator("[data-recorded]")).to_be_visible()
        camera.take("due-recorded")
        assert complaints(page) == []
        page.locator("[data-recorded] button").click()
        expect(_listed(page)).to_have_count(3, timeout=30_000)
        for value in ("late", "soon"):
            page.locator(f"input[value={value}]").check()
            camera.take(f"due-{value}")
        page.locator("input[value=risk]").check()
        _listed(page).first.locator("a").first.click()
        settled(page)
        camera.take("due-card")


@pytest.mark.parametrize("look", LOOKS)
def test_a_manager_reads_at_the_desk_what_came_of_it(browser: Browser, server: DangolServer, look: str) -> None:
    language, scheme = LOOKS[look]
    with chromium.new_profile(browser, viewport=DESK, color_scheme=scheme) as context:
        page = context.new_page()
        page.add_init_script(f"localStorage.setItem('dangol.language', JSON.stringify('{language}'))")
        floor, camera = Floor(page, server.url), Camera(page, look)
        floor.sign_in("manager")
        her = floor.open_customer("kang mijin", "강미진")
        now = datetime.now(ZoneInfo("Asia/Seoul")).isoformat()
        said = {
            "customer_id": her,
            "outcome": "problem",
            "reason": "price",
            "note": "옆 매장이 더 쌈",
            "occurred_at": now,
        }
        floor.record_behind("outreach.record", [said])
        expect(floor.waiting).to_have_text(re.compile(r"\b0\b"), timeout=30_000)
        page.goto(f"{server.url}/admin/outreach")
        expect(page.locator("[data-row]").first).to_contain_text("옆 매장이 더 쌈")
        expect(page.locator("[data-row]").first).to_contain_text("—")
        camera.take("admin-outreach")
        assert complaints(page) == []
        page.locator("[data-row] a").first.click()
        settled(page)
        expect(page.get_by_text("옆 매장이 더 쌈").first).to_be_visible()
