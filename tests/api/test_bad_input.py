"""What nobody should send, sent to the main endpoints: each answer is a problem document that says what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backend.core.db import unit_of_work
from backend.core.ids import new_id
from tests import factories

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

LONG = "가" * 5_000
NOBODY = "/api/v1/customers/0190a000-0000-7000-8000-000000000000"
SALE: dict[str, Any] = {
    "customer_id": None,
    "lines": [{"sku": "A1", "quantity": 1, "amount": 10_000}],
    "currency": "KRW",
    "occurred_at": "2026-11-20T10:00:00+09:00",
}
LINE: dict[str, Any] = SALE["lines"][0]


def assert_problem(response: Any, *statuses: int) -> dict[str, Any]:
    """The answer is a problem document with one of the statuses; returned."""
    assert response.status_code in statuses, response.get_data(as_text=True)
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    assert body["status"] == response.status_code
    assert body["code"]
    assert body["detail"]
    return body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"login": 1, "password": []}',
        b'{"login": "x"}',
        b"[" * 5_000,
    ],
)
def test_a_sign_in_that_cannot_be_read_is_refused(client: FlaskClient, body: bytes) -> None:
    assert_problem(client.post("/api/v1/session", data=body, content_type="application/json"), 400, 422)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=-1", "limit=201", "limit=ten", "limit=1e3", "after=%00", "after=zzz", f"q={'x' * 3000}"],
)
def test_a_list_that_is_asked_for_wrongly_is_refused(client: FlaskClient, sign_in: Any, query: str) -> None:
    sign_in(role="admin")
    for path in ("customers", "products", "sales"):
        response = client.get(f"/api/v1/{path}?{query}")
        # Only customers and products are searched by words.
        if not (query.startswith("q=") and response.status_code == 200):
            assert_problem(response, 422)


@pytest.mark.parametrize("customer", ["1", "x" * 300, "%00", "0190a000-0000-7000-8000-000000000000", "\u202e"])
def test_a_customer_who_is_none_is_not_found(client: FlaskClient, sign_in: Any, customer: str) -> None:
    sign_in(role="admin")
    for rest in ("", "/consents", "/notes", "/messages"):
        assert_problem(client.get(f"/api/v1/customers/{customer}{rest}"), 404, 422)


@pytest.mark.parametrize(
    "template",
    [
        {},
        {"name": "", "language": "ko", "purpose": "service", "body": "x"},
        {"name": "x", "language": "tlh", "purpose": "service", "body": "x"},
        {"name": "x", "language": "ko", "purpose": "spam", "body": "x"},
        {"name": "x", "language": "ko", "purpose": "service", "body": ""},
        {"name": "x", "language": "ko", "purpose": "service", "body": "{% for %}"},
        {"name": "x", "language": "ko", "purpose": "service", "body": LONG * 10},
        {"name": "x", "language": "ko", "purpose": "service", "body": "x", "admin": True},
        {"name": ["x"], "language": {}, "purpose": 1, "body": None},
    ],
)
def test_a_template_that_cannot_be_one_is_refused_by_field(
    client: FlaskClient, sign_in: Any, template: dict[str, Any]
) -> None:
    sign_in(role="marketer")
    assert assert_problem(client.post("/api/v1/templates", json=template), 422)["errors"]


@pytest.mark.parametrize("body", [{}, {"template": 5}, {"template": "none"}, {"template": None}, [], {"fields": "x"}])
def test_a_text_that_cannot_be_made_is_refused(client: FlaskClient, sign_in: Any, body: Any) -> None:
    sign_in(role="admin")
    with unit_of_work():
        customer = factories.customer()
    for path in ("texts", "texts/preview"):
        assert_problem(client.post(f"/api/v1/customers/{customer.id}/{path}", json=body), 404, 422)
        assert_problem(client.post(f"{NOBODY}/{path}", json=body), 404, 422)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"mutations": 1}',
        b'{"mutations": [{}]}',
        b'{"mutations": [{"id": 1}]}',
        b'{"mutations": [1]}',
        b"[" * 5_000,
    ],
)
def test_a_push_that_is_none_is_refused_whole(tablet: Tablet, body: bytes) -> None:
    assert_problem(tablet.post("/sync/push", data=body, content_type="application/json"), 422)


def test_a_push_of_more_than_two_hundred_is_refused_whole(tablet: Tablet) -> None:
    many = [{"id": new_id(), "kind": "sale.log", "data": SALE} for _ in range(201)]
    assert_problem(tablet.post("/sync/push", json={"mutations": many}), 422)


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "sale.log", "data": None},
        {"kind": "sale.log", "data": []},
        {"kind": "sale.log", "data": SALE | {"lines": "none"}},
        {"kind": "sale.log", "data": SALE | {"lines": [LINE | {"quantity": 10**30}]}},
        {"kind": "sale.log", "data": SALE | {"lines": [LINE | {"amount": 1.5}]}},
        {"kind": "sale.log", "data": SALE | {"currency": "won"}},
        {"kind": "sale.log", "data": SALE | {"occurred_at": "yesterday"}},
        {"kind": "sale.log", "data": SALE | {"surprise": 1}},
        {"kind": "sale.log", "data": SALE | {"note": "\u0000"}},
        {"kind": "sale.log", "data": SALE | {"note": LONG}},
        {"kind": "customer.register", "data": {"name": ""}},
        {"kind": "customer.register", "data": {"name": "김민지", "phone": "not a phone"}},
        {"kind": "customer.edit", "data": {"customer_id": "none", "changes": {}}},
        {"kind": "consent.record", "data": {"customer_id": new_id(), "purpose": "anything"}},
        {"kind": "note.add", "data": {"customer_id": new_id(), "text": ""}},
        {"kind": "no.such.kind", "data": {}},
        {"kind": 7, "data": {}},
        {"data": {}},
        {},
    ],
)
def test_what_is_wrong_with_one_record_is_said_of_that_record_alone(tablet: Tablet, bad: dict[str, Any]) -> None:
    with unit_of_work():
        factories.product(sku="A1")
    good = {"id": new_id(), "kind": "sale.log", "at": "2026-11-20T10:00:01+09:00", "seq": 1, "data": SALE}
    first, wrong, last = tablet.push(good, {"id": new_id(), "at": "now", "seq": "x"} | bad, good | {"id": new_id()})
    assert (first["status"], wrong["status"], last["status"]) == ("applied", "rejected", "applied")
    assert wrong["code"]
    assert wrong["message"]


@pytest.mark.parametrize(
    "query", ["", "cursor=", "cursor=x", "cursor=%00", "cursor=e30", f"cursor={'A' * 4000}", "limit=5001"]
)
def test_a_pull_from_nowhere_is_refused(tablet: Tablet, query: str) -> None:
    assert_problem(tablet.get(f"/sync/pull?{query}"), 422)


@pytest.mark.parametrize("block", ["0", "f" * 64, "../../etc/passwd", "F" * 64, "%F0%9F%92%A9"])
def test_a_block_that_is_none_is_not_found(tablet: Tablet, block: str) -> None:
    assert_problem(tablet.get(f"/sync/blocks/{block}"), 404)
