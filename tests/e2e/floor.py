"""What a person does at the floor's screens, in her words; tests are written with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

_READY_WITHIN = 60_000


def sign_in_at_desk(page: Page, login: str) -> None:
    """Choose one of the demo's people and wait until the desk is theirs: going on sooner would cut the sign-in off."""
    page.locator(f"[data-login={login}]").click()
    expect(page.get_by_role("navigation").first).to_be_visible()


def settled(page: Page) -> None:
    """Wait until a screen shows what it has to show. The network never rests: a tablet listens for changes."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".later, [aria-busy=true]")).to_have_count(0)


class Floor:
    """One tab of the floor app."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, path: str = "/floor") -> None:
        """Go to an address of the app."""
        self.page.goto(f"{self.url}{path}")

    def sign_in(self, login: str = "associate") -> None:
        """Open the app, choose a person of the demo and wait for her book."""
        self.open()
        self.page.locator(f"[data-login={login}]").click()
        self.wait_until_ready()

    def sign_in_with_password(self, login: str, password: str) -> None:
        """Sign in as somebody whose password no demo publishes, and wait for her book."""
        self.open()
        self.fill_in_sign_in(login, password)
        self.wait_until_ready()

    def fill_in_sign_in(self, login: str, password: str) -> None:
        """Type login and password into the sign-in form."""
        self.page.get_by_role("button", name="다른 아이디로 로그인").click()
        self.page.get_by_label("아이디").fill(login)
        self.page.get_by_label("비밀번호").fill(password)
        self.page.get_by_role("button", name="로그인", exact=True).click()

    def lock(self) -> None:
        """Press Lock in the rail and wait for the lock screen."""
        self.page.get_by_role("button", name="잠금", exact=True).click()
        self.expect_lock("locked")

    def expect_lock(self, phase: str) -> None:
        """The lock is open, locked, wiped or new."""
        expect(self.page.locator("html")).to_have_attribute("data-lock", phase, timeout=30_000)

    def choose_at_lock(self, login: str) -> None:
        """Tap a colleague on the lock screen; whoever's password a demo publishes is in at once."""
        self.page.locator(f"main [data-login={login}]").click()

    def type_at_lock(self, secret: str) -> None:
        """Type the password or PIN that the lock screen asks for."""
        self.page.locator("form[data-way] input").fill(secret)
        self.page.locator("form[data-way]").get_by_role("button", name="열기", exact=True).click()

    def unlock(self, login: str, secret: str) -> None:
        """Open the locked tablet as somebody."""
        self.choose_at_lock(login)
        self.type_at_lock(secret)
        self.expect_lock("open")
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until every row of the book is stored and can be searched."""
        # Playwright's wait_for_function needs eval, which the app's Content-Security-Policy rightly refuses.
        expect(self.page.locator("html")).to_have_attribute("data-book", "ready", timeout=_READY_WITHIN)

    def wait_until_offline_capable(self) -> None:
        """Wait until the service worker holds the app."""
        self.page.evaluate(
            """async () => {
                await navigator.serviceWorker.ready;
                if (navigator.serviceWorker.controller !== null) return;
                await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
            }"""
        )

    @property
    def search_field(self) -> Locator:
        """Where one types who is wanted."""
        return self.page.locator("#search")

    def search(self, query: str) -> Locator:
        """Type a query and return the rows that answer it."""
        self.search_field.fill(query)
        expect(self.page.locator("#results")).to_have_attribute("data-query", query)
        return self.page.locator("#results [data-customer]")

    def open_customer(self, query: str, name: str) -> str:
        """Find somebody by a query and open her card; her id."""
        row = self.search(query).filter(has_text=name).first
        customer = row.get_attribute("data-customer")
        assert customer is not None
        row.click()
        expect(self.page).to_have_url(re.compile(f"/floor/customers/{customer}$"))
        return customer

    def start_sale(self) -> None:
        """From the card to the basket."""
        self.page.get_by_role("button", name="판매 시작").click()

    def add_product(self, query: str, sku: str) -> None:
        """Find an article and put one of it into the basket."""
        self.page.locator("#product-search").fill(query)
        expect(self.page.locator("#product-results")).to_have_attribute("data-query", query)
        self.page.locator(f"#product-results [data-sku={sku}]").click()

    def add_first_products(self, query: str, count: int) -> None:
        """Put one of each of the first articles that a query finds into the basket."""
        self.page.locator("#product-search").fill(query)
        expect(self.page.locator("#product-results")).to_have_attribute("data-query", query)
        for number in range(count):
            self.page.locator("#product-results [data-sku]").nth(number).click()

    def save(self) -> str:
        """Save the sale and wait for the receipt that says it is safe; the sale's id."""
        self.page.get_by_role("button", name="판매 저장").click()
        receipt = self.page.locator("[data-sale]")
        expect(receipt).to_be_visible()
        sale = receipt.get_attribute("data-sale")
        assert sale is not None
        return sale

    def sell(
        self, query: str = "4821", name: str = "김민지", *, sku: str = "HN-CREAM-50", product: str = "수분크림"
    ) -> str:
        """Find somebody and sell her one article; the sale's id."""
        self.open_customer(query, name)
        self.start_sale()
        self.add_product(product, sku)
        return self.save()

    def next_customer(self) -> None:
        """From the receipt back to an empty search field."""
        self.page.get_by_role("button", name="다음 고객").click()
        expect(self.search_field).to_be_focused()

    @property
    def waiting(self) -> Locator:
        """The sync line's count of what waits."""
        return self.page.get_by_test_id("sync-waiting")

    def expect_waiting(self, count: int, *, within: float = 30_000) -> None:
        """The sync line says that so many wait."""
        expect(self.waiting).to_have_text(re.compile(rf"대기 {count}$"), timeout=within)

    def sync_now(self) -> None:
        """Ask for a round of sync from the panel behind the sync line, and close it again."""
        self.open_sending()
        button = self.page.get_by_role("button", name="지금 맞추기")
        expect(button).to_be_enabled()
        button.click()
        self.page.keyboard.press("Escape")

    def record_behind(self, kind: str, entries: list[dict[str, Any]]) -> None:
        """Hand entries to the book's worker as the screens do: what no screen would write, or too much by hand."""
        (book,) = [worker for worker in self.page.workers if re.search(r"/worker-[^/]+$", worker.url)]
        book.evaluate(
            """([kind, entries]) => entries.forEach((data, i) => self.dispatchEvent(
                new MessageEvent('message', { data: { call: -1 - i, method: 'record', args: [kind, data] } })))""",
            [kind, entries],
        )

    def tablet_id(self) -> str:
        """The id of this tablet, as the server knows it."""
        found: str = self.page.evaluate("fetch('/api/v1/session').then((it) => it.json()).then((it) => it.tablet.id)")
        return found

    def open_sending(self) -> None:
        """Open the panel that shows every receipt."""
        self.page.locator(".sync button").click()
        expect(self.page.locator("dialog[open]")).to_be_visible()

    def entries(self) -> list[dict[str, Any]]:
        """What the sending panel lists: id and state of each entry. The panel must be open."""
        found: list[dict[str, Any]] = self.page.locator("[data-entry]").evaluate_all(
            "nodes => nodes.map(({dataset, innerText}) => ({id: dataset.entry, state: dataset.state, text: innerText}))"
        )
        return found

    def stored_outbox(self) -> list[str]:
        """The ids of what waits in the tablet's own storage, read past the app."""
        ids: list[str] = self.page.evaluate(
            """() => new Promise((resolve, reject) => {
                const opening = indexedDB.open('dangol-vault');
                opening.onerror = () => reject(opening.error);
                opening.onsuccess = () => {
                    const all = opening.result.transaction('outbox').objectStore('outbox').getAll();
                    all.onsuccess = () => { opening.result.close(); resolve(all.result.map(({ id }) => id)); };
                };
            })"""
        )
        return ids
