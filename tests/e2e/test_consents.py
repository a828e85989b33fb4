"""Consents at the counter: asked for without a network, signed with a finger, with a guardian, and withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.e2e.floor import Floor

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.e2e.server import DangolServer


def sign(page: Page) -> None:
    """Draw something like a name."""
    pad = page.get_by_test_id("signature")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(box["x"] + 40 + 20 * step, box["y"] + 40 + (step % 2) * 30)
    page.mouse.up()
    expect(pad).to_have_attribute("aria-label", "서명란, 서명함")


def consents(server: DangolServer, customer: str) -> dict[tuple[str, str | None, bool], dict[str, Any]]:
    items = server.get(f"/api/v1/customers/{customer}/permissions")["items"]
    return {(each["purpose"], each["channel"], each["night"]): each for each in items}


def begin(floor: Floor, name: str) -> None:
    floor.search(name)
    floor.page.get_by_role("link", name="새 회원으로 등록").click()


def finish(floor: Floor, name: str) -> str:
    """Save the new member and open her card; her id."""
    floor.page.get_by_role("button", name="등록", exact=True).click()
    expect(floor.page.get_by_role("heading", name=f"{name} 님을 등록했습니다")).to_be_visible()
    floor.page.get_by_role("button", name="고객 카드 열기").click()
    floor.page.wait_for_url("**/floor/customers/*")
    return floor.page.url.rsplit("/", 1)[-1]


def test_a_signature_drawn_without_a_network_arrives_with_the_words_that_were_shown(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    server.kill()
    begin(floor, "서명희")
    form = floor.page.get_by_test_id("consent-form")
    expect(form.get_by_role("checkbox", checked=True)).to_have_count(0)
    form.get_by_role("radio", name="English").check()
    expect(form).to_contain_text("You receive news of products and benefits by text.")
    form.get_by_role("checkbox", name="개인정보 수집·이용").check()
    expect(form.get_by_role("checkbox", name="야간(21시–8시) 광고 문자")).to_be_disabled()
    form.get_by_role("checkbox", name="광고 문자", exact=True).check()
    sign(floor.page)
    customer = finish(floor, "서명희")
    floor.expect_waiting(1)

    server.start()
    floor.expect_waiting(0, within=90_000)
    told = consents(server, customer)
    assert told["privacy", None, False]["allowed"]
    assert told["marketing", "sms", False]["allowed"]
    assert not told["marketing", "sms", True]["allowed"]
    said = server.get(f"/api/v1/customers/{customer}/consents")["items"]
    assert {each["wording_version"] for each in said} == {"privacy-2026-11", "marketing-sms-2026-11"}


def test_a_childs_guardian_consents_and_nobody_asks_the_child_for_marketing(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    begin(floor, "어린이")
    floor.page.get_by_label("생년월일").fill("2020-05-05")
    floor.page.get_by_label("생년월일").blur()
    form = floor.page.get_by_test_id("consent-form")
    expect(form.get_by_role("checkbox", name="광고 문자", exact=True)).to_be_disabled()
    expect(form.get_by_text("만 14세 미만에게는 광고를 보내지 않습니다.")).to_have_count(1)
    form.get_by_role("checkbox", name="개인정보 수집·이용").check()
    floor.page.get_by_role("button", name="등록", exact=True).click()
    guardian = floor.page.get_by_test_id("guardian")
    expect(guardian).to_contain_text("꼭 입력해 주세요.")
    guardian.get_by_label("보호자 이름").fill("한보호")
    guardian.get_by_label("보호자 전화번호").fill("010-1111-2222")
    customer = finish(floor, "어린이")
    floor.expect_waiting(0, within=60_000)
    assert consents(server, customer)["privacy", None, False]["allowed"]
    expect(floor.page.get_by_text("만 14세 미만입니다.")).to_be_visible()
    texts = floor.page.locator("[data-permission$='-sms']").first
    expect(texts).to_contain_text("문자 불가 · 만 14세 미만")


def test_a_withdrawal_at_the_card_shows_there_as_soon_as_the_server_has_it(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    # Somebody whom no other test texts.
    floor.open_customer("4821", "강미진")
    floor.page.get_by_role("button", name="동의 받기·철회").click()
    dialog = floor.page.locator("dialog[open]")
    dialog.locator("[data-consent=marketing-sms-2026-11]").get_by_role("checkbox").check()
    dialog.get_by_role("button", name="동의 저장").click()
    expect(dialog).to_contain_text("동의를 이 태블릿에 저장했습니다")
    dialog.get_by_role("button", name="닫기").last.click()
    texts = floor.page.locator("[data-permission$='-sms']").first
    expect(texts).to_contain_text("문자 가능", timeout=30_000)
    floor.page.get_by_role("button", name="동의 받기·철회").click()
    dialog.get_by_role("button", name="광고 문자: 철회", exact=True).click()
    expect(dialog).to_contain_text("동의를 이 태블릿에 저장했습니다")
    dialog.get_by_role("button", name="닫기").last.click()
    expect(texts).to_contain_text("문자 불가 · 동의를 철회하심", timeout=30_000)
