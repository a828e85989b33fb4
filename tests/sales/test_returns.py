"""What comes back is taken, counted once, and taken out of what the card says of her purchases."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer, CustomerFacts
from backend.sales import rules
from tests import factories
from tests.sales.test_sales import sale

if TYPE_CHECKING:
    from tests.conftest import Tablet

FIRST, SECOND = "2026-11-10T03:00:00Z", "2026-11-20T03:00:00Z"


def back(sale_id: str, *lines: tuple[int, int], **values: Any) -> dict[str, Any]:
    """A sale.return mutation of (line, quantity)."""
    data = {
        "sale_id": sale_id,
        "lines": [{"line": line, "quantity": quantity} for line, quantity in lines],
        "reason": "단순 변심",
        "occurred_at": "2026-11-21T03:00:00Z",
    }
    return {"id": new_id(), "kind": "sale.return", "at": "2026-11-21T03:01:00Z", "seq": 2, "data": data | values}


def two_lines(customer: Customer | None = None, *, at: str = SECOND) -> dict[str, Any]:
    """Three of one article for 10,000 and one of another for 5,000."""
    lines = [{"sku": "A1", "quantity": 3, "amount": 10_000}, {"sku": "B1", "quantity": 1, "amount": 5_000}]
    return sale(lines=lines, occurred_at=at, customer_id=customer.id if customer else None)


def facts(customer: Customer) -> CustomerFacts:
    db.session.expire_all()
    return db.session.get_one(CustomerFacts, customer.id)


@pytest.fixture
def customer(app: Any) -> Customer:
    with app.app_context(), unit_of_work():
        for sku in ("A1", "B1"):
            factories.product(sku=sku, price=None)
        return factories.customer()


def test_a_return_is_shown_with_its_sale_and_taken_off_the_total(tablet: Tablet, customer: Customer) -> None:
    sold = two_lines(customer)
    returned = back(sold["id"], (0, 1), (1, 1))
    assert [each["status"] for each in tablet.push(sold, returned)] == ["applied", "applied"]
    shown = tablet.get(f"/sales/{sold['id']}").get_json()
    assert (shown["total"], shown["returned"], shown["net"]) == (15_000, 8_333, 6_667)
    assert [line["returned"] for line in shown["lines"]] == [1, 1]
    (entry,) = shown["returns"]
    assert (entry["id"], entry["reason"], entry["flags"]) == (returned["id"], "단순 변심", [])
    assert entry["lines"] == [{"line": 0, "quantity": 1}, {"line": 1, "quantity": 1}]
    (listed,) = tablet.get("/sales").get_json()["items"]
    assert (listed["total"], listed["returned"], listed["net"]) == (15_000, 8_333, 6_667)


def test_the_same_return_again_is_taken_once(tablet: Tablet, customer: Customer) -> None:
    sold = two_lines(customer)
    returned = back(sold["id"], (0, 1))
    tablet.push(sold, returned)
    assert tablet.push(returned)[0]["duplicate"] is True
    assert len(tablet.get(f"/sales/{sold['id']}").get_json()["returns"]) == 1


def test_the_card_follows(tablet: Tablet, customer: Customer) -> None:
    earlier, later = two_lines(customer, at=FIRST), two_lines(customer)
    tablet.push(earlier, later)
    assert facts(customer).purchase_gaps == [10]
    tablet.push(back(later["id"], (0, 2)))
    assert facts(customer).last_basket == [["A1", 1, 3_334], ["B1", 1, 5_000]]
    tablet.push(back(later["id"], (0, 1)))
    assert facts(customer).last_basket == [["B1", 1, 5_000]]
    assert facts(customer).last_purchase_on.isoformat() == "2026-11-20"  # type: ignore[union-attr]
    cursor = tablet.get("/sync/snapshot").get_json()["cursor"]
    tablet.push(back(later["id"], (1, 1)))
    # Nothing is left of the later one: the earlier one is her last.
    after = facts(customer)
    assert after.last_purchase_on.isoformat() == "2026-11-10"  # type: ignore[union-attr]
    assert (after.purchase_gaps, after.last_basket) == ([], [["A1", 3, 10_000], ["B1", 1, 5_000]])
    rows = [each.get("row") for each in tablet.pull(cursor)["changes"] if each["id"] == customer.id]
    assert not rows or rows[-1]["last_purchase_on"] == "2026-11-10"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_whichever_order_they_arrive_it_comes_to_the_same(
    tablet: Tablet, customer: Customer, order: tuple[int, ...]
) -> None:
    earlier, later = two_lines(customer, at=FIRST), two_lines(customer)
    entries = [earlier, later, back(later["id"], (0, 3), (1, 1))]
    for index in order:
        (result,) = tablet.push(entries[index])
        assert result["status"] == "applied"
    after = facts(customer)
    assert after.last_purchase_on.isoformat() == "2026-11-10"  # type: ignore[union-attr]
    assert (after.purchase_gaps, len(after.last_basket)) == ([], 2)
    assert tablet.get(f"/sales/{later['id']}").get_json()["net"] == 0
    # A further sale of the day that came back is her last again.
    tablet.push(sale(customer_id=customer.id, occurred_at="2026-11-20T02:00:00Z"))
    assert facts(customer).last_basket == [["A1", 1, 10_000]]


@pytest.mark.parametrize(
    ("lines", "flag"),
    [
        ([(0, 4)], "returned_too_much"),
        ([(0, 2), (0, 2)], "returned_too_much"),
        ([(2, 1)], "odd_line"),
        ([(-1, 1)], "odd_line"),
        ([(0, 0)], "odd_line"),
        ([(0, -1)], "odd_line"),
        ([(10**15, 10**15)], "odd_line"),
    ],
)
def test_what_is_odd_is_taken_and_waits_for_the_manager(
    tablet: Tablet, client: Any, sign_in: Any, customer: Customer, lines: list[tuple[int, int]], flag: str
) -> None:
    sold = two_lines(customer)
    results = tablet.push(sold, back(sold["id"], *lines))
    assert (results[0].get("flags"), results[1]["status"], results[1]["flags"]) == (None, "applied", [flag])
    sign_in(role="manager", store_id=tablet.store_id)
    (waits,) = client.get("/api/v1/sales?flagged=open").get_json()["items"]
    assert (waits["id"], waits["flags"]) == (sold["id"], [flag])
    assert 0 <= waits["returned"] <= waits["total"]


def test_a_second_return_of_the_same_article_is_too_much(tablet: Tablet, customer: Customer) -> None:
    sold = two_lines(customer)
    _, first, second = tablet.push(sold, back(sold["id"], (1, 1)), back(sold["id"], (1, 1)))
    assert (first.get("flags"), second["flags"]) == (None, ["returned_too_much"])


@pytest.mark.parametrize("named", ["nothing", "0190a000-0000-7000-8000-000000000000"])
def test_a_return_of_a_sale_that_nobody_knows_is_taken(tablet: Tablet, named: str) -> None:
    (result,) = tablet.push(back(named, (0, 1)))
    assert (result["status"], result["flags"]) == ("applied", ["unknown_sale"])


@pytest.mark.parametrize(
    "wrong", [{"lines": []}, {"lines": [{"line": 0}]}, {"sale_id": None}, {"reason": 7}, {"surprise": 1}]
)
def test_what_cannot_be_read_is_rejected_by_name(tablet: Tablet, wrong: dict[str, Any]) -> None:
    entry = back(new_id(), (0, 1))
    entry["data"] |= wrong
    (result,) = tablet.push(entry)
    assert (result["status"], result["code"]) == ("rejected", "invalid_data")
    assert next(iter(wrong)) in result["message"]


@pytest.mark.parametrize(
    ("amount", "quantity", "back_", "worth"),
    [
        (10_000, 3, 1, 3_333),
        (10_000, 3, 2, 6_666),
        (10_000, 3, 3, 10_000),
        (10_000, 3, 9, 10_000),
        (5, 1, -1, 0),
        (-5, 1, 1, 0),
        (5, 0, 1, 0),
        (0, 2, 1, 0),
    ],
)
def test_a_refund_is_never_more_than_was_paid(amount: int, quantity: int, back_: int, worth: int) -> None:
    assert rules.refund(amount, quantity, back_) == worth
