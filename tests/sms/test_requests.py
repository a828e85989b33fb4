"""Texts asked for on a tablet without a connection, and the templates that it holds for that."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from backend.core import clock
from backend.core.audit import SYSTEM, Actor
from backend.core.db import db, run_in_unit_of_work
from backend.core.errors import Conflict
from backend.core.events import DatabasePrepared
from backend.core.ids import new_id
from backend.delivery import Message
from backend.sync.epochs import begin_epoch
from sms import floor, templates, variants
from sms.models import FloorTemplate
from tests.sms import worlds
from tests.sync.copy import fresh, replay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from flask import Flask

    from tests.conftest import Tablet

_SLOW = settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """By day in Seoul, whenever the tests run."""
    with clock.frozen(worlds.NOON):
        yield


@pytest.fixture
def shop(app: Flask) -> worlds.Shop:  # noqa: ARG001 - rows need the app's database
    """A shop with the commercial template `offer`."""
    made = worlds.shop()
    worlds.template()
    return made


@pytest.fixture
def at_store(make_tablet: Any, shop: worlds.Shop) -> Tablet:
    """A tablet of the shop's store."""
    tablet: Tablet = make_tablet(store=shop.store)
    return tablet


def wish(customer_id: str, *, template: str = "offer", until: datetime | None = None, **fields: Any) -> dict[str, Any]:
    """A mutation that asks for a text."""
    not_after = clock.rfc3339(until or clock.now() + timedelta(hours=24))
    data = {"customer_id": customer_id, "template": template, "fields": fields, "not_after": not_after}
    return {"id": new_id(), "kind": "message.request", "at": clock.rfc3339(clock.now()), "seq": 1, "data": data}


def test_a_text_that_is_lawful_and_fresh_is_queued_under_the_wishs_id(at_store: Tablet, shop: worlds.Shop) -> None:
    customer = worlds.customer(shop, agreed=True)
    asked = wish(customer.id)
    (result,) = at_store.push(asked)
    assert (result["status"], result.get("flags")) == ("applied", None)
    message = db.session.get(Message, asked["id"])
    assert message is not None
    assert (message.state, message.template, message.customer_id) == ("queued", "offer", customer.id)
    assert message.body.startswith("(광고)")
    assert (message.staff_id, message.store_id) == (at_store.staff_id, shop.store.id)
    assert message.not_after == clock.now() + timedelta(hours=24)


def test_what_became_of_it_is_told_by_a_flag(at_store: Tablet, shop: worlds.Shop) -> None:
    agreed, never = worlds.customer(shop, agreed=True), worlds.customer(shop)
    refused, nobody = worlds.customer(shop, agreed=True), worlds.customer(shop, agreed=True, phone=None)
    run_in_unit_of_work(lambda: worlds.say(refused.id, shop, granted=False))
    past = clock.now() - timedelta(minutes=1)
    results = at_store.push(
        wish(never.id), wish(refused.id), wish(nobody.id), wish(agreed.id, until=past), wish(agreed.id)
    )
    assert [each["status"] for each in results] == ["applied"] * 5
    assert [each.get("flags") for each in results] == [
        ["text_no_consent"],
        ["text_refused"],
        ["text_unreachable"],
        ["text_too_late"],
        None,
    ]
    states = {each.state for each in db.session.scalars(select(Message).where(Message.customer_id != agreed.id))}
    assert states == {"skipped"}


def test_at_night_it_waits_for_the_morning_and_the_flag_says_so(at_store: Tablet, shop: worlds.Shop) -> None:
    customer = worlds.customer(shop, agreed=True)
    with clock.frozen(worlds.NIGHT):
        (waits,) = at_store.push(wish(customer.id))
        (late,) = at_store.push(wish(customer.id, until=worlds.NIGHT + timedelta(hours=1)))
    assert (waits["flags"], late["flags"]) == (["text_held_night"], ["text_too_late"])


def test_nobody_waits_longer_than_a_week(at_store: Tablet, shop: worlds.Shop) -> None:
    asked = wish(worlds.customer(shop, agreed=True).id, until=clock.now() + timedelta(days=400))
    at_store.push(asked)
    message = db.session.get(Message, asked["id"])
    assert message is not None
    assert message.not_after == clock.now() + timedelta(days=7)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"template": "nothing"}, "unknown_template"),
        ({"fields": {"customer.name": "x"}}, "invalid_fields"),
        ({"fields": {"product.name": ["x"]}}, "invalid_fields"),
        ({"customer_id": "00000000-0000-7000-8000-000000000000"}, "unknown_customer"),
        ({"not_after": "tomorrow"}, "invalid_data"),
        ({"other": 1}, "invalid_data"),
    ],
)
def test_what_cannot_be_written_is_rejected_by_a_code(
    at_store: Tablet, shop: worlds.Shop, change: dict[str, Any], code: str
) -> None:
    asked = wish(worlds.customer(shop, agreed=True).id)
    asked["data"] |= change
    (result,) = at_store.push(asked)
    assert (result["status"], result["code"]) == ("rejected", code)
    assert db.session.scalars(select(Message)).all() == []


def test_a_template_that_was_retired_meanwhile_is_rejected_and_what_is_queued_still_goes(
    at_store: Tablet, shop: worlds.Shop
) -> None:
    template_id = worlds.template("second")
    customer = worlds.customer(shop, agreed=True)
    queued = wish(customer.id, template=template_id)
    at_store.push(queued)
    run_in_unit_of_work(lambda: templates.retire(variants.template(template_id), acting_staff=SYSTEM))
    (result,) = at_store.push(wish(customer.id, template=template_id))
    assert (result["status"], result["code"]) == ("rejected", "unknown_template")
    message = db.session.get(Message, queued["id"])
    assert message is not None
    assert message.state == "queued"


def test_after_a_restore_an_older_wish_for_a_commercial_text_is_not_sent_again(
    at_store: Tablet, shop: worlds.Shop
) -> None:
    worlds.template("pickup", body="준비되었습니다.", purpose="service")
    customer = worlds.customer(shop, agreed=True)
    advert, service = wish(customer.id), wish(customer.id, template="pickup")
    with clock.frozen(worlds.NOON + timedelta(minutes=5)):
        run_in_unit_of_work(begin_epoch)
        results = at_store.push(advert, service, wish(customer.id))
    assert [each.get("flags") for each in results] == [["text_may_have_gone"], None, None]
    assert db.session.get(Message, advert["id"]) is None


@_SLOW
@given(order=st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=12))
def test_however_often_a_wish_arrives_there_is_one_text(
    at_store: Tablet, make_tablet: Any, shop: worlds.Shop, order: list[tuple[int, bool]]
) -> None:
    other = make_tablet(store=shop.store)
    agreed, never = worlds.customer(shop, agreed=True), worlds.customer(shop)
    wishes = [wish((agreed if number % 2 else never).id) for number in range(4)]
    first: dict[str, Any] = {}
    for number, elsewhere in order:
        (result,) = (other if elsewhere else at_store).push(wishes[number])
        assert result.pop("duplicate", False) == (result["id"] in first)
        assert first.setdefault(result["id"], result) == result
    ids = [each["id"] for each in wishes]
    kept = db.session.scalars(select(Message.id).where(Message.id.in_(ids))).all()
    assert sorted(kept) == sorted(first)
    hers = select(Message).where(Message.customer_id.in_([agreed.id, never.id]))
    assert len(db.session.scalars(hers).all()) == len(first)


def test_a_tablet_holds_what_the_floor_may_choose(at_store: Tablet) -> None:
    rows, cursor = fresh(at_store)
    rows.setdefault("templates", {})
    replay(at_store, rows, cursor)
    (row,) = rows["templates"].values()
    assert (row["name"], row["language"], row["purpose"]) == ("offer", "ko", "commercial")
    assert row["body"] == '{{ customer.name | default: "고객" }}님, 20% 할인'
    assert row["fields"] == []


def test_what_whoever_sends_fills_in_travels_with_the_template(at_store: Tablet) -> None:
    worlds.template("arrival", body="{{ customer.name }}님, {% if product.name %}{{ product.name }}{% endif %} 입고")
    rows, cursor = fresh(at_store)
    replay(at_store, rows, cursor)
    row = next(each for each in rows["templates"].values() if each["name"] == "arrival")
    assert [(each["name"], each["label_ko"]) for each in row["fields"]] == [("product.name", "상품 이름")]


STEP = st.sampled_from(["rewrite", "approve", "retire", "bring_back", "hide", "show", "title"])


@_SLOW
@given(steps=st.lists(STEP, max_size=10))
def test_replayed_changes_of_templates_equal_a_fresh_copy(at_store: Tablet, steps: list[str]) -> None:
    template_id = worlds.template(f"t{new_id()}")
    rows, cursor = fresh(at_store)
    for number, step in enumerate(steps):
        _tried(template_id, step, number)
        cursor = replay(at_store, rows, cursor)
    replay(at_store, rows, cursor)
    again, newer = fresh(at_store)
    replay(at_store, again, newer)
    assert rows["templates"] == again["templates"]
    template = variants.template(template_id)
    shown = rows["templates"].get(template_id)
    assert (shown is not None) == (template.body_in_use is not None and template.one_to_one)
    assert shown is None or shown["body"] == template.body_in_use


def _tried(template_id: str, step: str, number: int) -> None:
    template = variants.template(template_id)
    body = f"문구 {number}" if step == "rewrite" else templates.body_of(template)
    title = f"제목 {number}" if step == "title" else template.title
    shown = {"hide": False, "show": True}.get(step)
    actions = {"approve": templates.approve, "retire": templates.retire, "bring_back": templates.bring_back}

    def work() -> None:
        if step in actions:
            actions[step](template, acting_staff=SYSTEM)
        else:
            templates.rewrite(template, body=body, title=title, one_to_one=shown, acting_staff=Actor())

    try:
        run_in_unit_of_work(work)
    except Conflict:
        db.session.rollback()


def test_templates_that_were_approved_before_tablets_held_any_are_added_once(shop: worlds.Shop) -> None:  # noqa: ARG001 - its template
    def forget() -> None:
        for each in db.session.scalars(select(FloorTemplate)):
            db.session.delete(each)

    run_in_unit_of_work(forget)
    for _ in range(2):
        run_in_unit_of_work(lambda: floor.prepare(DatabasePrepared()))
    assert [each.name for each in db.session.scalars(select(FloorTemplate))] == ["offer"]
