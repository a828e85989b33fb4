"""What a tablet did reaches the server once, whatever is sent and however often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.sales import Sale
from backend.sync.models import Receipt
from tests import factories

if TYPE_CHECKING:
    from tests.conftest import Tablet


def sale(sku: str = "A1", **values: Any) -> dict[str, Any]:
    """A sale.log mutation of one article at 10,000 won."""
    data = {
        "customer_id": None,
        "lines": [{"sku": sku, "quantity": 1, "amount": 10_000}],
        "currency": "KRW",
        "occurred_at": "2026-11-20T10:00:00+09:00",
    }
    return {"id": new_id(), "kind": "sale.log", "at": "2026-11-20T10:00:01+09:00", "seq": 1, "data": data | values}


def count(model: Any) -> int:
    """How many rows there are."""
    return db.session.execute(select(func.count()).select_from(model)).scalar_one()


def test_a_sale_is_taken_and_its_receipt_says_when(tablet: Tablet) -> None:
    with unit_of_work():
        factories.product(sku="A1")
    entry = sale()
    (result,) = tablet.push(entry)
    assert result == {"id": entry["id"], "status": "applied", "v": result["v"]}
    assert result["v"] >= 1
    assert db.session.get_one(Sale, entry["id"]).total == 10_000


def test_the_same_sale_again_changes_nothing_and_gives_the_same_answer(tablet: Tablet) -> None:
    entry = sale()
    (first,) = tablet.push(entry)
    (second,) = tablet.push(entry | {"at": "2026-11-21T00:00:00Z", "seq": 9})
    assert second == first | {"duplicate": True}
    assert count(Sale) == 1


def test_the_same_id_twice_in_one_batch_is_one_sale(tablet: Tablet) -> None:
    entry = sale()
    first, second = tablet.push(entry, entry)
    assert second == first | {"duplicate": True}
    assert count(Sale) == 1


def test_another_device_gets_the_stored_answer(tablet: Tablet, make_tablet: Any) -> None:
    entry = sale() | {"staff": "nobody"}
    (first,) = tablet.push(entry)
    assert make_tablet().push(entry) == [first | {"duplicate": True}]


def test_the_same_id_with_other_content_is_refused(tablet: Tablet) -> None:
    entry = sale()
    tablet.push(entry)
    (result,) = tablet.push(entry | {"data": entry["data"] | {"note": "x"}})
    assert result["status"] == "rejected"
    assert result["code"] == "payload_mismatch"
    assert count(Sale) == 1


def test_one_bad_entry_among_fifty_is_rejected_alone(tablet: Tablet) -> None:
    batch = [sale() for _ in range(50)]
    batch[20]["data"]["lines"] = []
    results = tablet.push(*batch)
    assert [result["status"] for result in results].count("applied") == 49
    assert results[20]["status"] == "rejected"
    assert "lines" in results[20]["message"]
    assert count(Sale) == 49
    assert count(Receipt) == 50


def test_odd_entries_are_rejected_alone_and_by_name(tablet: Tablet) -> None:
    good = sale()
    odd: list[dict[str, Any]] = [
        {"id": "not an id", "kind": "sale.log", "at": "2026-11-20T10:00:00Z", "seq": 1, "data": {}},
        sale() | {"kind": "no.such"},
        sale() | {"kind": 7},
        sale() | {"at": "yesterday"},
        sale() | {"at": "2026-11-20T10:00:00"},
        sale() | {"seq": "1"},
        sale() | {"seq": -1},
        sale() | {"data": []},
        sale(surprise=1),
        sale() | {"surprise": 1},
        sale(note="a\x00b"),
        sale(note="\ud800"),
        sale(currency=True),
        sale(lines=[{"sku": "A", "quantity": 1.5, "amount": 1}]),
        sale(lines=[{"sku": "A", "quantity": 1, "amount": 10**30}]),
        sale(occurred_at="0001-01-01T00:00:00+23:59"),
        {"id": "x" * 5000},
        {"id": "\ud800"},
        {"id": ""},
    ]
    results = tablet.push(*odd, good)
    assert [result["status"] for result in results] == ["rejected"] * len(odd) + ["applied"]
    assert [result["id"] for result in results] == [entry["id"] for entry in [*odd, good]]
    assert all(result["code"] and result["message"] for result in results[:-1])
    again = tablet.push(*odd)
    assert again == [result | {"duplicate": True} for result in results[:-1]]


def test_a_batch_that_is_none_is_refused_whole(tablet: Tablet) -> None:
    for body in (
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"mutations": {}}',
        b'{"mutations": [1]}',
        b'{"mutations": [{"id": 1}]}',
        b'{"mutations": NaN}',
    ):
        response = tablet.post("/sync/push", data=body, content_type="application/json")
        assert response.status_code == 422, body
        assert response.get_json()["errors"]
    many = {"mutations": [sale() for _ in range(201)]}
    assert tablet.post("/sync/push", json=many).status_code == 422
    assert count(Sale) == 0


def test_who_does_not_belong_sells_with_a_flag_and_does_nothing_else(tablet: Tablet) -> None:
    customer_note = {
        "id": new_id(),
        "kind": "note.add",
        "staff": "ghost",
        "at": "2026-11-20T10:00:00Z",
        "seq": 2,
        "data": {"customer_id": new_id(), "text": "x"},
    }
    sold, noted = tablet.push(sale() | {"staff": "ghost"}, customer_note)
    assert sold["status"] == "applied"
    assert "unknown_staff" in sold["flags"]
    assert (noted["status"], noted["code"]) == ("rejected", "unknown_staff")


def test_a_missing_or_unknown_token_is_not_signed_in(tablet: Tablet) -> None:
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer nonsense"}):
        response = tablet.post("/sync/push", json={"mutations": []}, headers=headers)
        assert (response.status_code, response.get_json()["code"]) == (401, "not_signed_in")


def test_an_unknown_customer_or_product_is_flagged_and_kept(tablet: Tablet) -> None:
    ghost = new_id()
    entry = sale("NO-SUCH", customer_id=ghost)
    (result,) = tablet.push(entry)
    assert result["flags"] == ["unknown_customer", "unknown_product"]
    kept = db.session.get_one(Sale, entry["id"])
    assert (kept.customer_id, kept.claimed_customer_id, kept.lines[0].sku) == (None, ghost, "NO-SUCH")


def test_a_price_that_differs_a_clock_ahead_and_an_overdraft_are_flagged(tablet: Tablet) -> None:
    with unit_of_work():
        factories.product(sku="A1", price=12_000)
        customer = factories.customer()
    entry = sale(customer_id=customer.id, points_redeemed=500, occurred_at="2199-01-01T00:00:00Z")
    (result,) = tablet.push(entry | {"at": "2199-01-01T00:00:00Z"})
    assert result["status"] == "applied"
    assert result["flags"] == ["clock_skew", "points_overdrawn", "price_differs"]


def test_a_registration_a_sale_to_her_and_an_edit_in_one_batch(tablet: Tablet) -> None:
    register = {
        "id": new_id(),
        "kind": "customer.register",
        "at": "2026-11-20T10:00:00Z",
        "seq": 1,
        "data": {
            "name": " 이서연 ",
            "phone": "010-1234-5678",
            "cards": ["8800 1234"],
            "consents": [
                {
                    "purpose": "marketing",
                    "channel": "sms",
                    "granted": True,
                    "wording_version": "2026-01",
                    "occurred_at": "2026-11-20T10:00:00Z",
                }
            ],
        },
    }
    changes = {"name": {"from": "이서연", "to": "이서윤"}, "phone": {"from": "+82 10 9999 9999", "to": "010-1111-2222"}}
    edit = {
        "id": new_id(),
        "kind": "customer.edit",
        "at": "2026-11-20T10:02:00Z",
        "seq": 3,
        "data": {"customer_id": register["id"], "changes": changes},
    }
    results = tablet.push(register, sale(customer_id=register["id"]), edit)
    assert results[0]["flags"] == ["unknown_wording"]
    assert results[1]["status"] == "applied"
    assert results[2]["status"] == "conflict"
    assert results[2]["fields"] == {
        "phone": {"base": "+821099999999", "yours": "+821011112222", "server": "+821012345678"}
    }
    snapshot = tablet.get("/sync/snapshot").get_json()
    changes_seen = tablet.pull(snapshot["cursor"])["changes"]
    row = next(change["row"] for change in changes_seen if change["id"] == register["id"])
    assert (row["name"], row["phone"], row["cards"]) == ("이서윤", "+821012345678", ["88001234"])
    assert row["last_purchase_on"] == "2026-11-20"
    assert row["last_basket"] == [["A1", 1, 10_000]]
    assert len(row["sms_senders"]) == 1


def test_consents_that_cannot_be_read_reject_the_registration_by_name(tablet: Tablet) -> None:
    register = {
        "id": new_id(),
        "kind": "customer.register",
        "at": "2026-11-20T10:00:00Z",
        "seq": 1,
        "data": {"name": "이서연", "consents": [{"purpose": "marketing", "granted": True}]},
    }
    (result,) = tablet.push(register)
    assert result["status"] == "rejected"
    assert "consents.0" in result["message"]
