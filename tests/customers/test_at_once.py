"""Two people at the same customer in the same moment: nothing is overwritten unseen."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer, CustomerFacts
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Tablet

_ROUNDS = 12
_AT = "2026-11-20T10:00:00Z"


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment; what each came to."""
    start, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def do(number: int) -> None:
        start.wait()
        results[number] = deeds[number]()

    threads = [threading.Thread(target=do, args=[number]) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def edit(customer_id: str, base: str | None, wanted: str) -> dict[str, Any]:
    data = {"customer_id": customer_id, "changes": {"memo": {"from": base, "to": wanted}}}
    return {"id": new_id(), "kind": "customer.edit", "at": _AT, "seq": 1, "data": data}


def statement(customer_id: str, sender: str) -> dict[str, Any]:
    data = {
        "customer_id": customer_id,
        "purpose": "marketing",
        "channel": "sms",
        "sender": sender,
        "granted": True,
        "wording_version": "test-1",
        "occurred_at": _AT,
    }
    return {"id": new_id(), "kind": "consent.record", "at": _AT, "seq": 1, "data": data}


def test_of_two_edits_from_the_same_value_one_is_applied_and_the_other_is_a_conflict(
    app: Flask, make_tablet: Any
) -> None:
    del app
    one, other = make_tablet(), make_tablet()
    with unit_of_work():
        customer = factories.customer(memo=None).id
    base = None
    for number in range(_ROUNDS):
        wanted = [f"one {number}", f"other {number}"]
        (first,), (second,) = at_once(
            lambda: one.push(edit(customer, base, wanted[0])),  # noqa: B023 - done before the next round
            lambda: other.push(edit(customer, base, wanted[1])),  # noqa: B023 - the same
        )
        assert {first["status"], second["status"]} == {"applied", "conflict"}
        base = wanted[0] if first["status"] == "applied" else wanted[1]
        db.session.rollback()
        assert db.session.get_one(Customer, customer, populate_existing=True).memo == base


def test_an_entry_that_is_sent_twice_at_once_is_taken_once(app: Flask, tablet: Tablet) -> None:
    del app
    with unit_of_work():
        customer = factories.customer(memo=None).id
    base = None
    for number in range(_ROUNDS):
        wanted = f"number {number}"
        entry = edit(customer, base, wanted)
        results = at_once(*[lambda: tablet.push(entry)] * 3)  # noqa: B023 - done before the next round
        assert [result["status"] for (result,) in results] == ["applied"] * 3
        assert sorted(result.get("duplicate", False) for (result,) in results) == [False, True, True]
        base = wanted


def test_two_consents_at_once_both_show_on_the_card(app: Flask, make_tablet: Any) -> None:
    del app
    one, other = make_tablet(), make_tablet()
    with unit_of_work():
        senders = sorted(factories.unit().code for _ in range(2))
    for _ in range(_ROUNDS):
        with unit_of_work():
            customer = factories.customer().id
        results = at_once(
            lambda: one.push(statement(customer, senders[0])),  # noqa: B023 - done before the next round
            lambda: other.push(statement(customer, senders[1])),  # noqa: B023 - the same
        )
        assert [result["status"] for (result,) in results] == ["applied", "applied"]
        db.session.rollback()
        assert db.session.get_one(CustomerFacts, customer, populate_existing=True).sms_senders == senders


def test_of_two_people_registered_with_one_card_the_second_is_registered_without_it(
    app: Flask, make_tablet: Any
) -> None:
    del app
    one, other = make_tablet(), make_tablet()
    for number in range(_ROUNDS):
        data = {"name": "김새롬", "cards": [f"SHARED-{number}"]}
        entries = [{"id": new_id(), "kind": "customer.register", "at": _AT, "seq": 1, "data": data} for _ in range(2)]
        results = at_once(lambda: one.push(entries[0]), lambda: other.push(entries[1]))  # noqa: B023 - done by then
        assert [result["status"] for (result,) in results] == ["applied", "applied"]
        assert sorted(result.get("flags", []) for (result,) in results) == [[], ["card_taken"]]
