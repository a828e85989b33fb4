"""Flagged sales wait for the store's manager, who looks at them and may take that back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backend.core.db import unit_of_work
from backend.core.ids import new_id
from backend.sales import access
from tests import factories, plans
from tests.sales.test_sales import sale

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import Tablet


def listed(client: FlaskClient, **query: str) -> list[str]:
    answer = client.get("/api/v1/sales", query_string=query)
    assert answer.status_code == 200, answer.get_json()
    return [item["id"] for item in answer.get_json()["items"]]


def waiting(client: FlaskClient) -> int:
    count: int = client.get("/api/v1/attention").get_json()["sales"]
    return count


def test_flagged_sales_are_listed_until_somebody_looked_at_them(
    client: FlaskClient, sign_in: Any, tablet: Tablet
) -> None:
    with unit_of_work():
        factories.product(sku="A1")
    plain, odd, odder = sale(), sale(lines=[{"sku": "A1", "quantity": 1, "amount": 1}]), sale(customer_id="nobody")
    tablet.push(plain, odd, odder)
    sign_in(role="manager", store_id=tablet.store_id)
    assert listed(client, flagged="open") == [odder["id"], odd["id"]]
    assert waiting(client) == 2
    address = f"/api/v1/sales/{odd['id']}/review"
    reviewed = client.post(address, json={"note": "직원 할인"}).get_json()
    assert (reviewed["flags"], reviewed["review_note"]) == (["price_differs"], "직원 할인")
    assert reviewed["reviewed_at"]
    assert (listed(client, flagged="open"), listed(client, flagged="reviewed")) == ([odder["id"]], [odd["id"]])
    assert waiting(client) == 1
    assert client.delete(address).get_json()["reviewed_at"] is None
    assert listed(client, flagged="open") == [odder["id"], odd["id"]]
    # What is not odd needs no look.
    assert client.post(f"/api/v1/sales/{plain['id']}/review", json={}).status_code == 404


def test_a_manager_sees_the_own_store_s_and_an_admin_all(client: FlaskClient, sign_in: Any, make_tablet: Any) -> None:
    here, there = make_tablet(), make_tablet()
    ours, theirs = sale(), sale()
    here.push(ours)
    there.push(theirs)
    sign_in(role="manager", store_id=here.store_id)
    assert (listed(client, flagged="open"), waiting(client)) == ([ours["id"]], 1)
    for unknown in (theirs["id"], "nothing"):
        assert client.post(f"/api/v1/sales/{unknown}/review", json={}).status_code == 404
        assert client.delete(f"/api/v1/sales/{unknown}/review").status_code == 404
    sign_in(role="admin")
    assert (set(listed(client, flagged="open")), waiting(client)) == ({ours["id"], theirs["id"]}, 2)


@pytest.mark.parametrize("role", ["associate", "marketer"])
def test_others_review_nothing(client: FlaskClient, sign_in: Any, tablet: Tablet, role: str) -> None:
    entry = sale()
    tablet.push(entry)
    sign_in(role=role, store_id=tablet.store_id)
    assert client.get("/api/v1/sales?flagged=open").status_code == 403
    assert client.post(f"/api/v1/sales/{entry['id']}/review", json={}).status_code == 403
    assert waiting(client) == 0
    assert listed(client) == [entry["id"]]


def test_flagged_sales_are_found_by_their_own_index(app: Any) -> None:
    with app.app_context():
        # In whatever order: in a table this small the index of a store's sales is as short a way.
        query = access.sales(flagged="open", at_store=new_id()).order_by(None)
        assert "ix_sale_flagged" in plans.steps(query, without=["ix_sale_store"])
