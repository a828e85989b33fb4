"""Whose card was opened on a tablet without a network: a trace for the law, and no work of anybody's."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.floor import Floor
    from tests.e2e.server import DangolServer

_WATCH_THE_COUNT = """() => {
    const line = document.querySelector('footer.sync');
    const counted = () => line.querySelector('[data-testid=sync-waiting]').textContent.trim().replace(/^· /, '');
    window.counts = [counted()];
    new MutationObserver(() => window.counts.push(counted())).observe(
        line, { subtree: true, childList: true, characterData: true });
}"""


def _wait_for(floor: Floor, condition: Callable[[], bool], *, within: float) -> None:
    """Wait for what no element on the page shows; seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        floor.page.wait_for_timeout(200)


def _open_card(floor: Floor, name: str) -> str:
    customer = floor.open_customer(name, name)
    expect(floor.page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    return customer


def test_a_card_opened_offline_leaves_one_trace_and_is_never_counted_as_work(
    floor: Floor, server: DangolServer
) -> None:
    floor.wait_until_offline_capable()
    floor.expect_waiting(0)
    tablet = floor.tablet_id()
    server.kill()
    floor.page.evaluate(_WATCH_THE_COUNT)
    customer = _open_card(floor, "강미진")
    # To the sale and back to the card within the minute is the same view.
    floor.start_sale()
    floor.page.go_back()
    expect(floor.page.get_by_role("heading", name="강미진", exact=True)).to_be_visible()
    _wait_for(floor, lambda: len(floor.stored_outbox()) == 1, within=10)
    floor.expect_waiting(0)
    floor.open_sending()
    assert floor.entries() == []
    floor.page.keyboard.press("Escape")

    server.start()
    floor.sync_now()
    _wait_for(floor, lambda: floor.stored_outbox() == [], within=90)
    assert server.views(device=tablet, what="card") == [(server.staff_id("associate"), customer)]
    floor.expect_waiting(0)
    floor.open_sending()
    assert floor.entries() == []
    assert set(floor.page.evaluate("window.counts")) == {"대기 0"}


def test_a_card_just_found_online_is_not_reported_and_opened_later_from_the_tablet_it_is(
    floor: Floor, server: DangolServer
) -> None:
    floor.expect_waiting(0)
    tablet = floor.tablet_id()
    assert floor.search("한바다").count() == 0
    floor.page.get_by_role("button", name="전체 회원에서 찾기").click()
    floor.page.locator("[data-online] [data-customer]").click()
    expect(floor.page.get_by_role("heading", name="한바다", exact=True)).to_be_visible()
    floor.page.wait_for_timeout(1_000)
    assert floor.stored_outbox() == []
    # What the server was asked about her it wrote down itself.
    assert len(server.views(device=tablet, what="card")) == 1

    # A tablet that starts anew has fetched nothing at that moment: the card comes from its own store.
    floor.page.keyboard.press("Escape")
    floor.page.reload()
    floor.wait_until_ready()
    customer = _open_card(floor, "한바다")
    # The tablet's own report, beside what the server was asked then.
    _wait_for(floor, lambda: len(server.views(device=tablet, what="card")) == 3, within=60)
    assert set(server.views(device=tablet, what="card")) == {(server.staff_id("associate"), customer)}
