"""Merging as a machine: each member has a twin who is never merged and receives the same events.

Whatever is merged and parted between, at the end each equals her twin: purchases, facts, points, cards, fields, and
what she agreed to. A refusal while several were one is a refusal of each of them.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import select

from backend.consent import ConsentEntry
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.errors import Conflict
from backend.core.ids import new_id
from backend.customers import Card, Customer, CustomerFacts, StoreActivity, survivors
from backend.loyalty import EarningRule, balance
from backend.loyalty.models import PointsLot
from backend.sales import Sale
from backend.sync import verify
from backend.unify import Merge, merges
from tests import factories, tables
from tests.insight.facts import plain
from tests.sync.copy import fresh, replay

if TYPE_CHECKING:
    from tests.conftest import Tablet

PEOPLE = 4
WHO = st.integers(0, PEOPLE - 1)
POINTS = 1_000
_FACTS = ("points", "last_purchase_on", "last_basket", "last_currency", "purchase_gaps", "cycle_days")
_SENDERS = ("sms_senders", "night_senders")


class MergeMachine(RuleBasedStateMachine):
    """Four members and their twins at one store."""

    make_tablet: Any

    @initialize()
    def begin(self) -> None:
        """Everybody has a phone, a card, some points and what the others lack."""
        tables.empty()
        tables.prepare()
        self.tablet: Tablet = self.make_tablet()
        with unit_of_work():
            kinds = (("스킨케어", "하늘담"), ("메이크업", None), (None, None))
            self.skus = [factories.product(price=None, category=kind, brand=brand).sku for kind, brand in kinds]
            rule = {"name": "기본", "kind": "base", "rate": 200, "valid_months": 1, "starts_on": date(2026, 1, 1)}
            db.session.add(EarningRule(**rule))
            self.members = [self._member(number) for number in range(PEOPLE)]
            self.twins = [self._member(number) for number in range(PEOPLE)]
        self.copy = fresh(self.tablet)
        self.serial = 0
        # Sales of each member and of her twin, in the same order.
        self.sold: list[list[tuple[str, str]]] = [[] for _ in range(PEOPLE)]

    def _member(self, number: int) -> str:
        values = {"birth_date": None, "district": ["중구", None, "용산구", None][number], "memo": f"메모 {number}"}
        person = factories.customer(home_store_id=self.tablet.store_id, name=f"회원 {number}", **values)
        factories.points(person.id, POINTS)
        db.session.add(Card(number=f"88{next_card():014d}", customer_id=person.id))
        person.facts.points = POINTS
        return str(person.id)

    @rule(
        who=WHO,
        amount=st.integers(1, 9),
        day=st.integers(1, 28),
        points=st.sampled_from([0, 0, 50]),
        sku=st.integers(0, 3),
    )
    def buy(self, who: int, amount: int, day: int, points: int, sku: int) -> None:
        """She buys by her own id, whoever she was merged into."""
        pair = [new_id(), new_id()]
        for sale_id, whose in zip(pair, (self.members[who], self.twins[who]), strict=True):
            data = {
                "customer_id": whose,
                "lines": [
                    {
                        "sku": [*self.skus, "UNKNOWN"][sku],
                        "quantity": 2,
                        "amount": amount * 1_000 + sku,
                        "discount": sku,
                    }
                ],
                "currency": "KRW",
                "points_redeemed": points,
                "occurred_at": f"2026-10-{day:02d}T{self._minute()}Z",
            }
            self._push("sale.log", data, sale_id)
        self.sold[who].append((pair[0], pair[1]))

    @rule(who=WHO, which=st.integers(0, 99), quantity=st.integers(1, 2))
    def bring_back(self, who: int, which: int, quantity: int) -> None:
        """Something of an earlier sale comes back."""
        if not self.sold[who]:
            return
        for sale_id in self.sold[who][which % len(self.sold[who])]:
            lines = [{"line": 0, "quantity": quantity}]
            data = {
                "sale_id": sale_id,
                "lines": lines,
                "reason": "교환",
                "occurred_at": f"2026-11-20T{self._minute()}Z",
            }
            self._push("sale.return", data, new_id())

    @rule(who=WHO, granted=st.booleans(), night=st.booleans())
    def consent(self, who: int, *, granted: bool, night: bool) -> None:
        """She agrees, for herself; or refuses, for everybody whom she was one with."""
        concerned = [who] if granted else self._one_with(who)
        whose = [self.members[who], *(self.twins[each] for each in concerned)]
        said = f"2026-11-10T{self._minute()}Z"
        for customer_id in whose:
            data = {
                "customer_id": customer_id,
                "purpose": "marketing",
                "channel": "sms",
                "granted": granted,
                "night": night,
                "wording_version": "marketing-sms-2026-11",
                "occurred_at": said,
            }
            self._push("consent.record", data, new_id())

    @rule(one=WHO, other=WHO, take=st.sets(st.sampled_from(["name", "memo", "district", "phone"])))
    def merge(self, one: int, other: int, take: set[str]) -> None:
        """Two who are not one yet become one."""
        first, second = (self._now(each) for each in (one, other))
        if first != second:
            run_in_unit_of_work(lambda: merges.merge(first, second, take=take, acting_staff=SYSTEM))

    @rule(which=st.integers(0, 99))
    def undo(self, which: int) -> None:
        """One of the merges that stand is undone, unless a later one rests upon it, which is then named."""
        standing = self._standing()
        if not standing:
            return
        refused = ""
        try:
            run_in_unit_of_work(lambda: merges.undo(standing[which % len(standing)], acting_staff=SYSTEM))
        except Conflict as conflict:
            db.session.rollback()
            refused = conflict.detail
        assert not refused or any(each in refused for each in standing), refused

    @rule()
    def look(self) -> None:
        """A tablet follows, and nothing contradicts itself."""
        rows, cursor = self.copy
        self.copy = rows, replay(self.tablet, rows, cursor)
        there, newer = fresh(self.tablet)
        replay(self.tablet, there, newer)
        assert rows == there
        assert plain.stored() == plain.expected()
        assert verify.verify()["problems"] == []

    def teardown(self) -> None:
        """Everything is undone, the latest first; each is as her twin."""
        if not hasattr(self, "sold"):
            return
        for entry in self._standing()[::-1]:
            run_in_unit_of_work(lambda entry=entry: merges.undo(entry, acting_staff=SYSTEM))  # type: ignore[misc]
        db.session.rollback()
        for number, (member, twin) in enumerate(zip(self.members, self.twins, strict=True)):
            assert self._image(member) == self._image(twin), f"member {number}"
            assert self._phone(member) != self._phone(twin)
            sold = set(db.session.scalars(select(Sale.id).where(Sale.customer_id == member)))
            assert sold == {own for own, _ in self.sold[number]}
        assert verify.verify()["problems"] == []
        self.look()

    def _image(self, customer_id: str) -> dict[str, Any]:
        """What is known of her, without what tells her from her twin."""
        person = db.session.get_one(Customer, customer_id)
        facts = db.session.get_one(CustomerFacts, customer_id)
        refused = select(ConsentEntry.occurred_at, ConsentEntry.granted, ConsentEntry.night).distinct()
        activity = select(StoreActivity.store_id, StoreActivity.last_on).where(StoreActivity.customer_id == customer_id)
        lots = select(PointsLot.points, PointsLot.open, PointsLot.expired, PointsLot.expires_on)
        return {
            "fields": {name: getattr(person, name) for name in merges.FIELDS if name != "phone"},
            "facts": {name: getattr(facts, name) for name in (*_FACTS, *_SENDERS)},
            "points": balance(customer_id),
            "lots": sorted(map(tuple, db.session.execute(lots.where(PointsLot.customer_id == customer_id))), key=str),
            "cards": len(person.cards),
            "consents": sorted(
                tuple(row) for row in db.session.execute(refused.where(ConsentEntry.customer_id == customer_id))
            ),
            "activity": sorted(tuple(row) for row in db.session.execute(activity)),
            "habits": plain.stored().get(customer_id, {}) | {"customer_id": None},
        }

    def _phone(self, customer_id: str) -> str | None:
        return db.session.get_one(Customer, customer_id).phone

    def _now(self, who: int) -> str:
        db.session.rollback()
        return survivors([self.members[who]]).get(self.members[who], self.members[who])

    def _one_with(self, who: int) -> list[int]:
        now = self._now(who)
        return [each for each in range(PEOPLE) if self._now(each) == now]

    def _standing(self) -> list[str]:
        db.session.rollback()
        return list(db.session.scalars(select(Merge.id).where(Merge.undone_at.is_(None)).order_by(Merge.merged_at)))

    def _push(self, kind: str, data: dict[str, Any], id_: str) -> None:
        entry = {"id": id_, "kind": kind, "at": "2026-11-21T00:00:00Z", "seq": self.serial, "data": data}
        (result,) = self.tablet.push(entry)
        assert result["status"] == "applied", result

    def _minute(self) -> str:
        """Another moment each time, so that no two events are at once."""
        self.serial += 1
        return f"{self.serial // 3600 % 24:02d}:{self.serial // 60 % 60:02d}:{self.serial % 60:02d}"


_cards = iter(range(10**9))


def next_card() -> int:
    """A number that no other card has."""
    return next(_cards)


@pytest.mark.slow
def test_members_who_were_merged_and_parted_equal_those_who_never_were(make_tablet: Any) -> None:
    chosen = (
        settings(max_examples=1_000, stateful_step_count=20)
        if settings.get_current_profile_name() == "chaos"
        else settings(max_examples=12, stateful_step_count=20, deadline=None, derandomize=True)
    )
    machine = type("Machine", (MergeMachine,), {"make_tablet": staticmethod(make_tablet)})
    slow = settings(chosen, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=slow)
