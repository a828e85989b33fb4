"""After the last pull a copy equals a fresh snapshot, row for row."""

from __future__ import annotations

import gzip
import random
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, func, insert, select, update

from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.customers import Card, Customer, StoreActivity
from backend.sync import blocks, mark_changed, verify
from backend.sync.clock import UnannouncedWrite
from backend.sync.models import Block
from tests import factories
from tests.sync.copy import fresh, replay

if TYPE_CHECKING:
    from flask import Flask

    from tests.conftest import Tablet


def complete(tablet: Tablet) -> tuple[Any, str]:
    """Snapshot and the pulls that follow it."""
    rows, cursor = fresh(tablet)
    return rows, replay(tablet, rows, cursor)


def test_a_new_row_an_edit_and_a_deletion_reach_a_tablet(tablet: Tablet) -> None:
    with unit_of_work():
        kept = factories.customer(home_store_id=tablet.store_id)
        product = factories.product()
    rows, cursor = complete(tablet)
    assert kept.id in rows["customers"]
    with unit_of_work():
        db.session.get_one(Customer, kept.id).name = "박서준"
        db.session.delete(db.session.merge(product))
    replay(tablet, rows, cursor)
    assert rows["customers"][kept.id]["name"] == "박서준"
    assert product.id not in rows["products"]


def test_a_part_of_a_row_changes_the_row(tablet: Tablet) -> None:
    with unit_of_work():
        kept = factories.customer(home_store_id=tablet.store_id)
    rows, cursor = complete(tablet)
    with unit_of_work():
        db.session.add(Card(number="77", customer_id=kept.id))
    replay(tablet, rows, cursor)
    assert rows["customers"][kept.id]["cards"] == ["77"]


def test_a_customer_of_another_store_is_not_on_the_tablet_until_she_buys_there(tablet: Tablet) -> None:
    with unit_of_work():
        elsewhere = factories.customer(home_store_id=factories.store().id)
    rows, cursor = complete(tablet)
    assert elsewhere.id not in rows["customers"]
    with unit_of_work():
        db.session.add(StoreActivity(customer_id=elsewhere.id, store_id=tablet.store_id, last_on=date(2026, 11, 1)))
    replay(tablet, rows, cursor)
    assert elsewhere.id in rows["customers"]


def test_who_leaves_the_scope_is_removed_and_who_comes_back_returns(tablet: Tablet) -> None:
    with unit_of_work():
        mover = factories.customer(home_store_id=tablet.store_id)
        other = factories.store()
    rows, cursor = complete(tablet)
    with unit_of_work():
        db.session.get_one(Customer, mover.id).home_store_id = other.id
    page = tablet.pull(cursor)
    assert page["changes"] == [{"collection": "customers", "id": mover.id, "op": "remove"}]
    cursor = replay(tablet, rows, cursor)
    for store_id in (tablet.store_id, other.id, tablet.store_id):
        with unit_of_work():
            db.session.get_one(Customer, mover.id).home_store_id = store_id
    replay(tablet, rows, cursor)
    assert mover.id in rows["customers"]


def test_every_page_size_gives_the_same_copy(tablet: Tablet) -> None:
    with unit_of_work():
        for _ in range(7):
            factories.customer(home_store_id=tablet.store_id)
            factories.product()
    rows, cursor = fresh(tablet)
    copies = []
    for limit in (1, 2, 3, 1000):
        copy = {name: dict(found) for name, found in rows.items()}
        replay(tablet, copy, cursor, limit=limit)
        copies.append(copy)
    assert all(copy == copies[0] for copy in copies)
    assert len(copies[0]["customers"]) == 7


@pytest.mark.parametrize("scope", ["store", "business_unit", "all"])
@pytest.mark.parametrize("seed", range(4))
def test_a_long_history_of_changes_and_rebuilds_ends_as_a_fresh_copy(seed: int, scope: str, make_tablet: Any) -> None:
    chance = random.Random(seed)
    with unit_of_work():
        stores = [factories.store() for _ in range(3)]
        stores.append(factories.store(business_unit_id=stores[0].business_unit_id))
    wanted = {
        "store": f"store:{stores[0].id}",
        "business_unit": f"business_unit:{stores[0].business_unit_id}",
        "all": "all",
    }
    tablet = make_tablet(store=stores[0], scope=wanted[scope])
    rows, cursor = complete(tablet)
    ids: list[str] = []
    for _ in range(40):
        with unit_of_work():
            for _ in range(chance.randrange(1, 6)):
                _change_something(chance, ids, [each.id for each in stores])
        if chance.random() < 0.3:
            blocks.ensure_built(tablet.device.scope)
        if chance.random() < 0.3:
            cursor = replay(tablet, rows, cursor, limit=chance.choice((1, 5, 1000)))
    replay(tablet, rows, cursor)
    assert rows == complete(tablet)[0]
    assert verify.verify()["problems"] == []


def _change_something(chance: random.Random, ids: list[str], stores: list[str]) -> None:
    what = chance.random()
    if what < 0.4 or not ids:
        ids.append(factories.customer(home_store_id=chance.choice(stores)).id)
    elif what < 0.7:
        db.session.get_one(Customer, chance.choice(ids)).home_store_id = chance.choice(stores)
    elif what < 0.8:
        factories.product()
    else:
        customer_id = chance.choice(ids)
        mark_changed("customers", [customer_id])
        db.session.execute(update(Customer).where(Customer.id == customer_id).values(memo=new_id()))


def test_bulk_sql_on_a_replicated_table_is_refused_unless_it_says_what_it_changes(tablet: Tablet) -> None:
    values: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "name": "이도윤",
            "created_at": tablet.device.enrolled_at,
            "updated_at": tablet.device.enrolled_at,
        }
    ]
    with pytest.raises(UnannouncedWrite), unit_of_work():
        db.session.execute(insert(Customer), values)
    with pytest.raises(UnannouncedWrite), unit_of_work():
        db.session.connection().exec_driver_sql("UPDATE customer SET name = 'x'")
    with unit_of_work():
        mark_changed("customers", [values[0]["id"]])
        db.session.execute(insert(Customer), values)


def test_a_cursor_that_nobody_gave_or_a_limit_out_of_range_is_unprocessable(tablet: Tablet) -> None:
    _, cursor = fresh(tablet)
    for bad in ("", "x", "eyJ9", cursor + "!", cursor[:-4], "W10"):
        response = tablet.get("/sync/pull", query_string={"cursor": bad})
        assert response.status_code == 422, bad
        assert "cursor" in response.get_json()["errors"]
    for limit in ("0", "5001", "x", "-1", ""):
        response = tablet.get("/sync/pull", query_string={"cursor": cursor, "limit": limit})
        assert response.status_code == 422, limit
    assert tablet.get("/sync/pull").status_code == 422


def test_a_cursor_of_another_scope_asks_for_a_new_snapshot(tablet: Tablet, make_tablet: Any) -> None:
    _, cursor = fresh(make_tablet())
    response = tablet.get("/sync/pull", query_string={"cursor": cursor})
    assert (response.status_code, response.get_json()["code"]) == (409, "scope_changed")


def test_announcing_nothing_does_not_move_the_clock(tablet: Tablet) -> None:
    before = tablet.get("/sync/snapshot").get_json()["v"]
    with unit_of_work():
        mark_changed("customers", [])
    assert tablet.get("/sync/snapshot").get_json()["v"] == before


def test_blocks_come_as_the_client_accepts_and_not_twice(tablet: Tablet) -> None:
    with unit_of_work():
        factories.customer(home_store_id=tablet.store_id)
        factories.product()
    blocks.ensure_built(tablet.device.scope)
    listed = tablet.get("/sync/snapshot").get_json()["collections"]
    person, article = listed["customers"]["blocks"][0], listed["products"]["blocks"][0]
    for encoding in ("br", "gzip"):
        response = tablet.get(f"/sync/blocks/{person['hash']}", headers={"Accept-Encoding": encoding})
        assert response.headers["Content-Encoding"] == encoding
    plain = tablet.get(f"/sync/blocks/{person['hash']}", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Cache-Control"] == "no-store"
    assert plain.headers["ETag"] == f'"{person["hash"]}"'
    asks = {"Accept": "application/gzip, application/json;q=0.5"}
    packed = tablet.get(f"/sync/blocks/{person['hash']}", headers=asks)
    assert (packed.content_type, packed.headers.get("Content-Encoding")) == ("application/gzip", None)
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    anything = tablet.get(f"/sync/blocks/{person['hash']}", headers={"Accept": "*/*"})
    assert anything.content_type == "application/json"
    again = tablet.get(f"/sync/blocks/{person['hash']}", headers={"If-None-Match": f'"{person["hash"]}"'})
    assert (again.status_code, again.get_data()) == (304, b"")
    shared = tablet.get(f"/sync/blocks/{article['hash']}")
    assert shared.headers["Cache-Control"] == "private, max-age=31536000, immutable"


def test_a_block_of_another_scope_is_not_there(tablet: Tablet, make_tablet: Any) -> None:
    other = make_tablet()
    with unit_of_work():
        factories.customer(home_store_id=other.store_id)
    blocks.ensure_built(other.device.scope)
    (block,) = other.get("/sync/snapshot").get_json()["collections"]["customers"]["blocks"]
    assert other.get(f"/sync/blocks/{block['hash']}").status_code == 200
    assert tablet.get(f"/sync/blocks/{block['hash']}").status_code == 404
    assert tablet.get("/sync/blocks/nonsense").status_code == 404


def test_a_snapshot_reads_lists_of_blocks_and_no_rows(tablet: Tablet) -> None:
    with unit_of_work():
        for _ in range(30):
            factories.customer(home_store_id=tablet.store_id)
    blocks.ensure_built(tablet.device.scope)
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        collections = tablet.get("/sync/snapshot").get_json()["collections"]
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert not [statement for statement in seen if "FROM customer" in statement or "FROM product" in statement]
    # The token, the clock, the epoch, and for each collection its newest change, its set and its blocks.
    assert len([statement for statement in seen if statement.startswith("SELECT")]) <= 3 + 3 * len(collections)


def test_a_collection_that_never_changes_does_not_make_a_new_tablet_pull_everything_again(tablet: Tablet) -> None:
    with unit_of_work():
        factories.product()
    blocks.ensure_built(tablet.device.scope)
    for _ in range(3):
        with unit_of_work():
            factories.customer(home_store_id=tablet.store_id)
    blocks.rebuild_due()
    _, cursor = fresh(tablet)
    assert tablet.pull(cursor)["changes"] == []


def test_an_enrolled_tablet_finds_its_blocks_built(app: Flask, tablet: Tablet) -> None:
    with unit_of_work():
        factories.customer(home_store_id=tablet.store_id)
        admin = factories.staff(role="admin")
    done = app.test_cli_runner().invoke(
        args=["tablet", "enrol", "--store", tablet.device.store.code, "--staff", admin.login, "--json"]
    )
    assert done.exit_code == 0, done.output
    assert [
        block["rows"] for block in tablet.get("/sync/snapshot").get_json()["collections"]["customers"]["blocks"]
    ] == [1]


def test_what_is_rebuilt_stays_within_twenty_times_what_changed(tablet: Tablet) -> None:
    with unit_of_work():
        people = [factories.customer(home_store_id=tablet.store_id).id for _ in range(400)]
    blocks.ensure_built(tablet.device.scope)
    chance, changed, before = random.Random(1), 0, _rows_built()
    for _ in range(120):
        with unit_of_work():
            for person in chance.sample(people, 2):
                db.session.get_one(Customer, person).memo = new_id()
                changed += 1
            if chance.random() < 0.5:
                factories.customer(home_store_id=tablet.store_id)
                changed += 1
        blocks.rebuild_due()
    assert _rows_built() - before <= 20 * changed
    assert verify.verify()["ok"]


def _rows_built() -> int:

    found = db.session.execute(select(func.sum(Block.rows)).where(Block.collection == "customers")).scalar_one()
    return int(found or 0)
