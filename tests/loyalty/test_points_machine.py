"""The points ledger as a machine: whatever happens in whatever order, the books balance after each step."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.errors import Conflict
from backend.core.ids import new_id
from backend.customers import survivors
from backend.loyalty import EarningRule, PartnerTransfer, adjust, expire_due, settle
from backend.loyalty.partners import outgoing
from backend.loyalty.partners.incoming import Wish, take_in
from backend.loyalty.partners.outgoing import Answer
from backend.unify import Merge, merges
from tests import factories, tables
from tests.loyalty import books

if TYPE_CHECKING:
    from tests.conftest import Tablet

PEOPLE = 3
WHO = st.integers(0, PEOPLE - 1)
WHERE = st.integers(0, 1)
PAID = st.sampled_from([0, 0, 30, 90])
START = datetime(2026, 3, 2, 3, tzinfo=UTC)


class PointsMachine(RuleBasedStateMachine):
    """Three members, tablets of two business units, rules that let points expire after a month or two."""

    make_tablet: Any

    @initialize()
    def begin(self) -> None:
        """Nobody has any points."""
        tables.empty()
        tables.prepare()
        self.now, self.serial = START, 0
        with unit_of_work():
            stores = [factories.store(), factories.store()]
            self.sku = factories.product(price=None, category="화장품").sku
            homes = {"home_store_id": stores[0].id}
            self.members = [str(factories.customer(**homes, cards=[f"C{who}"]).id) for who in range(PEOPLE)]
            factories.airline(business_unit_id=stores[1].business_unit_id, valid_months=1, most_a_month=None)
            for values in (
                {"name": "기본", "kind": "base", "rate": 100, "valid_months": 1},
                {"name": "둘째 사업부", "kind": "bonus", "rate": 70, "business_unit_id": stores[1].business_unit_id},
                {"name": "화장품", "kind": "bonus", "rate": 30, "category": "화장품", "cap": 40, "valid_months": 2},
            ):
                db.session.add(EarningRule(**values, starts_on=START.date() - timedelta(days=400)))
        self.units = [store.business_unit_id for store in stores]
        self.tablets: list[Tablet] = [self.make_tablet(store=store) for store in stores]
        self.sent: list[tuple[int, dict[str, Any]]] = []
        self.sales: list[str] = []

    @rule(who=WHO, where=WHERE, amount=st.integers(1, 9), points=PAID, ago=st.integers(0, 70))
    def buy(self, who: int, where: int, amount: int, points: int, ago: int) -> None:
        """A sale of some days ago arrives, perhaps paid for with points."""
        data: dict[str, Any] = {
            "customer_id": self.members[who],
            "lines": [{"sku": self.sku, "quantity": 3, "amount": amount * 1_000}],
            "currency": "KRW",
            "points_redeemed": points,
            "occurred_at": clock.rfc3339(self.now - timedelta(days=ago)),
        }
        self.sales.append(new_id())
        self._push(where, "sale.log", data, self.sales[-1])

    @rule(where=WHERE, which=st.integers(0, 99), quantity=st.integers(1, 3), early=st.booleans())
    def bring_back(self, where: int, which: int, quantity: int, *, early: bool) -> None:
        """Articles come back, at either unit; sometimes before anybody heard of the sale."""
        if not self.sales:
            return
        sale_id = new_id() if early else self.sales[which % len(self.sales)]
        at = clock.rfc3339(self.now)
        data = {"sale_id": sale_id, "lines": [{"line": 0, "quantity": quantity}], "reason": "", "occurred_at": at}
        self._push(where, "sale.return", data, new_id())
        if early:
            self.sales.append(sale_id)
            lines = [{"sku": self.sku, "quantity": 3, "amount": 5_000}]
            bought: dict[str, Any] = {"customer_id": self.members[which % PEOPLE], "lines": lines, "currency": "KRW"}
            bought |= {"points_redeemed": 20, "occurred_at": clock.rfc3339(self.now - timedelta(days=1))}
            self._push(where, "sale.log", bought, sale_id)

    @rule(which=st.integers(0, 99))
    def send_again(self, which: int) -> None:
        """A reply was lost."""
        if self.sent:
            where, entry = self.sent[which % len(self.sent)]
            with clock.frozen(self.now):
                (result,) = self.tablets[where].push(entry)
            assert result["duplicate"]

    @rule(who=WHO, where=WHERE, points=st.integers(-60, 60).filter(bool))
    def correct(self, who: int, where: int, points: int) -> None:
        """Somebody gives or takes points by hand."""
        db.session.rollback()
        now = self._current(who)
        ends = self.now.date() + timedelta(days=20)
        unit = self.units[where]

        def work() -> None:
            adjust(now, points, business_unit_id=unit, reason="시험", expires_on=ends, acting_staff=SYSTEM)

        with clock.frozen(self.now):
            run_in_unit_of_work(work)

    @rule(who=WHO, points=st.integers(1, 80))
    def transfer_in(self, who: int, points: int) -> None:
        """A partner transfers points; its file comes twice."""
        db.session.rollback()
        wish = Wish(new_id(), f"C{who}", points, self.now.date())
        with clock.frozen(self.now):
            taken = [run_in_unit_of_work(lambda: take_in("SKY", [wish], acting_staff=SYSTEM)) for _ in range(2)]
        outcomes = [each.outcome for (each,) in taken]
        assert outcomes == (["done", "again"] if points > 1 else ["refused"] * 2)

    @rule(who=WHO, points=st.integers(2, 80))
    def transfer_out(self, who: int, points: int) -> None:
        """A member has points go to the partner, as far as she has any."""
        db.session.rollback()
        about: dict[str, Any] = {"points": points, "account": "S-1", "reason": "시험"}
        with clock.frozen(self.now), contextlib.suppress(outgoing.PointsLacking):
            run_in_unit_of_work(lambda: outgoing.send(self.members[who], "SKY", **about, acting_staff=SYSTEM))

    @rule(which=st.integers(0, 99), outcome=st.sampled_from(["done", "refused", "reversed"]))
    def decide(self, which: int, outcome: str) -> None:
        """The partner answers, or a transfer is taken back, whatever was bought with it meanwhile."""
        db.session.rollback()
        found = list(db.session.scalars(select(PartnerTransfer).order_by(PartnerTransfer.id)))
        if not found:
            return
        each = found[which % len(found)]
        partner, answer = each.partner, Answer(each.reference, outcome)
        with clock.frozen(self.now), contextlib.suppress(outgoing.TransferDecided):
            if outcome == "reversed":
                run_in_unit_of_work(lambda: outgoing.reverse(each.id, reason="시험", acting_staff=SYSTEM))
            else:
                run_in_unit_of_work(lambda: outgoing.answer(partner, [answer], acting_staff=SYSTEM))

    @rule(days=st.integers(1, 45))
    def wait(self, days: int) -> None:
        """Time passes, and the worker looks."""
        self.now += timedelta(days=days)
        with clock.frozen(self.now):
            db.session.rollback()
            expire_due()

    @rule(one=WHO, other=WHO)
    def merge(self, one: int, other: int) -> None:
        """Two become one."""
        db.session.rollback()
        first, second = self._current(one), self._current(other)
        if first != second:
            with clock.frozen(self.now):
                run_in_unit_of_work(lambda: merges.merge(first, second, take=set(), acting_staff=SYSTEM))

    @rule(which=st.integers(0, 99))
    def undo(self, which: int) -> None:
        """One of the merges that stand is undone, unless a later one rests upon it."""
        db.session.rollback()
        standing = list(db.session.scalars(select(Merge.id).where(Merge.undone_at.is_(None)).order_by(Merge.id)))
        if standing:
            with clock.frozen(self.now):
                try:
                    run_in_unit_of_work(lambda: merges.undo(standing[which % len(standing)], acting_staff=SYSTEM))
                except Conflict:
                    db.session.rollback()

    @invariant()
    def the_books_balance(self) -> None:
        """After every step."""
        if not hasattr(self, "sales"):
            return
        books.check()
        kept = books.contents()
        with clock.frozen(self.now):
            run_in_unit_of_work(lambda: settle([self._current(who) for who in range(PEOPLE)]))
        assert books.contents() == kept, "going on with a book comes to the same as working it out anew"

    def _current(self, who: int) -> str:
        return survivors([self.members[who]]).get(self.members[who], self.members[who])

    def _push(self, where: int, kind: str, data: dict[str, Any], id_: str) -> None:
        self.serial += 1
        entry = {"id": id_, "kind": kind, "at": clock.rfc3339(self.now), "seq": self.serial, "data": data}
        with clock.frozen(self.now):
            (result,) = self.tablets[where].push(entry)
        assert result["status"] == "applied", result
        self.sent.append((where, entry))


@pytest.mark.slow
def test_the_books_balance_whatever_happens(make_tablet: Any) -> None:
    chosen = (
        settings(max_examples=1_000, stateful_step_count=30)
        if settings.get_current_profile_name() == "chaos"
        else settings(max_examples=15, stateful_step_count=25, deadline=None, derandomize=True)
    )
    machine = type("Machine", (PointsMachine,), {"make_tablet": staticmethod(make_tablet)})
    run_state_machine_as_test(machine, settings=settings(chosen, suppress_health_check=list(HealthCheck)))
