"""Codes as a machine: whatever happens in whatever order, a code has one valid use at most, and sums agree."""

from __future__ import annotations

from collections import Counter
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
from backend.loyalty import EarningRule
from backend.loyalty.coupons import CouponCode, CouponUse
from backend.sales import Sale, SaleReturn
from backend.sales.coupons import sales_with
from backend.unify import Merge, merges
from tests import factories, tables
from tests.loyalty import books

if TYPE_CHECKING:
    from tests.conftest import Tablet

PEOPLE = 3
WHO = st.integers(-1, PEOPLE - 1)
WHERE = st.integers(0, 1)
ANY = st.integers(0, 99)
START = datetime(2026, 11, 20, 3, tzinfo=UTC)


class CouponMachine(RuleBasedStateMachine):
    """Three members, tablets of two business units; codes of theirs and of nobody's, which may go together or not."""

    make_tablet: Any

    @initialize()
    def begin(self) -> None:
        """Nothing was sold."""
        tables.empty()
        tables.prepare()
        self.serial = 0
        with unit_of_work():
            stores = [factories.store(), factories.store()]
            self.sku = factories.product(price=None).sku
            self.members = [str(factories.customer(home_store_id=stores[0].id).id) for _ in range(PEOPLE)]
            db.session.add(EarningRule(name="기본", kind="base", rate=100, starts_on=START.date()))
            self.coupons = [
                factories.coupon(per_member=2),
                factories.coupon(kind="percent", value=10, stacks=True, per_member=None),
                factories.coupon(kind="multiplier", value=300, currency=None, stacks=True),
                factories.coupon(stacks=True, business_unit_id=stores[1].business_unit_id),
            ]
            owners = [None, None, *self.members]
            self.codes = [factories.code(coupon, owner) for coupon in self.coupons for owner in owners]
            self.owners = dict(zip(self.codes, owners * len(self.coupons), strict=True))
        self.tablets: list[Tablet] = [self.make_tablet(store=store) for store in stores]
        self.sent: list[tuple[int, dict[str, Any]]] = []
        self.sales: dict[str, dict[str, Any]] = {}

    @rule(who=WHO, where=WHERE, codes=st.lists(ANY, max_size=3), amount=st.integers(1, 9), early=st.booleans())
    def buy(self, who: int, where: int, codes: list[int], amount: int, *, early: bool) -> None:
        """A sale with some codes, perhaps known and perhaps not; sometimes all of it came back before it arrives."""
        named = list(dict.fromkeys(([*self.codes, "NONE"])[each % (len(self.codes) + 1)] for each in codes))
        sale_id = new_id()
        if early:
            self._push(where, "sale.return", self._return(sale_id, 3), new_id())
        data: dict[str, Any] = {
            "customer_id": self.members[who] if who >= 0 else None,
            "lines": [{"sku": self.sku, "quantity": 3, "amount": amount * 3_000, "discount": 4_000}],
            "currency": "KRW",
            "coupons": named,
            "occurred_at": clock.rfc3339(START + timedelta(minutes=self.serial)),
        }
        self.sales[sale_id] = data
        self._push(where, "sale.log", data, sale_id)

    @rule(where=WHERE, codes=st.lists(ANY, min_size=2, max_size=5))
    def buy_together(self, where: int, codes: list[int]) -> None:
        """Sales of one batch, some with the same code."""
        entries = []
        for each in codes:
            lines = [{"sku": self.sku, "quantity": 1, "amount": 9_000, "discount": 3_000}]
            data: dict[str, Any] = {"customer_id": None, "lines": lines, "currency": "KRW"}
            data |= {"coupons": [self.codes[each % 3]], "occurred_at": clock.rfc3339(START)}
            self.serial += 1
            sale_id = new_id()
            self.sales[sale_id] = data
            at = data["occurred_at"]
            entries.append({"id": sale_id, "kind": "sale.log", "at": at, "seq": self.serial, "data": data})
        assert {each["status"] for each in self.tablets[where].push(*entries)} == {"applied"}
        self.sent += [(where, entry) for entry in entries]

    @rule(where=WHERE, which=ANY, quantity=st.integers(1, 3))
    def bring_back(self, where: int, which: int, quantity: int) -> None:
        """Articles come back, at either unit."""
        if self.sales:
            sale_id = list(self.sales)[which % len(self.sales)]
            self._push(where, "sale.return", self._return(sale_id, quantity), new_id())

    @rule(which=ANY)
    def send_again(self, which: int) -> None:
        """A reply was lost."""
        if self.sent:
            where, entry = self.sent[which % len(self.sent)]
            (result,) = self.tablets[where].push(entry)
            assert result["duplicate"]

    @rule(one=st.integers(0, PEOPLE - 1), other=st.integers(0, PEOPLE - 1))
    def merge(self, one: int, other: int) -> None:
        """Two become one."""
        db.session.rollback()
        first, second = self._current(self.members[one]), self._current(self.members[other])
        if first != second:
            run_in_unit_of_work(lambda: merges.merge(first, second, take=set(), acting_staff=SYSTEM))

    @rule(which=ANY)
    def undo(self, which: int) -> None:
        """One of the merges that stand is undone, unless a later one rests upon it."""
        db.session.rollback()
        standing = list(db.session.scalars(select(Merge.id).where(Merge.undone_at.is_(None)).order_by(Merge.id)))
        if standing:
            try:
                run_in_unit_of_work(lambda: merges.undo(standing[which % len(standing)], acting_staff=SYSTEM))
            except Conflict:
                db.session.rollback()

    @invariant()
    def a_code_has_one_valid_use(self) -> None:
        """After every step."""
        if not hasattr(self, "sales"):
            return
        books.check()
        uses = list(db.session.scalars(select(CouponUse)))
        sales = {sale.id: sale for sale in db.session.scalars(select(Sale))}
        gone = set(db.session.scalars(select(SaleReturn.sale_id).where(SaleReturn.whole)))
        counted = Counter(use.code for use in uses if use.state == "counted")
        assert set(counted.values()) <= {1}
        named = {(sale_id, code) for sale_id, data in self.sales.items() for code in data["coupons"] if code != "NONE"}
        assert {(use.sale_id, use.code) for use in uses} == named
        for use in uses:
            assert (use.state == "counted") == (not use.flags and use.sale_id not in gone)
            assert set(use.flags) <= set(sales[use.sale_id].flags), "what is wrong with a code is seen at the sale"
            assert "coupon_already_used" not in use.flags or use.worth == 0
            assert use.customer_id == sales[use.sale_id].customer_id
        worth = Counter[str]()
        for use in uses:
            worth[use.sale_id] += use.worth
        assert all(0 <= value <= sales[sale_id].discount for sale_id, value in worth.items())
        self._check_reports(uses)
        codes = db.session.execute(select(CouponCode.code, CouponCode.customer_id)).all()
        assert dict(codes) == {code: owner and self._current(owner) for code, owner in self.owners.items()}

    def _check_reports(self, uses: list[CouponUse]) -> None:
        for coupon in self.coupons:
            valid = [use for use in uses if use.coupon_id == coupon.id and use.state == "counted"]
            told = sales_with(coupon.id)
            assert sum(row.discount for row in told) == sum(use.worth for use in valid)
            assert sum(row.sales for row in told) == len({use.sale_id for use in valid})

    def _return(self, sale_id: str, quantity: int) -> dict[str, Any]:
        at = clock.rfc3339(START + timedelta(days=1))
        return {"sale_id": sale_id, "lines": [{"line": 0, "quantity": quantity}], "reason": "", "occurred_at": at}

    def _current(self, member: str) -> str:
        return survivors([member]).get(member, member)

    def _push(self, where: int, kind: str, data: dict[str, Any], id_: str) -> None:
        self.serial += 1
        entry = {"id": id_, "kind": kind, "at": clock.rfc3339(START), "seq": self.serial, "data": data}
        (result,) = self.tablets[where].push(entry)
        assert result["status"] == "applied", result
        self.sent.append((where, entry))


@pytest.mark.slow
def test_a_code_has_one_valid_use_whatever_happens(make_tablet: Any) -> None:
    chosen = (
        settings(max_examples=1_000, stateful_step_count=30)
        if settings.get_current_profile_name() == "chaos"
        else settings(max_examples=15, stateful_step_count=25, deadline=None, derandomize=True)
    )
    machine = type("Machine", (CouponMachine,), {"make_tablet": staticmethod(make_tablet)})
    run_state_machine_as_test(machine, settings=settings(chosen, suppress_health_check=list(HealthCheck)))
