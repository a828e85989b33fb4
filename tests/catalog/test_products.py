"""GET /products, and the articles on the tablets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from backend.catalog import Product
from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from tests import factories

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


@pytest.fixture
def shelf() -> list[str]:
    """Five articles; returns their ids by name."""
    with unit_of_work():
        unit = factories.unit(code="DF")
        factories.product(
            sku="S1", name="가람온 토너", name_latin="Garamon Toner", brand="가람온", business_unit_id=unit.id
        )
        factories.product(
            sku="S2", name="가람온 크림", name_latin="Garamon Cream", brand="가람온", barcode="2900000000018"
        )
        factories.product(sku="S3", name="윤슬담 향수", name_latin="Yunseuldam EDP", brand="윤슬담", price=None)
        factories.product(sku="S4", name="100% 순면 수건", brand=None)
        factories.product(sku="S5", name="100점 수건", brand=None)
    return [product.id for product in db.session.query(Product).order_by(Product.name, Product.id)]


def items(client: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    """The items of one page."""
    answer = client.get("/api/v1/products", query_string=query)
    assert answer.status_code == 200, answer.get_json()
    found: list[dict[str, Any]] = answer.get_json()["items"]
    return found


def test_articles_need_a_sign_in(client: FlaskClient) -> None:
    assert client.get("/api/v1/products").status_code == 401
    assert client.get(f"/api/v1/products/{new_id()}").status_code == 401


def test_pages_by_name_hold_each_article_once(client: FlaskClient, sign_in: Any, shelf: list[str]) -> None:
    sign_in()
    seen: list[str] = []
    after = None
    while True:
        query = {"limit": 2} | ({"after": after} if after else {})
        page = client.get("/api/v1/products", query_string=query).get_json()
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == shelf


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("q", "skus"),
    [
        ("가람", {"S1", "S2"}),
        ("garamon c", {"S2"}),
        ("윤슬담", {"S3"}),
        ("S1", {"S1"}),
        ("2900000000018", {"S2"}),
        ("100%", {"S4"}),
        ("_", set()),
        ("  ", {"S1", "S2", "S3", "S4", "S5"}),
    ],
)
def test_search_by_name_brand_code_and_barcode(client: FlaskClient, sign_in: Any, q: str, skus: set[str]) -> None:
    sign_in()
    assert {item["sku"] for item in items(client, q=q)} == skus


def test_one_article(client: FlaskClient, sign_in: Any, shelf: list[str]) -> None:
    sign_in()
    found = next(item for item in items(client) if item["sku"] == "S1")
    assert client.get(f"/api/v1/products/{found['id']}").get_json() == found
    assert (found["business_unit"], found["price"], found["currency"]) == ("DF", 10_000, "KRW")
    assert len(shelf) == 5


@pytest.mark.parametrize("product_id", ["00000000-0000-7000-8000-000000000000", "nonsense", "%20"])
def test_an_unknown_article_is_not_found(client: FlaskClient, sign_in: Any, product_id: str) -> None:
    sign_in()
    answer = client.get(f"/api/v1/products/{product_id}")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"after": "nonsense"}, {"q": "x" * 61}])
def test_a_query_that_cannot_be_read_is_named(client: FlaskClient, sign_in: Any, query: dict[str, Any]) -> None:
    sign_in()
    answer = client.get("/api/v1/products", query_string=query)
    assert answer.status_code == 422
    assert next(iter(query)) in answer.get_json()["errors"]


def test_a_page_costs_the_same_statements_however_long(app: Flask, client: FlaskClient, sign_in: Any) -> None:
    sign_in()
    with unit_of_work():
        unit = factories.unit()
        for _ in range(60):
            factories.product(business_unit_id=unit.id)
    db.session.remove()
    counts = []
    for limit in (2, 50):
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any, seen: list[str] = seen) -> None:
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        items(client, limit=limit)
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert app.extensions


def test_a_new_article_reaches_the_tablets(tablet: Any) -> None:
    cursor = tablet.get("/sync/snapshot").get_json()["cursor"]
    with unit_of_work():
        made = factories.product(sku="NEW", name="새 상품", barcode="2900000000025")
    changes = [change for change in tablet.pull(cursor)["changes"] if change["collection"] == "products"]
    assert [change["row"] for change in changes] == [
        {
            "id": made.id,
            "sku": "NEW",
            "barcode": "2900000000025",
            "name": "새 상품",
            "name_latin": None,
            "brand": None,
            "category": None,
            "price": 10_000,
            "currency": "KRW",
            "business_unit": None,
        }
    ]
