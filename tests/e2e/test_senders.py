"""The desk's register of senders, as the admin who keeps it uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import settled, sign_in_at_desk
from tests.e2e.test_screens import DESK, LOOKS, TABLET, views
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.e2e.server import DangolServer


def test_an_admin_sees_what_is_missing_and_keeps_the_register(browser: Browser, server: DangolServer) -> None:
    for number, (look, size) in enumerate(views(TABLET, DESK)):
        language, scheme = LOOKS[look]
        with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
            page = context.new_page()
            speaks(page, language)
            _keep(page, server, Inspector(page, look), number)


def _keep(page: Page, server: DangolServer, camera: Inspector, number: int) -> None:
    page.goto(f"{server.url}/admin/senders")
    sign_in_at_desk(page, "admin")
    settled(page)
    expect(page.locator("[data-unit]")).not_to_have_count(0)
    expect(page.locator("[data-ready=false]")).to_have_count(0)
    camera.take("admin-senders")

    certificates = page.locator("section.sheet").nth(2)
    certificate = certificates.locator("li[data-entry]").first
    entry = certificate.get_attribute("data-entry") or ""
    certificate.get_by_role("button").nth(1).click()
    camera.take("admin-senders-end")
    page.get_by_role("dialog").locator(".btn-error").click()
    expect(page.locator("[data-ready=true]")).to_have_count(0)
    settled(page)
    certificates.locator("summary").click()
    camera.take("admin-senders-missing")

    certificates.get_by_role("button").first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator("[aria-invalid=true]")).to_have_count(3)
    dialog.locator("input").nth(0).fill("다온메시징(주)")
    dialog.locator("input").nth(1).fill(f"시연-27-{number:04d}")
    dialog.locator("input").nth(2).fill("2020-01-01")
    expect(dialog.locator("[aria-invalid=true]")).to_have_count(1)
    camera.take("admin-senders-certificate")
    dialog.locator("input").nth(2).fill("2099-12-31")
    dialog.locator("button[type=submit]").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-ready=false]")).to_have_count(0)
    expect(certificates.locator("li[data-entry]")).to_have_count(1)
    assert f"시연-27-{number:04d}" not in entry

    page.locator("section.sheet").nth(1).locator("li[data-entry]").first.get_by_role("button").first.click()
    dialog.locator("input").nth(0).fill("전화")
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator("[aria-invalid=true]")).to_have_count(1)
    camera.take("admin-senders-number")
    dialog.locator("input").nth(0).fill(f"02-123-{number:04d}")
    dialog.locator("button[type=submit]").click()
    expect(page.locator(f"li[data-entry='02-123-{number:04d}']")).to_have_count(1)
    assert camera.found == {}
