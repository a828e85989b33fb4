"""Real Chromium beside the simulated tablets: somebody sells in the PWA, with and without a line."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from backend.organization.demo_sign_ins import DEMO_PASSWORD
from tests.chaos.model import Planned
from tests.e2e import chromium
from tests.e2e.floor import Floor
from tests.e2e.proxy import LossyProxy

if TYPE_CHECKING:
    from random import Random

    from playwright.sync_api import BrowserContext

    from tests.chaos.model import Model

PUSH = "/api/v1/sync/push"
_DRAIN_WITHIN = 300_000
_READY_WITHIN = 180.0


@dataclass
class Window:
    """One browser with one person; `settle` is set when the faults are over, `over` by the window when it is level."""

    port: int
    login: str
    products: list[tuple[str, int]]
    random: Random
    model: Model
    settle: threading.Event

    def __post_init__(self) -> None:
        self.ready = threading.Event()
        self.sold: list[str] = []
        self._thread = threading.Thread(target=self._guarded, daemon=True)

    def start(self) -> None:
        """Open it and wait until its book is there: a restore must not come before its tablet is enrolled."""
        self._thread.start()
        if not self.ready.wait(_READY_WITHIN):
            self.model.wonder("a browser's book was not ready in time")

    def join(self) -> None:
        """Wait until it sold and sent everything; call it when `settle` is set."""
        self._thread.join()

    def _guarded(self) -> None:
        try:
            self._live()
        except Exception as error:  # noqa: BLE001 - a browser that falls over is what the verdict is for
            self.model.wonder(f"a browser failed: {error!r}")
            self.ready.set()

    def _live(self) -> None:
        with LossyProxy(self.port) as proxy, chromium.chromium() as kind:
            browser = chromium.launch(kind)
            with chromium.new_profile(browser) as context:
                floor = Floor(context.new_page(), proxy.url)
                floor.sign_in_with_password(self.login, DEMO_PASSWORD)
                floor.wait_until_offline_capable()
                self.ready.set()
                while not self.settle.is_set():
                    self._sell_some(floor, context, proxy)
                floor.sync_now()
                floor.expect_waiting(0, within=_DRAIN_WITHIN)
                floor.open_sending()
                expect(floor.page.locator("[data-entry]").first).to_be_visible()
                self.model.shown |= {entry["id"]: entry["state"] for entry in floor.entries()}
            browser.close()

    def _sell_some(self, floor: Floor, context: BrowserContext, proxy: LossyProxy) -> None:
        """A few sales, offline or while replies are lost."""
        offline = self.random.random() < 0.5
        context.set_offline(offline)
        if not offline:
            proxy.lose_replies(PUSH, self.random.randrange(3))
        for _ in range(self.random.randint(1, 3)):
            self._sell(floor)
        context.set_offline(False)
        self.model.befell("browser: sold offline" if offline else "browser: sold")

    def _sell(self, floor: Floor) -> None:
        sku, price = self.random.choice(self.products)
        # By name, since others change phones; whoever comes first.
        customer = floor.open_customer("김민지", "김민지")
        floor.start_sale()
        floor.add_product(sku, sku)
        sale = floor.save()
        data = {"customer_id": customer, "lines": [{"sku": sku, "amount": price}]}
        mutation = {"id": sale, "kind": "sale.log", "seq": 0, "data": data}
        self.model.recorded(Planned(mutation, may_flags=frozenset({"unknown_customer"}), in_browser=True))
        floor.next_customer()
