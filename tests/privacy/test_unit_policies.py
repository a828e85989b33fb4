"""A business unit that keeps its own: the others' people reach none of it, by no address and by no id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer, CustomerFacts
from backend.organization import BusinessUnit, hash_password
from backend.sales import policies
from backend.sync.models import EditConflict
from tests import factories
from tests.privacy.planted import mutation
from tests.privacy.walked import message_to, spellings

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

PASSWORD = "a long password"
SECRET = "비밀이 많은 손님"
PHONE = "+821066654321"


@dataclass(frozen=True)
class House:
    """Two units: A keeps its own, B asks. `hers` is A's alone, `both` buys at both."""

    a: Tablet
    b: Tablet
    hers: str
    both: str
    a_sale: str
    b_sale: str
    message: str


def bought(customer_id: str, *, day: str, note: str) -> dict[str, Any]:
    line = {"sku": "A1", "quantity": 1, "amount": 10_000}
    at = f"{day}T10:00:00+09:00"
    return mutation("sale.log", customer_id=customer_id, lines=[line], currency="KRW", occurred_at=at, note=note)


@pytest.fixture
def house(app: Flask, make_tablet: Any, tablet: Tablet) -> House:
    del app
    a, b = tablet, make_tablet()
    with unit_of_work():
        factories.product(sku="A1")
        hers = factories.customer(
            name="남궁별하", phone=PHONE, memo=SECRET, home_store_id=a.store_id, cards=["990011"]
        ).id
        both = factories.customer(name="서하린", home_store_id=b.store_id).id
    secret = bought(both, day="2026-11-18", note=SECRET)
    b_sale = bought(both, day="2026-11-10", note="열린 구매")
    a.push(secret, bought(hers, day="2026-11-18", note=SECRET), mutation("note.add", customer_id=both, text=SECRET))
    b.push(b_sale, mutation("note.add", customer_id=both, text="열린 메모"))
    with unit_of_work():
        message = message_to(db.session.get_one(Customer, both), "delivered")
        message.store_id, message.body = a.store_id, SECRET
    return House(a, b, hers, both, secret["id"], b_sale["id"], message.id)


def keep(house: House, client: FlaskClient, sign_in: Any) -> None:
    """An admin has unit A keep its own."""
    sign_in(role="admin")
    unit = house.a.device.store.business_unit_id
    answer = client.patch(f"/api/v1/business-units/{unit}", json={"shares": "own"})
    assert answer.status_code == 200, answer.get_json()
    assert answer.get_json()["applying"] is True
    policies.apply()
    db.session.expire_all()
    assert not db.session.get_one(BusinessUnit, unit).applying


def as_person(client: FlaskClient, role: str, store_id: str) -> FlaskClient:
    with unit_of_work():
        person = factories.staff(role=role, store_id=store_id, password=hash_password(PASSWORD))
    assert client.post("/api/v1/session", json={"login": person.login, "password": PASSWORD}).status_code == 200
    return client


ADDRESSES = (
    "customers", "customers?q=남궁", "customers?q=4321", "customers?q=990011", "customers/search?q=4321",
    "customers/search?q=남궁", "customers/search?q=990011", "customers/{hers}", "customers/{hers}/consents",
    "customers/{hers}/notes", "customers/{hers}/messages", "customers/{both}", "customers/{both}/notes",
    "customers/{both}/messages", "sales", "sales?customer={both}", "sales?customer={hers}", "sales?store={a_code}",
    "sales/{a_sale}", "messages", "messages?customer={both}", "messages/{message}", "conflicts", "sync/snapshot",
)  # fmt: skip
UNKNOWN = ("customers/{hers}", "sales/{a_sale}", "messages/{message}")


def filled(address: str, house: House) -> str:
    values = vars(house) | {"a_code": house.a.device.store.code}
    return f"/api/v1/{address.format(**values)}"


@pytest.mark.parametrize("role", ["associate", "manager", "device"])
def test_what_a_unit_keeps_is_reached_from_no_other(house: House, client: FlaskClient, sign_in: Any, role: str) -> None:
    keep(house, client, sign_in)
    if role != "device":
        as_person(client, role, house.b.store_id)
    for address in ADDRESSES:
        path = filled(address, house)
        answer = house.b.get(path.removeprefix("/api/v1")) if role == "device" else client.get(path)
        text = answer.get_data(as_text=True)
        told = [secret for secret in (SECRET, "남궁별하", *spellings(PHONE)) if secret in text]
        assert told == [], f"{role} reads {told} at {address}"
        if address.startswith(UNKNOWN):
            assert answer.status_code == 404, address
    if role == "device":
        return
    for address in ("texts", "texts/preview"):
        wanted = {"template": "hello", "fields": {}}
        assert client.post(f"/api/v1/customers/{house.hers}/{address}", json=wanted).status_code == 404
    preview = {"body": "{{ customer.name }}", "purpose": "service", "language": "ko", "customer_id": house.hers}
    assert client.post("/api/v1/templates/preview", json=preview).status_code == 404
    if role == "manager":
        assert client.post(f"/api/v1/messages/{house.message}/cancel").status_code == 404
        assert client.post(f"/api/v1/sales/{house.a_sale}/review", json={}).status_code == 404


def test_what_is_pushed_about_a_hidden_member_is_about_nobody(house: House, client: FlaskClient, sign_in: Any) -> None:
    keep(house, client, sign_in)
    data = {"purpose": "privacy", "granted": True, "wording_version": "2026-01", "occurred_at": "2026-11-20T10:00:00Z"}
    results = house.b.push(
        mutation("customer.edit", customer_id=house.hers, changes={"memo": {"from": "x", "to": "y"}}),
        mutation("note.add", customer_id=house.hers, text="메모"),
        mutation("consent.record", customer_id=house.hers, **data),
    )
    assert [(each["status"], each["code"]) for each in results] == [("rejected", "unknown_customer")] * 3
    assert db.session.query(EditConflict).count() == 0


def test_its_own_people_head_office_and_the_shared_part_see_it(house: House, client: FlaskClient, sign_in: Any) -> None:
    keep(house, client, sign_in)
    assert client.get(f"/api/v1/customers/{house.hers}").status_code == 200
    as_person(client, "associate", house.a.store_id)
    assert client.get(f"/api/v1/customers/{house.hers}").get_json()["memo"] == SECRET
    assert client.get(f"/api/v1/sales/{house.a_sale}").get_json()["note"] == SECRET
    as_person(client, "associate", house.b.store_id)
    assert client.get(f"/api/v1/customers/{house.both}").get_json()["name"] == "서하린"
    sales = client.get(f"/api/v1/sales?customer={house.both}").get_json()["items"]
    assert [each["id"] for each in sales] == [house.b_sale]
    notes = client.get(f"/api/v1/customers/{house.both}/notes").get_json()["items"]
    assert [each["text"] for each in notes] == ["열린 메모"]
    as_person(client, "marketer", house.a.store_id)


def test_kept_purchases_are_no_part_of_the_facts_on_tablets_until_they_are_shared_again(
    house: House, client: FlaskClient, sign_in: Any
) -> None:
    def last() -> str:
        db.session.expire_all()
        return str(db.session.get_one(CustomerFacts, house.both).last_purchase_on)

    assert last() == "2026-11-18"
    keep(house, client, sign_in)
    assert last() == "2026-11-10"
    house.a.push(bought(house.both, day="2026-11-20", note=""))
    assert last() == "2026-11-10"
    house.b.push(bought(house.both, day="2026-11-19", note=""))
    assert last() == "2026-11-19"
    unit = house.a.device.store.business_unit_id
    client.patch(f"/api/v1/business-units/{unit}", json={"shares": "all"})
    policies.apply()
    assert last() == "2026-11-20"


def test_no_tablet_of_another_unit_holds_everybody(
    house: House, client: FlaskClient, sign_in: Any, make_tablet: Any
) -> None:
    everybody = make_tablet(store=house.b.device.store, scope="all")
    sign_in(role="admin")
    address = f"/api/v1/business-units/{house.a.device.store.business_unit_id}"
    refused = client.patch(address, json={"shares": "own"})
    assert (refused.status_code, "1 tablet(s)" in refused.get_json()["detail"]) == (409, True)
    client.post(f"/api/v1/tablets/{everybody.device.id}/revoke", json={})
    assert client.patch(address, json={"shares": "own"}).status_code == 200
    wish = {"store": house.b.device.store.code, "staff": house.b.device.staff.login, "scope": "all", "reason": "본점"}
    code = client.post("/api/v1/tablets/codes", json=wish).get_json()["code"]
    answer = client.post("/api/v1/tablets/enrol", json={"code": code})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["scope"])


def test_only_an_admin_sets_a_policy_and_of_a_unit_that_there_is(
    house: House, client: FlaskClient, sign_in: Any
) -> None:
    sign_in(role="admin")
    assert client.patch(f"/api/v1/business-units/{new_id()}", json={"shares": "own"}).status_code == 404
    as_person(client, "manager", house.a.store_id)
    address = f"/api/v1/business-units/{house.a.device.store.business_unit_id}"
    assert client.patch(address, json={"shares": "own"}).status_code == 403
