"""Several numbers, cards of every kind, an e-mail, a Han name: edited at a desk, found, merged, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.core.audit import SYSTEM, AuditEntry
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer, CustomerPhone, find_one, get_customer
from backend.customers.rules import is_payment_card
from backend.privacy import service as privacy
from backend.sync import prepare_scope
from backend.unify import merges
from backend.unify.duplicates import DuplicatePair, find_on_arrival
from tests import factories
from tests.sync.copy import fresh, replay

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

FIRST, SECOND, THIRD = "+821011110001", "+821022220002", "+82233330003"


@pytest.fixture
def member(app: Any) -> Customer:
    with app.app_context(), unit_of_work():
        return factories.customer(name="김민지", phone=FIRST)


@pytest.fixture
def desk(client: FlaskClient, sign_in: Any) -> FlaskClient:
    sign_in(role="admin")
    return client


def add(desk: FlaskClient, member: Customer, **data: Any) -> Any:
    return desk.post(f"/api/v1/customers/{member.id}/phones", json=data)


def edit(desk: FlaskClient, member: Customer, **changes: tuple[Any, Any]) -> Any:
    body = {name: {"from": before, "to": after} for name, (before, after) in changes.items()}
    return desk.patch(f"/api/v1/customers/{member.id}", json={"changes": body})


def test_a_further_number_is_shown_found_and_made_the_main_one(desk: FlaskClient, member: Customer) -> None:
    made = add(desk, member, phone="010-2222-0002", kind="work", note="비서")
    assert made.status_code == 201, made.get_json()
    (shown,) = made.get_json()["phones"]
    assert (shown["phone"], shown["kind"], shown["note"]) == (SECOND, "work", "비서")
    for query in ("010-2222-0002", "0002"):
        for path in ("customers", "customers/search"):
            (found,) = desk.get(f"/api/v1/{path}", query_string={"q": query}).get_json()["items"]
            assert found["id"] == member.id
    assert find_one("010-2222-0002").id == member.id
    changed = desk.post(f"/api/v1/customers/{member.id}/phones/{shown['id']}/main").get_json()
    assert (changed["phone"], [each["phone"] for each in changed["phones"]]) == (SECOND, [FIRST])
    (other,) = changed["phones"]
    relabelled = desk.patch(f"/api/v1/customers/{member.id}/phones/{other['id']}", json={"kind": "home"}).get_json()
    assert [each["kind"] for each in relabelled["phones"]] == ["home"]
    gone = desk.delete(f"/api/v1/customers/{member.id}/phones/{other['id']}").get_json()
    assert (gone["phone"], gone["phones"]) == (SECOND, [])
    details = db.session.scalars(
        select(AuditEntry.detail).where(AuditEntry.action == "customer.edit").order_by(AuditEntry.id)
    ).all()
    assert details == [{"fields": [name]} for name in ("phones", "phone", "phones", "phones")]


def test_a_number_stands_once_whichever_it_is(desk: FlaskClient, member: Customer) -> None:
    add(desk, member, phone=SECOND)
    for again in (FIRST, SECOND):
        refused = add(desk, member, phone=again)
        assert (refused.status_code, "phone" in refused.get_json()["errors"]) == (422, True)
    assert edit(desk, member, phone=(FIRST, SECOND)).status_code == 200
    assert db.session.scalars(select(CustomerPhone)).all() == [], "the main number is no further one"


def test_the_first_number_of_all_is_the_main_one(desk: FlaskClient) -> None:
    with unit_of_work():
        member = factories.customer(phone=None)
    shown = add(desk, member, phone=SECOND).get_json()
    assert (shown["phone"], shown["phones"]) == (SECOND, [])


@pytest.mark.parametrize("rest", ["phones/nonsense/main", "phones/0190a000-0000-7000-8000-000000000000/main"])
def test_a_number_of_nobody_is_not_found(desk: FlaskClient, member: Customer, rest: str) -> None:
    assert desk.post(f"/api/v1/customers/{member.id}/{rest}").status_code == 404


def test_somebody_elses_number_cannot_be_reached(desk: FlaskClient, member: Customer) -> None:
    with unit_of_work():
        other = factories.customer()
        db.session.add(CustomerPhone(customer_id=other.id, phone=SECOND))
    (theirs,) = db.session.scalars(select(CustomerPhone.id))
    assert desk.delete(f"/api/v1/customers/{member.id}/phones/{theirs}").status_code == 404


def test_tablets_hold_the_other_numbers_and_the_han_name(tablet: Tablet, client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        member = factories.customer(home_store_id=tablet.store_id, phone=FIRST)
    prepare_scope(tablet.device.scope)
    rows, cursor = fresh(tablet)
    sign_in(role="manager")
    add(client, member, phone=SECOND)
    edit(client, member, name_han=(None, "金旼志"), email=(None, "Minji@Example.COM"))
    replay(tablet, rows, cursor)
    row = rows["customers"][member.id]
    assert (row["phones"], row["name_han"], "email" in row) == ([SECOND], "金旼志", False)
    again, cursor = fresh(tablet)
    replay(tablet, again, cursor)
    assert again == rows


def test_cards_say_what_they_are(desk: FlaskClient, member: Customer, tablet: Tablet) -> None:
    with unit_of_work():
        unit = factories.unit(code="HOTEL", name="호텔 온", name_latin="Hotel On")
        db.session.get_one(Customer, member.id).home_store_id = tablet.store_id
    prepare_scope(tablet.device.scope)
    path = f"/api/v1/customers/{member.id}/cards"
    for card in (
        {"number": "H-77", "kind": "unit", "business_unit": unit.code},
        {"number": "tok_91ab", "kind": "bank", "issuer": "가람은행"},
        {"number": "AA-1234", "kind": "foreign", "issuer": "Skyward"},
    ):
        assert desk.post(path, json=card).status_code == 201
    shown = desk.get(f"/api/v1/customers/{member.id}").get_json()
    assert [(card["number"], card["kind"], card["issuer"], card["business_unit"]) for card in shown["memberships"]] == [
        ("AA-1234", "foreign", "Skyward", None),
        ("H-77", "unit", None, "HOTEL"),
        ("tok_91ab", "bank", "가람은행", None),
    ]
    assert [(card["unit"], card["unit_latin"]) for card in shown["memberships"]] == [
        (None, None),
        ("호텔 온", "Hotel On"),
        (None, None),
    ]
    rows, cursor = fresh(tablet)
    replay(tablet, rows, cursor)
    assert rows["customers"][member.id]["cards"] == ["AA-1234", "H-77"], "a bank's token is not in the copy"
    assert desk.delete(f"{path}/H-77").status_code == 200
    assert desk.delete(f"{path}/H-77").status_code == 404
    with unit_of_work():
        factories.customer(cards=["TAKEN"])
    assert desk.post(path, json={"number": "TAKEN"}).status_code == 409
    assert desk.delete(f"{path}/TAKEN").status_code == 404


@pytest.mark.parametrize("number", ["4111111111111111", "4111-1111-1111-1111", "378282246310005", "4222222222222"])
def test_the_number_of_a_payment_card_is_never_taken_for_a_token(
    desk: FlaskClient, member: Customer, number: str
) -> None:
    path = f"/api/v1/customers/{member.id}/cards"
    refused = desk.post(path, json={"number": number, "kind": "bank"})
    assert refused.status_code == 422
    assert "token" in refused.get_json()["errors"]["number"][0]
    assert number not in refused.get_data(as_text=True)
    assert desk.post(path, json={"number": number}).status_code == 422, "nor for a card of the own"


def test_a_card_of_the_own_may_keep_luhn_s_rule_but_a_token_may_not(desk: FlaskClient, member: Customer) -> None:
    path = f"/api/v1/customers/{member.id}/cards"
    number = "8800010000000012"
    assert is_payment_card(number)
    assert desk.post(path, json={"number": number, "kind": "bank"}).status_code == 422
    assert desk.post(path, json={"number": number}).status_code == 201


def test_the_token_of_a_bank_s_card_finds_its_holder_at_the_till(
    desk: FlaskClient, member: Customer, tablet: Tablet
) -> None:
    path = f"/api/v1/customers/{member.id}/cards"
    assert desk.post(path, json={"number": "tok_91ab", "kind": "bank", "issuer": "가람은행"}).status_code == 201
    answer = tablet.get("/customers/search", query_string={"q": "tok_91ab"})
    assert [row["id"] for row in answer.get_json()["items"]] == [member.id]
    assert desk.delete(f"{path}/tok_91ab").status_code == 200
    assert tablet.get("/customers/search", query_string={"q": "tok_91ab"}).get_json()["items"] == []


def test_an_edit_is_all_or_nothing_and_says_what_the_server_holds(desk: FlaskClient, member: Customer) -> None:
    done = edit(desk, member, email=(None, "minji@EXAMPLE.com"), birth_date=(None, "1990-03-02"))
    assert done.status_code == 200, done.get_json()
    assert (done.get_json()["email"], done.get_json()["birth_date"]) == ("minji@example.com", "1990-03-02")
    stale = edit(desk, member, birth_date=(None, "1991-03-02"), district=(None, "서울 중구"))
    assert (stale.status_code, stale.get_json()["code"]) == (409, "edited_meanwhile")
    assert stale.get_json()["fields"] == {"birth_date": {"base": None, "yours": "1991-03-02", "server": "1990-03-02"}}
    assert get_customer(member.id).district is None
    for field, value in (("email", "no address"), ("preferred_staff", "nobody"), ("points", 1)):
        refused = edit(desk, member, **{field: (None, value)})
        assert refused.status_code == 422, field
        assert any(field in name for name in refused.get_json()["errors"])
    (found,) = desk.get("/api/v1/customers", query_string={"q": "minji@example.com"}).get_json()["items"]
    assert found["id"] == member.id


def test_a_tablet_edits_what_its_copy_holds_only(tablet: Tablet) -> None:
    with unit_of_work():
        member = factories.customer()
    entry = {"kind": "customer.edit", "at": "2026-11-21T03:01:00Z", "seq": 1}
    changes = {"name_han": {"from": None, "to": "金旼志"}}
    (done,) = tablet.push(entry | {"id": new_id(), "data": {"customer_id": member.id, "changes": changes}})
    assert done["status"] == "applied"
    changes = {"email": {"from": None, "to": "a@example.com"}}
    (refused,) = tablet.push(entry | {"id": new_id(), "data": {"customer_id": member.id, "changes": changes}})
    assert (refused["status"], "from a tablet" in refused["message"]) == ("rejected", True)


def test_who_she_likes_to_be_served_by(desk: FlaskClient, member: Customer) -> None:
    with unit_of_work():
        person = factories.staff(name="한지우")
        left = factories.staff(active=False)
    shown = edit(desk, member, preferred_staff=(None, person.login)).get_json()
    assert shown["preferred_staff"] == {"login": person.login, "name": "한지우"}
    assert edit(desk, member, preferred_staff=(person.login, left.login)).status_code == 422


def test_merged_she_is_found_by_every_number_and_parted_each_has_her_own(app: Any) -> None:
    del app
    with unit_of_work():
        first = factories.customer(name="이수진", phone=FIRST, email="a@example.com")
        second = factories.customer(name="이수진", phone=SECOND, email="b@example.com", name_han="李秀珍")
        for person in (first, second):
            db.session.add(CustomerPhone(customer_id=person.id, phone=THIRD, kind="home"))
    before = numbers()
    merge_id = run_in_unit_of_work(
        lambda: merges.merge(first.id, second.id, take=("phone", "email"), acting_staff=SYSTEM).id
    )
    one = get_customer(first.id)
    assert (one.phone, one.email, one.name_han) == (SECOND, "b@example.com", "李秀珍")
    assert sorted(each.phone for each in one.phones) == [FIRST, THIRD]
    run_in_unit_of_work(lambda: merges.undo(merge_id, acting_staff=SYSTEM))
    assert numbers() == before
    assert (get_customer(first.id).email, get_customer(first.id).name_han) == ("a@example.com", None)


def numbers() -> dict[str, tuple[str | None, list[str]]]:
    db.session.rollback()
    return {
        row.id: (row.phone, sorted(each.phone for each in row.phones)) for row in db.session.scalars(select(Customer))
    }


def test_erased_none_of_her_numbers_is_left_but_those_that_somebody_shares(app: Any) -> None:
    del app
    with unit_of_work():
        first = factories.customer(phone=FIRST, email="a@example.com")
        db.session.add(CustomerPhone(customer_id=first.id, phone=SECOND))
        factories.customer(phone=SECOND)
    run_in_unit_of_work(lambda: privacy.erase(first.id, acting_staff=SYSTEM))
    assert db.session.scalars(select(CustomerPhone)).all() == []
    assert db.session.scalars(select(Customer.phone)).all() == [SECOND]


def test_a_second_registration_with_her_other_number_or_e_mail_is_a_possible_duplicate(desk: FlaskClient) -> None:
    with unit_of_work():
        member = factories.customer(name="남궁별하", phone=FIRST, email="star@example.com")
        db.session.add(CustomerPhone(customer_id=member.id, phone=SECOND))
        find_on_arrival(member.id)
    for data in ({"phone": SECOND}, {"email": "star@example.com"}):
        desk.post("/api/v1/customers", json={"name": "남궁별하"} | data)
    pairs = db.session.scalars(select(DuplicatePair)).all()
    reasons = [{reason["field"]: reason["agreement"] for reason in pair.reasons} for pair in pairs]
    assert any(each.get("phone") == "same" for each in reasons)
    assert any(each.get("email") == "same" for each in reasons)


def test_who_may_not_call_her_reads_no_number_and_no_address(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        member = factories.customer(phone=FIRST, email="a@example.com")
        db.session.add(CustomerPhone(customer_id=member.id, phone=SECOND))
    sign_in(role="associate", store_id=None)
    shown = client.get(f"/api/v1/customers/{member.id}").get_json()
    assert (shown["phone"], [each["phone"] for each in shown["phones"]], shown["email"]) == (
        "•••• 0001",
        ["•••• 0002"],
        None,
    )
    told = edit(client, member, email=("x@example.com", "b@example.com"))
    assert (told.status_code, "a@example.com" in told.get_data(as_text=True)) == (403, False)
    sign_in(role="marketer")
    assert edit(client, member, district=(None, "서울 중구")).status_code == 403
