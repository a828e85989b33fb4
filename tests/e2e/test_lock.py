"""The tablet's door: who gets in without a server, who does not, and what is left when nobody may any more."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e import chromium, world
from tests.e2e.floor import Floor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Route

    from tests.e2e.server import DangolServer

_WRONG = "certainly-not-this"


@pytest.fixture
def shared(profile: BrowserContext, server: DangolServer) -> Floor:
    """A tablet on which 조하나 has signed in, whose password no demo publishes."""
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in_with_password("hana", world.OWN_PASSWORD)
    floor.wait_until_offline_capable()
    return floor


def test_without_a_server_the_right_password_opens_the_tablet_and_a_wrong_one_counts(
    shared: Floor, server: DangolServer
) -> None:
    server.kill()
    shared.page.reload()
    shared.expect_lock("locked")
    expect(shared.page.get_by_test_id("lease")).to_contain_text("까지 열 수 있습니다")
    assert shared.page.get_by_text("김민지").count() == 0

    shared.choose_at_lock("hana")
    shared.type_at_lock(_WRONG)
    expect(shared.page.get_by_test_id("tries-left")).to_contain_text("9번")
    shared.type_at_lock(world.OWN_PASSWORD)
    shared.wait_until_ready()
    assert shared.search("4821").count() == 3


def test_ten_wrong_tries_wipe_the_book_and_the_sale_that_waited_still_arrives(
    shared: Floor, server: DangolServer
) -> None:
    server.kill()
    sale = shared.sell()
    shared.expect_waiting(1)
    shared.lock()
    shared.choose_at_lock("hana")
    for left in range(9, 0, -1):
        shared.type_at_lock(_WRONG)
        expect(shared.page.get_by_test_id("tries-left")).to_contain_text("한 번 더" if left == 1 else f"{left}번")
    shared.type_at_lock(_WRONG)

    shared.expect_lock("wiped")
    expect(shared.page.locator("[data-wiped=tries]")).to_be_visible()
    expect(shared.page.get_by_test_id("sealed")).to_have_attribute("data-count", "1")
    assert sale not in server.sale_ids()

    server.start()
    expect(shared.page.get_by_test_id("sealed")).to_have_attribute("data-count", "0", timeout=90_000)
    assert server.sale_ids().count(sale) == 1
    # Signing in brings a new key and the book again.
    shared.page.get_by_role("button", name="다시 시작").click()
    shared.fill_in_sign_in("hana", world.OWN_PASSWORD)
    shared.wait_until_ready()
    shared.page.keyboard.press("/")
    assert shared.search("4821").count() == 3


def test_a_colleague_takes_over_the_shared_tablet_and_each_sale_carries_who_made_it(
    shared: Floor, server: DangolServer
) -> None:
    first = shared.sell()
    shared.lock()
    shared.page.get_by_role("button", name="여기에 없는 직원 로그인").click()
    shared.fill_in_sign_in("duri", world.OWN_PASSWORD)
    # The tablet does not know her: somebody whom it knows opens it for her, once.
    newcomer = shared.page.locator("[data-newcomer=stranger]")
    newcomer.get_by_label("동료의 비밀번호").fill(world.OWN_PASSWORD)
    newcomer.get_by_role("button", name="열기", exact=True).click()
    shared.wait_until_ready()
    shared.open("/floor")
    shared.unlock("duri", world.OWN_PASSWORD)
    second = shared.sell()

    server.kill()
    shared.lock()
    shared.unlock("hana", world.OWN_PASSWORD)
    shared.page.keyboard.press("/")
    third = shared.sell()
    server.start()
    shared.expect_waiting(0, within=90_000)
    staff = [server.get(f"/api/v1/sales/{sale}")["staff"] for sale in (first, second, third)]
    assert staff == ["조하나", "윤두리", "조하나"]


def test_a_pin_opens_what_was_locked_while_running_but_not_after_the_app_was_closed(shared: Floor) -> None:
    shared.page.locator("nav a[href='/floor/me']").click()
    shared.page.get_by_label("새 PIN").fill("2580")
    shared.page.get_by_role("button", name="PIN 정하기").click()
    expect(shared.page.get_by_text("PIN을 정했습니다.")).to_be_visible()

    shared.lock()
    shared.choose_at_lock("hana")
    expect(shared.page.locator("form[data-way=pin]")).to_be_visible()
    shared.type_at_lock("2580")
    shared.wait_until_ready()

    shared.page.reload()
    shared.expect_lock("locked")
    shared.choose_at_lock("hana")
    expect(shared.page.locator("form[data-way=password]")).to_be_visible()


def test_a_passkey_opens_the_tablet_without_the_password(profile: BrowserContext, server: DangolServer) -> None:
    page = profile.new_page()
    authenticator = profile.new_cdp_session(page)
    authenticator.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"hasPrf": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    floor = Floor(page, server.url.replace("127.0.0.1", "localhost"))
    floor.sign_in_with_password("hana", world.OWN_PASSWORD)
    floor.wait_until_offline_capable()
    page.locator("nav a[href='/floor/me']").click()
    page.get_by_role("button", name="패스키 만들기").click()
    expect(page.get_by_text("패스키를 만들었습니다.")).to_be_visible()

    server.kill()
    page.reload()
    floor.choose_at_lock("hana")
    page.get_by_role("button", name="패스키로 열기").click()
    floor.wait_until_ready()
    floor.open("/floor")
    floor.choose_at_lock("hana")
    page.get_by_role("button", name="패스키로 열기").click()
    floor.wait_until_ready()
    assert floor.search("4821").count() == 3


def test_in_a_demo_the_tablet_opens_by_itself_unless_somebody_locked_it(
    profile: BrowserContext, server: DangolServer
) -> None:
    floor = Floor(profile.new_page(), server.url)
    floor.sign_in()
    floor.page.reload()
    floor.wait_until_ready()

    floor.lock()
    floor.page.reload()
    floor.expect_lock("locked")
    floor.choose_at_lock("associate")
    floor.wait_until_ready()


def test_a_demo_opens_by_itself_however_late_the_server_says_what_it_is(
    profile: BrowserContext, browser: Browser, server: DangolServer
) -> None:
    Floor(profile.new_page(), server.url).sign_in()
    with chromium.new_profile(browser) as emptied:
        emptied.add_cookies(profile.cookies())  # type: ignore[arg-type] # what was read can be written

        def late(route: Route) -> None:
            time.sleep(1)
            route.continue_()

        emptied.route("**/api/v1/about", late)
        floor = Floor(emptied.new_page(), server.url)
        floor.page.goto(f"{server.url}/floor")
        floor.wait_until_ready()


def test_nothing_of_a_customer_is_in_the_address_the_title_or_the_pages_own_storage(
    floor: Floor, server: DangolServer
) -> None:
    floor.search("남궁별")
    floor.page.get_by_role("link", name="새 회원으로 등록").click()
    expect(floor.page.get_by_label("이름", exact=False).first).to_have_value("남궁별")
    seen = [floor.page.url, floor.page.title()]
    floor.page.go_back()
    floor.open_customer("4821", "김민지")
    seen += [floor.page.url, floor.page.title()]
    seen.append(floor.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])"))
    desk = floor.page.context.new_page()
    desk.goto(f"{server.url}/admin/customers")
    desk.get_by_role("searchbox").fill("김민지")
    desk.get_by_role("link", name="김민지").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("김민지")
    seen += [desk.url, desk.title()]
    for trace in seen:
        assert not any(told in trace for told in ("남궁별", "김민지", "4821", "%EA%B9%80"))
