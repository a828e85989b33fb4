"""The search beyond the tablet's book: whoever is a member is found by what she says, and the look is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select

from backend.core.audit import AccessEntry
from backend.core.db import db, unit_of_work
from backend.sync import mark_changed
from tests import factories, plans

if TYPE_CHECKING:
    from flask import Flask

    from backend.customers import Customer
    from tests.conftest import Tablet


@pytest.fixture
def member(app: Flask) -> Customer:
    """One of another store than any tablet's."""
    with app.app_context(), unit_of_work():
        factories.customer(name="박서준", name_latin="Park Seojun", phone="+821099990000")
        return factories.customer(
            name="김민지", name_latin="Kim Minji", phone="+821023454821", cards=["8800-1234"], memo="메모"
        )


def found(tablet: Tablet, q: str, **query: Any) -> list[dict[str, Any]]:
    answer = tablet.get("/customers/search", query_string={"q": q, **query})
    assert answer.status_code == 200, answer.get_json()
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


@pytest.mark.parametrize(
    "q",
    [
        "4821", "54821", "821", "21", "010-2345-4821", "010 2345 4821", "01023454821", "+82 10-2345-4821",
        "8800-1234", " 8800-1234 ", "김민", "김민지", "kim", "KIM MIN", "Kim Minji",
    ],
)  # fmt: skip
def test_she_is_found_by_what_she_says(tablet: Tablet, member: Customer, q: str) -> None:
    assert [row["id"] for row in found(tablet, q)] == [member.id]


@pytest.mark.parametrize("q", ["민지", "Minji", "2345", "8800", "0000000", "김_", "%%", "__", "김민지지", "+82"])
def test_what_is_no_end_of_a_phone_and_no_beginning_of_a_name_finds_nobody(
    tablet: Tablet, member: Customer, q: str
) -> None:
    del member
    assert found(tablet, q) == []


def test_a_row_is_as_in_the_tablet_s_collection_but_for_the_phone_of_another_store_s(
    tablet: Tablet, make_tablet: Any, member: Customer
) -> None:
    everyone = make_tablet(scope="all")
    cursor = everyone.get("/sync/snapshot").get_json()["cursor"]
    in_copy = next(each["row"] for each in everyone.pull(cursor)["changes"] if each["id"] == member.id)
    assert found(everyone, "4821") == [in_copy]
    assert found(tablet, "4821") == [in_copy | {"phone": "•••• 4821"}]


def test_every_hit_is_recorded_with_the_tablet(tablet: Tablet, member: Customer) -> None:
    found(tablet, "4821")
    found(tablet, "nobody")
    entries = db.session.scalars(select(AccessEntry)).all()
    assert [(each.customer_id, each.device_id, each.staff_id, each.what) for each in entries] == [
        (member.id, tablet.device.id, tablet.staff_id, "search")
    ]


def test_more_says_that_there_are_more(tablet: Tablet) -> None:
    with unit_of_work():
        for number in range(5):
            factories.customer(name=f"이하늘{number}", phone=f"+8210777{number}5555")
    for q in ("이하늘", "5555", "55"):
        answer = tablet.get("/customers/search", query_string={"q": q, "limit": 3}).get_json()
        assert (len(answer["items"]), answer["more"]) == (3, True)
        answer = tablet.get("/customers/search", query_string={"q": q, "limit": 5}).get_json()
        assert (len(answer["items"]), answer["more"]) == (5, False)


def test_who_was_taken_from_the_tablets_is_not_found_either(tablet: Tablet, member: Customer) -> None:
    with unit_of_work():
        mark_changed("customers", [member.id], deleted=True)
    assert found(tablet, "4821") == found(tablet, "김민지") == []


@pytest.mark.parametrize("query", ["", "q=", "q=a", "q=%20%20a", "q=김민&limit=0", "q=김민&limit=51", f"q={'x' * 61}"])
def test_what_is_too_short_or_too_much_is_refused(tablet: Tablet, query: str) -> None:
    assert tablet.get(f"/customers/search?{query}").status_code == 422


def test_nobody_signed_in_searches(client: Any) -> None:
    assert client.get("/api/v1/customers/search?q=4821").status_code == 401


def test_a_tablet_that_asks_too_often_waits_and_others_do_not(app: Flask, make_tablet: Any) -> None:
    busy, other = make_tablet(), make_tablet()
    app.config["RATELIMIT_ENABLED"] = True
    try:
        answers = [busy.get("/customers/search?q=4821") for _ in range(70)]
        assert {each.status_code for each in answers[:60]} == {200}
        assert answers[-1].status_code == 429
        assert answers[-1].get_json()["code"] == "too_many_requests"
        assert int(answers[-1].headers["Retry-After"]) >= 1
        assert other.get("/customers/search?q=4821").status_code == 200
    finally:
        app.config["RATELIMIT_ENABLED"] = False


@pytest.mark.parametrize(
    ("q", "index"),
    [("4821", "ix_customer_phone_end"), ("김민", "ix_customer_name"), ("kim m", "ix_customer_latin_begins")],
)
def test_each_way_seeks_in_an_index(tablet: Tablet, member: Customer, q: str, index: str) -> None:
    del member
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        statements.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        found(tablet, q)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    looked = [each for each in statements if each[0].startswith("SELECT customer.id") and "change_log" in each[0]]
    assert any(index in plans.steps(statement, parameters) for statement, parameters in looked), looked
