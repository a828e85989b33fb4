"""Two members become one, and two again: who has what, who is found, what tablets hold, what is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.consent import ConsentEntry
from backend.consent.service import states_by_sender
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.errors import Conflict, NotFound, ValidationFailed
from backend.core.ids import new_id
from backend.customers import Card, Customer, CustomerFacts, MergedCustomer, Preference, get_customer
from backend.loyalty import balance
from backend.privacy import service as privacy
from backend.sales import Sale
from backend.sync import prepare_scope, verify
from backend.unify import Merge, merges
from tests import factories
from tests.sales.test_sales import sale
from tests.sync.copy import fresh, replay

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from tests.conftest import Tablet


@pytest.fixture
def two(tablet: Tablet) -> tuple[Customer, Customer]:
    """이수진 twice: with a phone and a card, and with an e-mail-less second card, a birthday and a remark."""
    with unit_of_work():
        factories.product(sku="A1", price=None)
        first = factories.customer(name="이수진", home_store_id=tablet.store_id, cards=["8810000000000018"])
        second = factories.customer(
            name="LEE SUJIN", home_store_id=tablet.store_id, cards=["8820000000000017"], birth_date=date(1990, 3, 2)
        )
        second.memo = "창가 자리를 좋아하심"
        for person, points in ((first, 300), (second, 500)):
            factories.points(person.id, points)
            db.session.add(Preference(customer_id=person.id, kind="color", value="네이비"))
            person.facts.points = points
        db.session.add(Preference(customer_id=second.id, kind="size", value="240"))
    return first, second


def merged(first: str, second: str, *take: str) -> str:
    return run_in_unit_of_work(lambda: merges.merge(first, second, take=take, acting_staff=SYSTEM).id)


def undone(merge_id: str) -> Merge:
    run_in_unit_of_work(lambda: merges.undo(merge_id, acting_staff=SYSTEM))
    db.session.rollback()
    return merges.find(merge_id)


def buy(tablet: Tablet, whose: str, amount: int, **values: Any) -> dict[str, Any]:
    entry = sale(lines=[{"sku": "A1", "quantity": 1, "amount": amount}], customer_id=whose, **values)
    (result,) = tablet.push(entry)
    return result | {"sale": entry["id"]}


def image() -> dict[str, Any]:
    """Everything that is derived from a history or shown of it, for every customer that there is."""
    db.session.rollback()
    people = {
        row.id: {name: getattr(row, name) for name in merges.FIELDS} for row in db.session.scalars(select(Customer))
    }
    for facts in db.session.scalars(select(CustomerFacts)):
        names = ("points", "grade", "last_purchase_on", "last_basket", "purchase_gaps", "sms_senders", "night_senders")
        people[facts.customer_id] |= {name: getattr(facts, name) for name in names}
    for card in db.session.scalars(select(Card)):
        people[card.customer_id].setdefault("cards", set()).add((card.number, card.owner_id))
    for row in db.session.scalars(select(Preference)):
        people[row.customer_id].setdefault("preferences", set()).add((row.id, row.kind, row.value, row.owner_id))
    return people


def test_the_survivor_has_both_histories_and_what_she_lacked(tablet: Tablet, two: tuple[Customer, Customer]) -> None:
    first, second = (person.id for person in two)
    own, other = buy(tablet, first, 1_000)["sale"], buy(tablet, second, 2_000)["sale"]
    merged(first, second, "name_latin")
    one = get_customer(first)
    assert (one.name, one.birth_date, one.memo) == ("이수진", date(1990, 3, 2), "창가 자리를 좋아하심")
    assert [card.number for card in one.cards] == ["8810000000000018", "8820000000000017"]
    assert sorted((row.kind, row.value) for row in one.preferences) == [("color", "네이비"), ("size", "240")]
    assert (one.facts.points, balance(first)) == (800, 800)
    assert set(db.session.scalars(select(Sale.id).where(Sale.customer_id == first))) == {own, other}
    assert db.session.get(Customer, second) is None
    assert get_customer(second).id == first, "her id leads to the survivor"


def test_undoing_gives_each_what_is_hers(tablet: Tablet, two: tuple[Customer, Customer]) -> None:
    first, second = (person.id for person in two)
    buy(tablet, first, 1_000)
    buy(tablet, second, 2_000)
    before = image()
    done = undone(merged(first, second, "name", "phone"))
    assert image() == before
    assert done.undone_at is not None
    assert done.unclear == []
    assert db.session.get(MergedCustomer, second) is None
    assert verify.verify()["problems"] == []


def test_tablets_lose_the_merged_one_and_get_her_back(tablet: Tablet, two: tuple[Customer, Customer]) -> None:
    first, second = (person.id for person in two)
    prepare_scope(tablet.device.scope)
    rows, cursor = fresh(tablet)
    entry = merged(first, second)
    cursor = replay(tablet, rows, cursor)
    assert second not in rows["customers"]
    assert rows["customers"][first]["points"] == 800
    undone(entry)
    cursor = replay(tablet, rows, cursor)
    assert (rows["customers"][first]["points"], rows["customers"][second]["points"]) == (300, 500)
    there, newer = fresh(tablet)
    replay(tablet, there, newer)
    assert rows == there


def test_what_a_tablet_still_sends_for_the_merged_one_is_taken_and_hers_again_later(
    tablet: Tablet, two: tuple[Customer, Customer]
) -> None:
    first, second = (person.id for person in two)
    entry = merged(first, second)
    by_her = buy(tablet, second, 2_000, points_redeemed=100)
    assert by_her["flags"] == ["merged_customer"]
    note = {"id": new_id(), "kind": "note.add", "at": "2026-11-21T03:01:00Z", "seq": 3}
    (said,) = tablet.push(note | {"data": {"customer_id": second, "text": "전화 주세요"}})
    assert said["flags"] == ["merged_customer"]
    edit = {"id": new_id(), "kind": "customer.edit", "at": "2026-11-21T03:01:00Z", "seq": 4}
    (edited,) = tablet.push(
        edit | {"data": {"customer_id": second, "changes": {"district": {"from": None, "to": "중구"}}}}
    )
    assert edited["flags"] == ["merged_customer"]
    assert get_customer(first).district == "중구"
    by_survivor = buy(tablet, first, 5_000)["sale"]
    assert balance(first) == 700
    done = undone(entry)
    owners = {row.id: row.customer_id for row in db.session.execute(select(Sale.id, Sale.customer_id))}
    assert owners == {by_her["sale"]: second, by_survivor: first}
    assert (balance(first), balance(second)) == (300, 400)
    assert done.unclear == [["sale", by_survivor]], "it may have been the other one's"


def test_an_edit_since_stays_and_the_other_fields_go_back(tablet: Tablet, two: tuple[Customer, Customer]) -> None:
    first, second = (person.id for person in two)
    entry = merged(first, second, "name")
    edit = {"id": new_id(), "kind": "customer.edit", "at": "2026-11-21T03:01:00Z", "seq": 4}
    changes = {"name": {"from": "LEE SUJIN", "to": "이수진"}}
    tablet.push(
        edit | {"data": {"customer_id": first, "changes": {"memo": {"from": "창가 자리를 좋아하심", "to": "새 메모"}}}}
    )
    undone(entry)
    assert (get_customer(first).name, get_customer(first).memo) == ("이수진", "새 메모")
    assert get_customer(second).memo == "창가 자리를 좋아하심"
    again = merged(first, second, "name")
    changes = {"name": {"from": "LEE SUJIN", "to": "이수진"}}
    tablet.push(edit | {"id": new_id(), "data": {"customer_id": first, "changes": changes}})
    undone(again)
    assert get_customer(first).name == "이수진"


def consent(whose: str, *, granted: bool) -> dict[str, Any]:
    data = {"customer_id": whose, "purpose": "marketing", "channel": "sms", "granted": granted}
    said = {"wording_version": "marketing-sms-2026-11", "occurred_at": "2026-11-21T03:00:00Z"}
    return {"id": new_id(), "kind": "consent.record", "at": "2026-11-21T03:01:00Z", "seq": 5, "data": data | said}


@pytest.mark.parametrize("named", [0, 1])
def test_a_refusal_while_they_were_one_stays_on_both(
    tablet: Tablet, two: tuple[Customer, Customer], named: int
) -> None:
    ids = [person.id for person in two]
    tablet.push(consent(ids[0], granted=True), consent(ids[1], granted=True))
    entry = merged(*ids)
    tablet.push(consent(ids[named], granted=False))
    assert get_customer(ids[0]).facts.sms_senders == []
    undone(entry)
    for person in ids:
        (state,) = states_by_sender(person).values()
        assert not state.granted
        assert get_customer(person).facts.sms_senders == []
    again = merged(*ids)
    undone(again)
    refusals = select(ConsentEntry.customer_id).where(ConsentEntry.granted.is_(False))
    assert sorted(db.session.execute(refusals).scalars()) == sorted(ids), "once each, however often they are parted"


def test_who_joined_after_a_refusal_did_not_refuse(tablet: Tablet, two: tuple[Customer, Customer]) -> None:
    first, second = (person.id for person in two)
    with unit_of_work():
        third = factories.customer(home_store_id=tablet.store_id).id
    inner = merged(first, second)
    tablet.push(consent(second, granted=False))
    later = merged(first, third)
    undone(inner)
    undone(later)
    refused = select(ConsentEntry.customer_id).where(ConsentEntry.granted.is_(False))
    assert sorted(db.session.execute(refused).scalars()) == sorted([first, second])


def test_a_refusal_before_is_the_refusers_alone_again(tablet: Tablet, two: tuple[Customer, Customer]) -> None:
    first, second = (person.id for person in two)
    tablet.push(consent(first, granted=True), consent(second, granted=False))
    entry = merged(first, second)
    assert get_customer(first).facts.sms_senders == []
    undone(entry)
    assert len(get_customer(first).facts.sms_senders) == 1


def test_a_later_merge_is_named_when_it_has_to_be_undone_before(tablet: Tablet, two: tuple[Customer, Customer]) -> None:
    first, second = (person.id for person in two)
    with unit_of_work():
        third = factories.customer(home_store_id=tablet.store_id, cards=["8830000000000016"]).id
    inner = merged(first, second)
    outer = merged(third, first)
    assert get_customer(second).id == third
    assert len(get_customer(third).cards) == 3
    before = image()
    with pytest.raises(Conflict, match=outer):
        undone(inner)
    assert image() == before
    undone(outer)
    assert get_customer(second).id == first
    undone(inner)
    assert {len(get_customer(person).cards) for person in (first, second, third)} == {1}
    with pytest.raises(Conflict, match="already"):
        undone(inner)


def test_merges_into_one_survivor_come_apart_in_any_order(tablet: Tablet, two: tuple[Customer, Customer]) -> None:
    first, second = (person.id for person in two)
    with unit_of_work():
        third = factories.customer(home_store_id=tablet.store_id, cards=["8830000000000016"], district="중구").id
    before = image()
    one, other = merged(first, second), merged(first, third)
    undone(one)
    assert get_customer(first).district == "중구"
    undone(other)
    assert image() == before


@pytest.mark.parametrize(
    ("whom", "error"),
    [("same", ValidationFailed), ("unknown", NotFound), ("gone", ValidationFailed), ("field", ValidationFailed)],
)
def test_what_cannot_be_merged(two: tuple[Customer, Customer], whom: str, error: type[Exception]) -> None:
    first, second = (person.id for person in two)
    chosen: dict[str, Callable[[], Any]] = {
        "same": lambda: merged(first, first),
        "unknown": lambda: merged(first, new_id()),
        "gone": lambda: (merged(first, second), merged(first, second)),
        "field": lambda: merged(first, second, "points"),
    }
    with pytest.raises(error):
        chosen[whom]()


@pytest.mark.parametrize("named", [0, 1])
def test_who_is_erased_takes_the_merged_ones_along(two: tuple[Customer, Customer], named: int) -> None:
    ids = [person.id for person in two]
    phones = [person.phone for person in two]
    merged(*ids)
    run_in_unit_of_work(lambda: privacy.erase(ids[named], acting_staff=SYSTEM))
    for table in (Customer, MergedCustomer, Merge, Card, Preference):
        assert db.session.execute(select(table)).first() is None
    for person in ids:
        with pytest.raises(NotFound):
            get_customer(person)
    database = db.engine.url.database
    if db.engine.dialect.name == "sqlite" and database:
        with closing(sqlite3.connect(database)) as connection:
            dump = "\n".join(connection.iterdump())
        assert not any(phone in dump for phone in phones if phone)


def test_an_admin_merges_and_undoes_over_http(
    client: FlaskClient, sign_in: Any, two: tuple[Customer, Customer]
) -> None:
    first, second = (person.id for person in two)
    data = {"survivor_id": first, "merged_id": second, "take": ["name"]}
    sign_in(role="marketer")
    assert client.post("/api/v1/merges", json=data).status_code == 403
    sign_in(role="admin")
    made = client.post("/api/v1/merges", json=data)
    assert made.status_code == 201
    entry = made.get_json()
    assert entry["fields_changed"] == ["birth_date", "memo", "name"]
    assert client.get(f"/api/v1/customers/{second}").get_json()["id"] == first
    listed = client.get(f"/api/v1/merges?customer={second}&standing=true").get_json()
    assert [each["id"] for each in listed["items"]] == [entry["id"]]
    done = client.post(f"/api/v1/merges/{entry['id']}/undo")
    assert (done.status_code, done.get_json()["unclear"]) == (200, [])
    refused = client.post(f"/api/v1/merges/{entry['id']}/undo")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "conflict")
    strange = client.post("/api/v1/merges", json=data | {"take": ["points"]})
    assert (strange.status_code, list(strange.get_json()["errors"])) == (422, ["take.0"])
