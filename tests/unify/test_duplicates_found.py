"""Duplicates are found when somebody is registered and by a pass over all, wait in a queue and are decided."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from backend.core.audit import SYSTEM, AuditEntry
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer, erase
from backend.sync import mark_changed
from backend.unify import Progress, merges
from backend.unify.duplicates import (
    DuplicatePair,
    decide_different,
    entering,
    find_all,
    find_on_arrival,
    full_pass,
    index,
)
from backend.unify.duplicates import pairs as found_pairs
from backend.unify.duplicates.models import DuplicateKey, DuplicatePass, DuplicateRecord
from backend.unify.duplicates.weights import DEFAULT_AUTOMATIC, HIGHEST_AUTOMATIC, LOWEST_AUTOMATIC, REVIEW
from tests import factories, plans

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

pytestmark = pytest.mark.usefixtures("app")
WHO: dict[str, Any] = {"name": "김민지", "phone": "+821048213355", "birth_date": date(1990, 4, 12), "sex": "f"}
STRANGER: dict[str, Any] = {"name": "박준호", "phone": "+821011112222", "birth_date": date(1971, 8, 30), "sex": "m"}


def add(**values: Any) -> str:
    """A member who is in the database but not looked through: as an import leaves her."""
    with unit_of_work():
        customer_id: str = factories.customer(**WHO | values).id
    return customer_id


def arrive(**values: Any) -> str:
    """A member who was looked through."""
    customer_id = add(**values)
    run_in_unit_of_work(lambda: find_on_arrival(customer_id))
    return customer_id


def look_through() -> full_pass.PassFigures:
    return find_all(Progress("duplicates", shown=False))


def pairs() -> dict[tuple[str, str], DuplicatePair]:
    db.session.rollback()
    rows = db.session.scalars(select(DuplicatePair).execution_options(populate_existing=True))
    return {(row.first_id, row.second_id): row for row in rows}


def only() -> DuplicatePair:
    (pair,) = pairs().values()
    return pair


def different(pair: DuplicatePair) -> None:
    run_in_unit_of_work(lambda: decide_different(pair.id, acting_staff=SYSTEM))


def mutation(kind: str, **data: Any) -> dict[str, Any]:
    return {"id": new_id(), "kind": kind, "at": "2026-11-20T10:00:01+09:00", "seq": 1, "data": data}


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_who_is_registered_again_is_found_at_once(tablet: Tablet) -> None:
    first = mutation("customer.register", name="이수정", phone="01048213355", birth_date="1990-04-12")
    again = mutation("customer.register", name="Rhee Sujeong", phone="010-4821-3355", birth_date="1990-04-12")
    stranger = mutation("customer.register", name="박준호", phone="01011112222")
    tablet.push(first, stranger, again)
    pair = only()
    assert {pair.first_id, pair.second_id} == {first["id"], again["id"]}
    assert pair.score >= DEFAULT_AUTOMATIC
    assert {"field": "name", "agreement": "romanised", "weight": 75} in pair.reasons


def test_an_edit_brings_a_pair_and_takes_it_away(tablet: Tablet) -> None:
    first, other = arrive(), arrive(**STRANGER)
    assert pairs() == {}
    changes = {"phone": {"from": STRANGER["phone"], "to": WHO["phone"]}, "name": {"from": "박준호", "to": "김밍지"}}
    with unit_of_work():
        db.session.get_one(Customer, other).birth_date = WHO["birth_date"]
    tablet.push(mutation("customer.edit", customer_id=other, changes=changes))
    assert {first, other} == {only().first_id, only().second_id}
    back = {"phone": {"from": WHO["phone"], "to": None}, "name": {"from": "김밍지", "to": "최수아"}}
    tablet.push(mutation("customer.edit", customer_id=other, changes=back))
    assert pairs() == {}


def test_a_pass_finds_what_was_imported_and_once_more_nothing() -> None:
    one, other = add(), add(name="Kim Minji", phone=None)
    add(**STRANGER)
    figures = look_through()
    assert (figures.members, figures.new, figures.open, figures.automatic) == (3, 1, 1, 0)
    assert list(pairs()) == [(one, other)]
    before = only().found_at
    assert look_through().new == 0
    assert only().found_at == before


def test_a_pass_finds_the_pairs_that_arrivals_find() -> None:
    people = [WHO, WHO | {"name": "민지김"}, WHO | {"birth_date": None}, STRANGER, WHO | {"name": "김서윤"}]
    for person in people:
        arrive(**person)
    arrived = {ids: (pair.score, pair.reasons) for ids, pair in pairs().items()}
    with unit_of_work():
        for pair in db.session.scalars(select(DuplicatePair)):
            db.session.delete(pair)
    look_through()
    assert {ids: (pair.score, pair.reasons) for ids, pair in pairs().items()} == arrived
    assert len(arrived) >= 3


def test_a_pass_that_was_stopped_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    namesakes = [_namesakes(number) for number in range(6)]
    monkeypatch.setattr(entering, "_PART", 2)
    monkeypatch.setattr(full_pass, "_KEYS_AT_ONCE", 10)
    monkeypatch.setattr(index, "BLOCK_LIMIT", 2)
    parts: list[int] = []
    keep = found_pairs.keep

    def stop(scored: Any, already_open: Any) -> int:
        parts.append(1)
        if len(parts) == 3:
            raise KeyboardInterrupt
        return keep(scored, already_open)

    monkeypatch.setattr(found_pairs, "keep", stop)
    with pytest.raises(KeyboardInterrupt):
        look_through()
    found = len(pairs())
    assert 0 < found < 6
    figures = look_through()
    assert (figures.members, figures.compared, figures.new) == (12, 6, 6 - found)
    assert sorted(pairs()) == namesakes
    assert count(DuplicatePass) == 1


def test_who_was_erased_or_edited_while_keys_were_written_keeps_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    stays, goes, changes = add(name="김하나"), add(name="박세미"), add(name="최다예")
    run = run_in_unit_of_work
    announced: list[int] = []

    def meanwhile(work: Any) -> Any:
        done = run(work)
        announced.append(1)
        if len(announced) == 1:
            with unit_of_work():
                erase(goes)
                db.session.get_one(Customer, changes).phone = "+821099998888"
                mark_changed("customers", [changes])
                find_on_arrival(changes)
        return done

    monkeypatch.setattr(entering, "run_in_unit_of_work", meanwhile)
    look_through()
    _expect_settled({stays, changes})


def test_a_pass_that_was_stopped_while_keys_were_written_leaves_whole_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    namesakes = [_namesakes(number) for number in range(3)]
    monkeypatch.setattr(entering, "_KEYS_AT_ONCE", 5)
    add_keys = index.add_keys
    written: list[int] = []

    def stop(some: Any) -> None:
        written.append(1)
        if len(written) == 3:
            raise KeyboardInterrupt
        add_keys(some)

    monkeypatch.setattr(index, "add_keys", stop)
    with pytest.raises(KeyboardInterrupt):
        look_through()
    assert 0 < count(DuplicateKey) < 20
    with unit_of_work():
        erase(namesakes[0][0])
    look_through()
    assert sorted(pairs()) == namesakes[1:]
    _expect_settled({each for pair in namesakes for each in pair} - {namesakes[0][0]})


def _namesakes(number: int) -> tuple[str, str]:
    """Two records of one person, whom nothing but her own makes similar to others."""
    name, born = (
        f"김{'가나다라마바'[number]}{'호주준희연솔'[number]}",
        date(1960 + 5 * number, 1 + number, 3 + 4 * number),
    )
    values = {"name": name, "birth_date": born, "phone": f"+82104821{1111 * number:04d}"}
    one, other = sorted((add(**values), add(**values)))
    return one, other


def _expect_settled(members: set[str]) -> None:
    """The index holds exactly what stands beside its members, who are these."""
    rows = db.session.scalars(select(DuplicateRecord)).all()
    assert {row.customer_id for row in rows} == members
    assert all(row.fingerprint for row in rows)
    expected = {(key, row.customer_id) for row in rows for key in row.block_keys}
    assert {(row.key, row.customer_id) for row in db.session.scalars(select(DuplicateKey))} == expected


def test_a_phone_that_very_many_share_is_no_reason_to_compare_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "BLOCK_LIMIT", 3)
    monkeypatch.setattr(index, "_LARGE", select(DuplicateKey.key).group_by(DuplicateKey.key).having(func.count() > 3))
    for name in ("김하나", "이두리", "박세미", "최다예", "정유나"):
        add(name=name, birth_date=None)
    one, other = add(), add()
    figures = look_through()
    assert figures.compared == 1
    assert list(pairs()) == [(one, other)]
    assert run_in_unit_of_work(lambda: find_on_arrival(one)) == 0


def test_a_pair_that_was_decided_stays_so_until_the_data_changes(tablet: Tablet) -> None:
    one = arrive()
    arrive(phone="+821099998888")
    different(only())
    run_in_unit_of_work(lambda: find_on_arrival(one))
    assert look_through().new == 0
    assert only().decision == "different"
    tablet.push(mutation("customer.edit", customer_id=one, changes={"district": {"from": None, "to": "서울 중구"}}))
    assert only().decision == "different"
    phone = {"phone": {"from": WHO["phone"], "to": "+821099998888"}}
    tablet.push(mutation("customer.edit", customer_id=one, changes=phone))
    assert (only().decision, only().decided_at) == (None, None)
    assert only().score >= DEFAULT_AUTOMATIC


def test_the_sure_ones_are_merged_and_one_who_was_parted_is_not_merged_again() -> None:
    one, other = arrive(), arrive()
    assert only().score >= DEFAULT_AUTOMATIC
    with unit_of_work():
        merge = merges.merge_surest(acting_staff=SYSTEM)
        assert merge is not None
        assert (merge.survivor_id, merge.merged_id) == (one, other)
        merge_id = merge.id
    assert pairs() == {}
    with unit_of_work():
        assert merges.merge_surest(acting_staff=SYSTEM) is None
        merges.undo(merge_id, acting_staff=SYSTEM)
    assert only().decision == "different"
    with unit_of_work():
        assert merges.merge_surest(acting_staff=SYSTEM) is None
    assert look_through().new == 0
    with unit_of_work():
        db.session.get_one(Customer, one).name_latin = "Kim Minji"
    assert look_through().new == 1, "her data has changed: somebody is asked once more"
    with unit_of_work():
        assert merges.merge_surest(acting_staff=SYSTEM) is None


def test_who_is_erased_leaves_neither_pairs_nor_keys() -> None:
    one = arrive()
    stays = arrive()
    assert len(pairs()) == 1
    with unit_of_work():
        erase(one)
    assert pairs() == {}
    assert list(db.session.scalars(select(DuplicateRecord.customer_id))) == [stays]
    assert set(db.session.scalars(select(DuplicateKey.customer_id))) == {stays}


def test_the_command_tells_its_figures(app: Flask) -> None:
    add()
    add()
    done = app.test_cli_runner().invoke(args=["duplicates", "find", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"members": 2, "compared": 1, "new": 1, "open": 1, "automatic": 1}
    assert "2 members" in app.test_cli_runner().invoke(args=["duplicates", "find"]).stdout


def test_the_queue_is_paged_the_surest_first_with_masked_phones(client: FlaskClient, sign_in: Any) -> None:
    for number in range(4):
        born = WHO["birth_date"].replace(year=1950 + 10 * number)
        add(phone=f"+82104821335{number}", birth_date=born)
        add(phone=f"+82104821335{number}", birth_date=born if number % 2 else None)
    look_through()
    sign_in(role="admin")
    seen: list[Any] = []
    after = None
    while True:
        query = {"limit": 2} | ({"after": after} if after else {})
        answer = client.get("/api/v1/duplicates", query_string=query)
        assert answer.status_code == 200, answer.get_json()
        seen += answer.get_json()["items"]
        after = answer.get_json()["next"]
        if after is None:
            break
    assert len(seen) == len(pairs())
    assert len({item["id"] for item in seen}) == len(seen)
    order = [(item["score"], item["id"]) for item in seen]
    assert order == sorted(order, reverse=True)
    first, second = seen[0]["first"], seen[0]["second"]
    assert first["phone"] == f"•••• {(pairs()[first['id'], second['id']].first.phone or '')[-4:]}"
    assert sum(reason["weight"] for reason in seen[0]["reasons"]) == seen[0]["score"]
    assert "1950" not in str([item["reasons"] for item in seen]), "a reason says how values agree, never which"
    assert "4821335" not in str(seen)


@pytest.mark.parametrize("after", ["WyJhIiwiYiJd", "WzFd", "zzz", "WzFlOTksIngiXQ", "W3RydWUsIngiXQ"])
def test_a_page_that_the_server_never_gave_is_refused(client: FlaskClient, sign_in: Any, after: str) -> None:
    sign_in(role="admin")
    assert client.get(f"/api/v1/duplicates?after={after}").status_code == 422


def test_an_admin_says_that_two_are_different(client: FlaskClient, sign_in: Any) -> None:
    arrive()
    arrive()
    person = sign_in(role="admin")
    address = f"/api/v1/duplicates/{only().id}/different"
    for _ in range(2):
        answer = client.post(address)
        assert (answer.status_code, answer.get_json()["decision"]) == (200, "different")
    assert only().decided_by == person.id
    assert client.get("/api/v1/duplicates").get_json()["items"] == []
    told = select(AuditEntry.staff_id).where(AuditEntry.action == "duplicate.different")
    assert list(db.session.scalars(told)) == [person.id]
    for nothing in (new_id(), "nothing"):
        assert client.post(f"/api/v1/duplicates/{nothing}/different").status_code == 404


def test_an_admin_sets_the_automatic_threshold(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="admin")
    address = "/api/v1/duplicates/settings"
    assert client.get(address).get_json() == {
        "automatic_threshold": DEFAULT_AUTOMATIC,
        "review_threshold": REVIEW,
        "lowest_automatic": LOWEST_AUTOMATIC,
        "highest_automatic": HIGHEST_AUTOMATIC,
    }
    for value in (250, LOWEST_AUTOMATIC):
        answer = client.patch(address, json={"automatic_threshold": value})
        assert (answer.status_code, answer.get_json()["automatic_threshold"]) == (200, value)
    for bad in (LOWEST_AUTOMATIC - 1, HIGHEST_AUTOMATIC + 1, "many", 200.5, None):
        assert client.patch(address, json={"automatic_threshold": bad}).status_code == 422
    assert client.get(address).get_json()["automatic_threshold"] == LOWEST_AUTOMATIC
    details = db.session.scalars(
        select(AuditEntry.detail).where(AuditEntry.action == "duplicate.settings").order_by(AuditEntry.id)
    )
    assert [each["automatic_threshold"]["to"] for each in details] == [250, LOWEST_AUTOMATIC]


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("associate", 403), ("manager", 403), ("marketer", 403)])
def test_others_neither_see_nor_decide(client: FlaskClient, sign_in: Any, role: str | None, status: int) -> None:
    arrive()
    arrive()
    pair = only()
    if role:
        sign_in(role=role)
    answers = [
        client.get("/api/v1/duplicates"),
        client.post(f"/api/v1/duplicates/{pair.id}/different"),
        client.get("/api/v1/duplicates/settings"),
        client.patch("/api/v1/duplicates/settings", json={"automatic_threshold": 300}),
    ]
    assert [answer.status_code for answer in answers] == [status] * 4
    assert only().decision is None


def test_the_queue_is_read_from_its_own_index() -> None:
    arrive()
    statement = (
        "SELECT id FROM duplicate_pair WHERE decision IS NULL"
        " AND (score, id) < (200, 'ffffffff-ffff-7fff-bfff-ffffffffffff') ORDER BY score DESC, id DESC LIMIT 51"
    )
    plan = plans.steps(statement)
    assert "ix_duplicate_pair_queue" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
