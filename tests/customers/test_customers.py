"""Members over HTTP: lists that hide, cards whose view is recorded."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.core.audit import AccessEntry, AuditEntry
from backend.core.db import Base, db, unit_of_work
from backend.core.errors import NotFound
from backend.core.ids import new_id
from backend.customers import Card, Customer, StoreActivity, find_one
from backend.sync.retention import leave_scopes
from tests import factories

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import Tablet


def test_lists_mask_phones_and_page_by_key(client: FlaskClient, sign_in: Any) -> None:
    sign_in()
    with unit_of_work():
        made = {factories.customer(name=f"김{letter}").id for letter in "가나다라마"}
    seen: list[str] = []
    after = None
    while True:
        query = {"limit": "2"} | ({"after": after} if after else {})
        page = client.get("/api/v1/customers", query_string=query).get_json()
        assert all(item["phone"].startswith("••••") for item in page["items"])
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == 5
    assert set(seen) == made


@pytest.mark.parametrize("query", ["김민", "kim", "+82 10-1234-5678", "010-1234-5678", "5678", "8800-1"])
def test_a_search_finds_by_name_phone_last_four_and_card(client: FlaskClient, sign_in: Any, query: str) -> None:
    sign_in()
    with unit_of_work():
        wanted = factories.customer(name="김민지", name_latin="Kim Minji", phone="+821012345678", cards=["8800-1"])
        factories.customer(name="박서준", name_latin="Park Seojun", phone="+821099990000", cards=["8800-2"])
    found = client.get("/api/v1/customers", query_string={"q": query}).get_json()["items"]
    assert [item["id"] for item in found] == [wanted.id]


def test_a_percent_sign_is_a_character_and_not_a_wildcard(client: FlaskClient, sign_in: Any) -> None:
    sign_in()
    with unit_of_work():
        factories.customer()
    assert client.get("/api/v1/customers", query_string={"q": "%"}).get_json()["items"] == []


def test_opening_a_card_leaves_a_trace(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        place = factories.store()
        customer = factories.customer(cards=["77"], home_store_id=place.id)
    person = sign_in(store_id=place.id)
    card = client.get(f"/api/v1/customers/{customer.id}").get_json()
    assert (card["phone"], card["cards"]) == (customer.phone, ["77"])
    entry = db.session.execute(select(AccessEntry)).scalar_one()
    assert (entry.staff_id, entry.customer_id, entry.what) == (person.id, customer.id, "card")


def test_nobody_and_unknown_look_the_same(client: FlaskClient, sign_in: Any) -> None:
    assert client.get(f"/api/v1/customers/{new_id()}").status_code == 401
    sign_in()
    for wrong in (new_id(), "nonsense", "x" * 3000):
        assert client.get(f"/api/v1/customers/{wrong}").status_code == 404


def test_a_desk_registers_a_customer_and_the_audit_says_who(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        store = factories.store()
    person = sign_in(store_id=store.id)
    answer = client.post("/api/v1/customers", json={"name": "이서연", "phone": "010 2222 3333", "cards": ["A-1"]})
    assert answer.status_code == 201, answer.get_json()
    made = answer.get_json()
    assert (made["phone"], made["cards"], made["home_store"]) == ("+821022223333", ["A-1"], store.code)
    entry = db.session.execute(select(AuditEntry).where(AuditEntry.action == "customer.register")).scalar_one()
    assert (entry.staff_id, entry.subject_id) == (person.id, made["id"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a\u0007b"}, "name"),
        ({"name": "a", "phone": "call me"}, "phone"),
        ({"name": "a", "language": "tlh"}, "language"),
        ({"name": "a", "nationality": "kr"}, "nationality"),
        ({"name": "a", "birth_date": "1990-13-01"}, "birth_date"),
        ({"name": "a", "cards": ["no spaces, please"]}, "cards.0"),
        ({"name": "a", "cards": ["A-1", "4111-1111-1111-1111"]}, "cards.1"),
        ({"name": "a", "surprise": 1}, "surprise"),
    ],
)
def test_bad_input_names_the_field(client: FlaskClient, sign_in: Any, body: dict[str, Any], field: str) -> None:
    sign_in()
    answer = client.post("/api/v1/customers", json=body)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert field in answer.get_json()["errors"]
    assert db.session.execute(select(Customer)).first() is None


def test_a_tablet_s_member_is_taken_without_the_payment_card_whose_number_is_kept_nowhere(tablet: Tablet) -> None:
    number = "4111111111111111"
    data = {"name": "이서연", "cards": ["77", number]}
    entry = {"id": new_id(), "kind": "customer.register", "at": "2026-11-20T10:00:00Z", "seq": 1, "data": data}
    (result,) = tablet.push(entry)
    assert (result["status"], result["flags"]) == ("applied", ["payment_card"])
    assert db.session.scalars(select(Card.number)).all() == ["77"]
    kept = [
        row
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(select(*table.columns))
        if number in str(tuple(row))
    ]
    assert kept == []


def test_a_card_that_somebody_holds_stays_with_its_holder(tablet: Tablet) -> None:
    with unit_of_work():
        holder = factories.customer(cards=["77"], phone="+821012345678")
    entry = {
        "id": new_id(),
        "kind": "customer.register",
        "at": "2026-11-20T10:00:00Z",
        "seq": 1,
        "data": {"name": "이서연", "cards": ["77"], "phone": "010-1234-5678", "home_store": "nowhere"},
    }
    (result,) = tablet.push(entry)
    assert result["flags"] == ["card_taken", "possible_duplicate", "unknown_store"]
    assert find_one("77").id == holder.id
    with pytest.raises(NotFound, match="Several"):
        find_one("010-1234-5678")


def test_who_did_not_buy_for_two_years_leaves_the_store_s_tablets(tablet: Tablet) -> None:
    with unit_of_work():
        customer = factories.customer()
        db.session.add(StoreActivity(customer_id=customer.id, store_id=tablet.store_id, last_on=date(2020, 1, 1)))
    cursor = tablet.get("/sync/snapshot").get_json()["cursor"]
    assert [change["op"] for change in tablet.pull(cursor)["changes"] if change["id"] == customer.id] == ["put"]
    assert leave_scopes() == 1
    assert [change["op"] for change in tablet.pull(cursor)["changes"] if change["id"] == customer.id] == ["remove"]
