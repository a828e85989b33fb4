"""The push as a machine: whatever is sent, by whom, how often and in which order, the model knows the answer."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from backend.care.models import Note
from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer
from backend.loyalty import PointsEntry
from backend.sales import Sale
from backend.sync import blocks, verify
from backend.sync.models import EditConflict
from tests import factories, tables
from tests.sync.copy import Rows, fresh, replay

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Tablet

POINTS = 100
PRICE = 1_000
FIELDS = ("memo", "name_latin", "district")
# Blanks around, composed and decomposed: what is the same to the server.
WORDS = st.sampled_from(["가나", " 가나 ", unicodedata.normalize("NFD", "가나"), "é", "e\u0301", "", "B"])
WHO = st.integers(0, 3)
ENTRY = st.one_of(
    st.tuples(st.just("sale"), st.none() | WHO, st.integers(1, 5), st.sampled_from([0, 0, 30])),
    st.tuples(st.just("edit"), WHO, st.sampled_from(FIELDS), st.none() | WORDS, WORDS),
    st.tuples(st.just("edit"), WHO, st.sampled_from(FIELDS), st.just("as it is"), WORDS),
    st.tuples(st.just("note"), WHO),
    st.tuples(st.just("register"), WORDS),
    st.tuples(st.just("again"), st.integers(0, 10**6)),
    st.tuples(st.just("other content"), st.integers(0, 10**6)),
    st.tuples(st.just("nonsense"), st.sampled_from(["unknown_kind", "invalid_data", "unknown_customer", "bad_id"])),
)

Mutation = dict[str, Any]
Result = dict[str, Any]


def normal(text: str | None) -> str | None:
    """Text as the server keeps it."""
    return unicodedata.normalize("NFC", text).strip() or None if text is not None else None


class PushMachine(RuleBasedStateMachine):
    """Three tablets of two stores push, pull and repeat; the server must say what the model says."""

    make_tablet: Any

    @initialize()
    def begin(self) -> None:
        """An empty database with a few members."""
        tables.empty()
        tables.prepare()
        with unit_of_work():
            stores = [factories.store(), factories.store()]
            self.sku = factories.product(price=PRICE).sku
            members = [factories.customer(home_store_id=stores[number % 2].id) for number in range(4)]
            for member in members:
                member.facts.points = POINTS
                factories.points(member.id, POINTS)
            self.members = [member.id for member in members]
        self.tablets: list[Tablet] = [self.make_tablet(store=stores[number % 2]) for number in range(3)]
        self.copies: list[tuple[Tablet, Rows, str]] = [(tablet, *fresh(tablet)) for tablet in self.tablets]
        self.sent: list[Mutation] = []
        self.answers: dict[str, Result] = {}
        self.values: dict[tuple[str, str], str | None] = {}
        self.points = Counter(dict.fromkeys(self.members, POINTS))
        self.totals: dict[str, int] = {}
        self.notes: set[str] = set()
        self.registered: dict[str, str] = {}
        self.conflicts: Counter[tuple[str, str]] = Counter()

    @rule(tablet=st.integers(0, 2), entries=st.lists(ENTRY, min_size=1, max_size=8))
    def push(self, tablet: int, entries: list[Any]) -> None:
        """A batch; every answer is the one expected, field for field."""
        batch: list[Mutation] = []
        expected: list[Result] = []
        for entry in entries:
            mutation, result = self.plan(*entry)
            batch.append(mutation)
            expected.append(result)
        results = self.tablets[tablet].push(*batch)
        for mutation, result, wanted in zip(batch, results, expected, strict=True):
            told = {name: value for name, value in result.items() if name not in {"message", "v"}}
            assert told == {"id": mutation["id"], **wanted}
            if "duplicate" in wanted:
                assert result == self.answers[mutation["id"]] | {"duplicate": True}
            elif wanted.get("code") != "payload_mismatch":
                self.answers[mutation["id"]] = result

    def plan(self, what: str, *details: Any) -> tuple[Mutation, Result]:
        """A mutation and its answer; the model moves on."""
        if what in {"again", "other content"}:
            return self.once_more(what, *details)
        plans: dict[str, Callable[..., tuple[str, Any, Result]]] = {
            "sale": self.sale,
            "edit": self.edit,
            "note": self.note,
            "register": self.register,
            "nonsense": self.nonsense,
        }
        kind, data, result = plans[what](*details)
        mutation = self.mutation(kind, data)
        if result.get("code") == "bad_id":
            mutation["id"] = f"no id {len(self.sent)}"
        self.sent.append(mutation | {"result": result})
        self.apply(mutation, result)
        return mutation, result

    def mutation(self, kind: str, data: Any) -> Mutation:
        """As a tablet makes it."""
        return {"id": new_id(), "kind": kind, "at": "2026-11-20T10:00:00Z", "seq": len(self.sent), "data": data}

    def once_more(self, what: str, number: int) -> tuple[Mutation, Result]:
        """Something sent before, by whichever tablet, with another clock; or its id with other content."""
        if not self.sent:
            return self.plan("note", 0)
        known = dict(self.sent[number % len(self.sent)])
        result: Result = known.pop("result")
        if what == "again":
            return known | {"at": "2027-01-01T00:00:00Z", "seq": 0}, result | {"duplicate": True}
        return known | {"data": {"other": number}}, {"status": "rejected", "code": "payload_mismatch"}

    def sale(self, who: int | None, quantity: int, points: int) -> tuple[str, Any, Result]:
        """A sale is always taken."""
        customer = None if who is None else self.members[who]
        data = {
            "customer_id": customer,
            "lines": [{"sku": self.sku, "quantity": quantity, "amount": quantity * PRICE}],
            "currency": "KRW",
            "occurred_at": "2026-11-20T10:00:00+09:00",
            "points_redeemed": points,
        }
        flags = []
        if points:
            odd = "points_without_customer" if customer is None else "points_overdrawn"
            flags = [odd] if customer is None or self.points[customer] < points else []
        return "sale.log", data, {"status": "applied"} | ({"flags": flags} if flags else {})

    def edit(self, who: int, name: str, base: str | None, wanted: str) -> tuple[str, Any, Result]:
        """An edit of what the tablet saw: what there is, or something older."""
        customer = self.members[who]
        held = self.values.get((customer, name))
        base = held if base == "as it is" else base
        data = {"customer_id": customer, "changes": {name: {"from": base, "to": wanted}}}
        seen, to = normal(base), normal(wanted)
        if held in {seen, to}:
            return "customer.edit", data, {"status": "applied"}
        fields = {name: {"base": seen, "yours": to, "server": held}}
        return "customer.edit", data, {"status": "conflict", "fields": fields}

    def note(self, who: int) -> tuple[str, Any, Result]:
        """A remark."""
        return "note.add", {"customer_id": self.members[who], "text": "메모"}, {"status": "applied"}

    def register(self, name: str) -> tuple[str, Any, Result]:
        """A new member, if she has a name."""
        wanted = {"status": "applied"} if normal(name) else {"status": "rejected", "code": "invalid_data"}
        return "customer.register", {"name": name}, wanted

    def nonsense(self, code: str) -> tuple[str, Any, Result]:
        """What cannot be taken, and why."""
        note = {"customer_id": self.members[0], "text": "x"}
        kind, data = {
            "unknown_kind": ("no.such", note),
            "invalid_data": ("note.add", note | {"surprise": 1}),
            "unknown_customer": ("note.add", note | {"customer_id": new_id()}),
            "bad_id": ("note.add", note),
        }[code]
        return kind, data, {"status": "rejected", "code": code}

    def apply(self, mutation: Mutation, result: Result) -> None:
        """Move the model on by what was taken."""
        key, data = mutation["id"], mutation["data"]
        if result["status"] == "rejected":
            return
        if mutation["kind"] == "sale.log":
            self.totals[key] = sum(line["amount"] for line in data["lines"])
            if data["customer_id"] is not None:
                self.points[data["customer_id"]] -= data["points_redeemed"]
        elif mutation["kind"] == "note.add":
            self.notes.add(key)
        elif mutation["kind"] == "customer.register":
            self.registered[key] = str(normal(data["name"]))
        else:
            ((name, change),) = data["changes"].items()
            if result["status"] == "conflict":
                self.conflicts[key, name] += 1
            else:
                self.values[data["customer_id"], name] = normal(change["to"])

    @rule(number=st.integers(0, 10), limit=st.sampled_from([1, 3, 1_000]))
    def pull(self, number: int, limit: int) -> None:
        """A tablet brings a copy level, page by page."""
        at = number % len(self.copies)
        tablet, rows, cursor = self.copies[at]
        self.copies[at] = (tablet, rows, replay(tablet, rows, cursor, limit=limit))

    @precondition(lambda self: len(self.copies) < 6)
    @rule(tablet=st.integers(0, 2))
    def start_anew(self, tablet: int) -> None:
        """Another copy, from a snapshot of now."""
        self.copies.append((self.tablets[tablet], *fresh(self.tablets[tablet])))

    @rule()
    def rebuild(self) -> None:
        """The worker's turn."""
        blocks.rebuild_due()

    def teardown(self) -> None:
        """Everything again changes nothing; copies equal fresh ones; the tables hold what the model does."""
        if not hasattr(self, "conflicts"):
            return
        for mutation in self.sent:
            again = {name: value for name, value in mutation.items() if name != "result"}
            assert self.tablets[0].push(again) == [self.answers[again["id"]] | {"duplicate": True}]
        for tablet, rows, cursor in self.copies:
            replay(tablet, rows, cursor)
            there, newer = fresh(tablet)
            replay(tablet, there, newer)
            assert rows == there
        self.compare()

    def compare(self) -> None:
        """The tables against the model."""
        db.session.rollback()
        assert {row.id: row.total for row in db.session.execute(select(Sale.id, Sale.total))} == self.totals
        assert set(db.session.execute(select(Note.id)).scalars()) == self.notes
        conflicts = db.session.execute(select(EditConflict.mutation_id, EditConflict.field))
        assert Counter((row.mutation_id, row.field) for row in conflicts) == self.conflicts
        query = select(PointsEntry.customer_id, func.sum(PointsEntry.points)).group_by(PointsEntry.customer_id)
        assert Counter({row[0]: row[1] for row in db.session.execute(query)}) == self.points
        people = {row.id: row for row in db.session.execute(select(Customer)).scalars()}
        assert {key: people[key].name for key in self.registered} == self.registered
        assert people.keys() == {*self.members, *self.registered}
        for (customer, name), value in self.values.items():
            assert getattr(people[customer], name) == value
            assert self.copies[0][1]["customers"].get(customer, {name: value})[name] == value
        assert verify.verify()["problems"] == []


@pytest.mark.slow
def test_the_push_does_what_its_model_says(make_tablet: Any) -> None:
    chosen = (
        settings()
        if settings.get_current_profile_name() == "chaos"
        else settings(max_examples=10, stateful_step_count=12, deadline=None, derandomize=True)
    )
    machine = type("Machine", (PushMachine,), {"make_tablet": staticmethod(make_tablet)})
    slow = settings(chosen, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=slow)
