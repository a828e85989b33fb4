"""The tablet as a machine: the PWA's real book against the real server, through everything that a line can do."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer
from backend.sales import Sale, SaleLine
from backend.sync import blocks, epochs
from backend.sync.models import Receipt
from tests import factories, tables
from tests.sync.copy import fresh, replay
from tests.sync.tablet_bridge import Bridge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Tablet

TABS = st.sampled_from(["one", "other"])
WHO = st.integers(0, 5)
FIELDS = st.sampled_from(["memo", "name_latin", "district"])
MISHAPS = st.lists(st.sampled_from(["", "lost before", "lost after", "lost after", "busy"]), max_size=4)
_ROUNDS = 8
_databases = count(1)


class TabletMachine(RuleBasedStateMachine):
    """Two tabs of one tablet sell and edit while the server changes under them."""

    bridge: Bridge
    make_tablet: Any

    @initialize()
    def begin(self) -> None:
        """A server with members and articles, and a tablet that never saw it."""
        tables.empty()
        tables.prepare()
        with unit_of_work():
            self.stores = [factories.store(), factories.store()]
            self.sku = factories.product(price=1_000).sku
            self.members = [factories.customer(home_store_id=self.stores[number % 2].id).id for number in range(6)]
        self.tablet: Tablet = self.make_tablet(store=self.stores[0])
        self.elsewhere: Tablet = self.make_tablet(store=self.stores[1])
        self.bridge.server, self.name = self.tablet, f"machine-{next(_databases)}"
        self.bridge.mishaps.clear()
        self.recorded: dict[str, str] = {}
        self.serial = count(1)
        for tab in ("one", "other"):
            self.open(tab)

    def open(self, tab: str) -> None:
        """A tab of the tablet."""
        self.bridge.do("open", tab, self.name, self.tablet.device.staff.login, self.stores[0].code)

    def record(self, tab: str, kind: str, data: dict[str, Any]) -> str:
        """Something done at the tab, shown as saved."""
        key: str = self.bridge.do("record", tab, kind, data)["id"]
        self.recorded[key] = kind
        return key

    @rule(tab=TABS, who=st.none() | WHO, mishaps=MISHAPS)
    def sell(self, tab: str, who: int | None, mishaps: list[str]) -> None:
        """A sale; it goes out by itself as far as the line allows."""
        self.bridge.mishaps.extend(mishaps)
        line = {"sku": self.sku, "quantity": 1, "amount": 1_000}
        buyer = None if who is None else self.members[who]
        data = {"customer_id": buyer, "lines": [line], "currency": "KRW", "occurred_at": "2026-11-20T03:00:00Z"}
        self.record(tab, "sale.log", data)

    @rule(tab=TABS, who=WHO, name=FIELDS, mishaps=MISHAPS)
    def edit(self, tab: str, who: int, name: str, mishaps: list[str]) -> None:
        """An edit of what the tab shows; it shows the new value while the entry waits."""
        with self.quiet():
            row = self.bridge.do("customer", tab, self.members[who])
            if row is None:
                return
            wanted = f"{name} {next(self.serial)}"
            changes = {name: {"from": row[name], "to": wanted}}
            self.record(tab, "customer.edit", {"customer_id": row["id"], "changes": changes})
            shown = self.bridge.do("customer", tab, self.members[who])
            assert shown[name] == wanted
            assert shown["pending"]
        self.bridge.mishaps.extend(mishaps)

    @rule(tab=TABS, mishaps=MISHAPS)
    def register(self, tab: str, mishaps: list[str]) -> None:
        """Somebody new, whom the tab finds at once."""
        with self.quiet():
            name = f"새롬{next(self.serial)}"
            key = self.record(tab, "customer.register", {"name": name})
            assert self.bridge.do("customer", tab, key)["name"] == name
        self.members.append(key)
        self.bridge.mishaps.extend(mishaps)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Without a line, and with no round of either tab under way: nothing changes what is shown but the person."""
        with self.bridge.cut():
            for tab in ("one", "other"):
                self.bridge.do("sync", tab)
            yield

    @rule(tab=TABS, mishaps=MISHAPS)
    def sync(self, tab: str, mishaps: list[str]) -> None:
        """A round, whatever befalls it."""
        self.bridge.mishaps.extend(mishaps)
        self.bridge.do("sync", tab)

    @rule(tab=TABS)
    def reload(self, tab: str) -> None:
        """The tab dies and comes back."""
        self.bridge.do("close", tab)
        self.open(tab)

    @rule(who=WHO, name=FIELDS, stale=st.booleans())
    def edit_elsewhere(self, who: int, name: str, *, stale: bool) -> None:
        """Another tablet edits the same member."""
        db.session.rollback()
        held = getattr(db.session.get_one(Customer, self.members[who], populate_existing=True), name)
        change = {"from": "stale" if stale else held, "to": f"elsewhere {next(self.serial)}"}
        self.push_elsewhere("customer.edit", {"customer_id": self.members[who], "changes": {name: change}})

    @rule(who=WHO, store=st.integers(0, 1))
    def move_elsewhere(self, who: int, store: int) -> None:
        """A member gets another home store: she comes to this tablet, or leaves it."""
        db.session.rollback()
        home = db.session.get_one(Customer, self.members[who], populate_existing=True).home_store
        change = {"from": home.code if home else None, "to": self.stores[store].code}
        self.push_elsewhere("customer.edit", {"customer_id": self.members[who], "changes": {"home_store": change}})

    def push_elsewhere(self, kind: str, data: dict[str, Any]) -> None:
        """A tablet without any trouble."""
        mutation = {"id": new_id(), "kind": kind, "at": "2026-11-20T10:00:00Z", "seq": 1, "data": data}
        (result,) = self.elsewhere.push(mutation)
        assert result["status"] in {"applied", "conflict"}

    @rule()
    def rebuild(self) -> None:
        """The worker's turn."""
        blocks.rebuild_due()

    @rule(number=st.integers(0, 20))
    def restore(self, number: int) -> None:
        """As after a restore: a sale of the last minutes is forgotten, and the tablet must send it once more."""
        self.bridge.mishaps.clear()
        self.bridge.do("sync", "one")
        db.session.rollback()
        taken = sorted(db.session.execute(select(Sale.id)).scalars())
        with unit_of_work():
            if taken:
                key = taken[number % len(taken)]
                for model, column in ((SaleLine, SaleLine.sale_id), (Sale, Sale.id), (Receipt, Receipt.mutation_id)):
                    db.session.execute(delete(model).where(column == key))
            epochs.begin_epoch()

    def teardown(self) -> None:
        """The line holds at last: everything arrives once, and both tabs show what a fresh copy holds."""
        if not hasattr(self, "serial"):
            return
        self.bridge.mishaps.clear()
        for _ in range(_ROUNDS):
            for tab in ("one", "other"):
                self.bridge.do("sync", tab)
            if self.bridge.do("told", "one")["sync"]["waiting"] == 0:
                break
        self.compare()
        for tab in ("one", "other"):
            self.bridge.do("close", tab)

    def compare(self) -> None:
        """The server against what was recorded, the tabs against the server."""
        db.session.rollback()
        receipts = db.session.execute(select(Receipt.mutation_id, Receipt.kind))
        kinds = {row.mutation_id: row.kind for row in receipts}
        assert {key: kinds.get(key) for key in self.recorded} == self.recorded
        sales = sorted(key for key, kind in self.recorded.items() if kind == "sale.log")
        assert sorted(db.session.execute(select(Sale.id)).scalars()) == sales
        rows, cursor = fresh(self.tablet)
        replay(self.tablet, rows, cursor)
        for tab in ("one", "other"):
            told = self.bridge.do("told", tab)
            assert told["sync"]["waiting"] == 0
            assert told["state"]["rows"] == {name: len(rows[name]) for name in told["state"]["rows"]}
            for key in self.members:
                shown = self.bridge.do("customer", tab, key)
                assert (shown and {name: shown[name] for name in shown if name != "pending"}) == rows["customers"].get(
                    key
                )
            assert self.bridge.do("stores", tab) == sorted(rows["stores"].values(), key=lambda row: str(row["id"]))


@pytest.fixture(scope="module")
def bridge() -> Iterator[Bridge]:
    """One Node for all histories."""
    with Bridge() as made:
        yield made


@pytest.mark.slow
def test_the_book_on_a_tablet_loses_and_doubles_nothing(make_tablet: Any, bridge: Bridge) -> None:
    small = settings(max_examples=15, stateful_step_count=15, deadline=None, derandomize=True)
    chosen = settings() if settings.get_current_profile_name() == "chaos" else small
    machine = type("Machine", (TabletMachine,), {"make_tablet": staticmethod(make_tablet), "bridge": bridge})
    run_state_machine_as_test(machine, settings=settings(chosen, suppress_health_check=list(HealthCheck)))
