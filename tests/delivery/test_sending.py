"""Batches, lanes and the switch: what is claimed, in whose turn, and what stops it."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend.core import clock, events
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work
from backend.core.errors import Conflict
from backend.delivery import (
    Accepted,
    Draft,
    Message,
    MessageBatch,
    Missing,
    NotProcessed,
    OutcomeUnknown,
    Outgoing,
    Refused,
    SendingPaused,
    State,
    claim,
    enqueue,
    enqueue_many,
    lookups,
    numbers,
    open_batch,
)
from backend.delivery.after_restore import doubt_what_may_have_gone
from backend.delivery.outcomes import Result, record
from backend.delivery.pacing import LIST_IS_CERTAIN_AFTER, Window
from backend.delivery.sending import batches, filling, lanes, switch
from backend.delivery.sending.rules import Bucket, in_turn, pause_reason
from tests.sms import worlds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient


@pytest.fixture(autouse=True)
def noon(app: Flask) -> Iterator[None]:  # noqa: ARG001 - rows need the app's database
    """By day in Seoul, whenever the tests run."""
    with clock.frozen(worlds.NOON):
        yield


@pytest.fixture
def shop() -> worlds.Shop:
    """The sender of this file's batches."""
    return worlds.shop()


def draft(number: int, sender_id: str | None, **values: Any) -> Draft:
    ours: dict[str, Any] = {
        "channel": "sms",
        "purpose": "service",
        "customer_id": None,
        "sender_id": sender_id,
        "store_id": None,
        "address": f"+8210{40_000_000 + number}",
        "body": "안녕하세요",
    }
    return Draft(**ours | values)


def put(sender_id: str | None = None, number: int = 9_999, **values: Any) -> str:
    message: Message = run_in_unit_of_work(lambda: enqueue(draft(number, sender_id, **values), actor=SYSTEM))
    return message.id


def new_batch(shop: worlds.Shop, count: int = 0, *, first: int = 0, name: str = "가을", **values: Any) -> str:
    batch: MessageBatch = run_in_unit_of_work(
        lambda: open_batch(name, channel="sms", purpose="service", sender_id=shop.unit.id, actor=SYSTEM, **values)
    )
    drafts = [draft(first + number, shop.unit.id) for number in range(count)]
    enqueue_many(drafts, batch_id=batch.id, actor=SYSTEM)
    return batch.id


def take(limit: int = 10, **values: Any) -> list[Outgoing]:
    claimed = run_in_unit_of_work(lambda: claim.claim(worker="w1", channels=["sms"], limit=limit, **values))
    return [outgoing for _, outgoing in claimed.outgoing]


def finish(outgoing: Outgoing, outcome: Any) -> None:
    run_in_unit_of_work(lambda: record([Result(outgoing, outcome, clock.now())]))


def get(message_id: str) -> Message:
    db.session.expire_all()
    found = db.session.get(Message, message_id)
    assert found is not None
    return found


def batch(batch_id: str) -> MessageBatch:
    db.session.expire_all()
    found = db.session.get(MessageBatch, batch_id)
    assert found is not None
    return found


def batches_of(taken: list[Outgoing]) -> list[str | None]:
    return [get(each.id).batch_id for each in taken]


def act(what: Any, batch_id: str, **values: Any) -> None:
    run_in_unit_of_work(lambda: what(batch(batch_id), actor=SYSTEM, **values))


def later(**delta: float) -> Any:
    return clock.frozen(clock.now() + timedelta(**delta))


def test_a_single_message_goes_before_a_batch_however_urgent_that_is(shop: worlds.Shop) -> None:
    new_batch(shop, 20)
    single = put(shop.unit.id, priority=9)
    assert [each.id for each in take(1)] == [single]


def test_batches_take_turns(shop: worlds.Shop) -> None:
    first, second = new_batch(shop, 20), new_batch(shop, 3, first=100)
    taken = batches_of(take(8))
    assert (taken.count(first), taken.count(second)) == (5, 3)
    third = new_batch(shop, 20, first=200)
    assert {batches_of(take(1, turn=turn))[0] for turn in (1, 2)} == {first, third}


def test_places_are_kept_for_single_messages(shop: worlds.Shop) -> None:
    new_batch(shop, 20)
    assert len(take(10, of_batches=7)) == 7
    put(shop.unit.id)
    assert len(take(3, of_batches=0)) == 1


@pytest.mark.parametrize(("size", "under_way", "room"), [(64, 0, 60), (64, 60, 0), (1, 0, 1), (1, 1, 0), (8, 2, 5)])
def test_batches_never_have_all_places_but_always_one(size: float, under_way: int, room: int) -> None:
    assert Window(64, size).room_for_batches(under_way) == room


def test_a_paused_batch_stops_at_once_and_goes_on_where_it_was(shop: worlds.Shop) -> None:
    batch_id = new_batch(shop, 5)
    before = take(2)
    act(batches.pause, batch_id)
    assert not claim.has_work()
    assert take() == []
    act(batches.resume, batch_id)
    assert claim.has_work()
    after = take()
    assert len({each.id for each in before + after}) == 5


def test_a_cancelled_batch_sends_nothing_more(shop: worlds.Shop) -> None:
    batch_id = new_batch(shop, 5)
    (gone,) = take(1)
    act(batches.cancel, batch_id)
    assert take() == []
    rows = db.session.scalars(select(Message).where(Message.batch_id == batch_id, Message.id != gone.id))
    assert {(row.state, row.reason) for row in rows} == {("canceled", "canceled")}
    with pytest.raises(Conflict):
        act(batches.resume, batch_id)


def test_a_large_cancelled_batch_is_written_down_in_parts(shop: worlds.Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SWEPT_AT_ONCE", 2)
    batch_id = new_batch(shop, 7)
    act(batches.cancel, batch_id)
    waiting = select(func.count()).select_from(Message).where(Message.state == "queued")
    assert db.session.scalar(waiting) == 5
    assert take() == []
    batches.tend()
    assert db.session.scalar(waiting) == 0
    assert batch(batch_id).ended_at is not None


def test_a_batch_is_done_when_nothing_of_it_waits(shop: worlds.Shop) -> None:
    batch_id = new_batch(shop, 1)
    (outgoing,) = take()
    batches.tend()
    assert batch(batch_id).state == "running"
    finish(outgoing, Accepted(ref="SM1"))
    batches.tend()
    assert batch(batch_id).state == "done"


def test_a_batch_that_is_still_being_filled_is_not_done(shop: worlds.Shop) -> None:
    opened = run_in_unit_of_work(
        lambda: open_batch("새", channel="sms", purpose="service", sender_id=shop.unit.id, actor=SYSTEM)
    )
    batches.tend()
    assert batch(opened.id).state == "running"


def test_what_the_night_held_of_a_paused_batch_stays_where_it_is(shop: worlds.Shop) -> None:
    batch_id = new_batch(shop, 2)
    for outgoing in take():
        finish(outgoing, NotProcessed(reason="throttled"))
    act(batches.pause, batch_id)
    with later(hours=1):
        assert not claim.has_work()
        assert take() == []
        act(batches.resume, batch_id)
        assert len(take()) == 2


def test_nothing_is_claimed_once_the_switch_is_thrown(shop: worlds.Shop) -> None:
    new_batch(shop, 3)
    put(shop.unit.id)
    for channel in (None, "sms"):
        run_in_unit_of_work(lambda channel=channel: switch.stop(channel, note="시험", actor=SYSTEM))  # type: ignore[misc]
        assert take() == []
        run_in_unit_of_work(lambda channel=channel: switch.start(channel, actor=SYSTEM))  # type: ignore[misc]
    run_in_unit_of_work(lambda: switch.stop("push", note=None, actor=SYSTEM))
    assert len(take()) == 4


def test_a_paused_sender_sends_nothing_and_others_go_on(shop: worlds.Shop) -> None:
    put(shop.unit.id)
    of_nobody = put()
    run_in_unit_of_work(lambda: lanes.pause("sms", shop.unit.id, reason="by_hand", actor=SYSTEM))
    assert [each.id for each in take()] == [of_nobody]
    run_in_unit_of_work(lambda: lanes.resume(lanes.lane_id("sms", shop.unit.id), actor=SYSTEM))
    assert len(take()) == 1


def test_a_claim_takes_no_more_segments_than_there_are_tokens(shop: worlds.Shop) -> None:
    new_batch(shop, 40)
    run_in_unit_of_work(lambda: lanes.set_rate("sms", shop.unit.id, rate=10, burst=10, actor=SYSTEM))
    with later(seconds=60):
        assert len(take(64)) == 10
        assert take(64) == []
    with later(seconds=60.5):
        assert len(take(64)) == 5


def test_a_message_larger_than_the_burst_waits_until_it_fits(shop: worlds.Shop) -> None:
    run_in_unit_of_work(lambda: lanes.set_rate("sms", shop.unit.id, rate=1, burst=1, actor=SYSTEM))
    large, small = put(shop.unit.id, size=5), put(shop.unit.id, 2)
    with later(seconds=4):
        assert take() == []
    with later(seconds=5):
        assert [each.id for each in take()] == [large]
    with later(seconds=6):
        assert [each.id for each in take()] == [small]


def test_what_the_gate_holds_back_costs_no_tokens(shop: worlds.Shop) -> None:
    run_in_unit_of_work(lambda: lanes.set_rate("sms", shop.unit.id, rate=1, burst=1, actor=SYSTEM))
    put(shop.unit.id, not_after=clock.now() + timedelta(seconds=1))
    with later(seconds=10):
        assert take() == []
        put(shop.unit.id, 2)
        assert len(take()) == 1


@given(
    rate=st.floats(0.1, 100),
    burst=st.floats(1, 50),
    asked=st.lists(st.tuples(st.floats(0, 20), st.integers(1, 30)), max_size=40),
)
def test_no_window_sees_more_than_rate_and_burst_allow(
    rate: float, burst: float, asked: list[tuple[float, int]]
) -> None:
    now = datetime(2026, 11, 10, tzinfo=UTC)
    bucket, drawn = Bucket(rate, burst, burst, now), []
    for wait, size in asked:
        now += timedelta(seconds=wait)
        if bucket.holds(now, first=size) >= size:
            bucket = bucket.drawn(size, now, first=size)
            drawn.append((now, size))
    for start, (begins, _) in enumerate(drawn):
        for end in range(start, len(drawn)):
            inside = [size for _, size in drawn[start : end + 1]]
            seconds = (drawn[end][0] - begins).total_seconds()
            assert sum(inside) <= rate * seconds + max(burst, *inside, 0) + 1e-6


@given(st.from_regex(r"\\+8210[0-9]{8}", fullmatch=True))
def test_the_short_cut_for_korean_mobiles_says_what_the_library_says(e164: str) -> None:
    assert numbers.describe(e164) == numbers.parsed(e164)


def test_more_than_there_is_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="More"):
        Bucket(1, 5, 5, worlds.NOON).drawn(6, worlds.NOON)


def test_queues_are_merged_one_by_one() -> None:
    assert in_turn(["abc", "d", "ef"], turn=0) == list("adebfc")
    assert in_turn(["abc", "d", "ef"], turn=1) == list("deafbc")
    assert in_turn([], turn=3) == []


FINE, DEAD = [("accepted", None)], [("failed", "bad_number")]
FILTERED = [("undelivered", "carrier_filtered")]


@pytest.mark.parametrize(
    ("handed_over", "reason"),
    [
        ([], None),
        (FINE * 50, None),
        ([("failed", "configuration")], "configuration"),
        (FINE * 49 + [("failed", "configuration")], "configuration"),
        (DEAD * 19, None),
        (DEAD * 20, "many_failures"),
        (DEAD * 25 + FINE * 25, None),
        (DEAD * 26 + FINE * 24, "many_failures"),
        (FILTERED * 5 + FINE * 45, None),
        (FILTERED * 6 + FINE * 44, "many_filtered"),
        (FILTERED * 6 + DEAD * 44, "many_filtered"),
        ([("delivered", "configuration")] * 20, None),
    ],
)
def test_when_a_batch_stops_by_itself(handed_over: list[tuple[str, str | None]], reason: str | None) -> None:
    assert pause_reason(handed_over) == reason


@pytest.fixture
def heard(app: Flask) -> Iterator[list[SendingPaused]]:
    """What is published of pauses."""
    told: list[SendingPaused] = []
    events.subscribe(app, SendingPaused, told.append)
    yield told
    app.extensions["dangol.events"][SendingPaused].remove(told.append)


def test_wrong_settings_stop_a_batch_at_once_and_say_so(shop: worlds.Shop, heard: list[SendingPaused]) -> None:
    batch_id = new_batch(shop, 5)
    for outgoing in take(2):
        finish(outgoing, Refused(reason="configuration", code="21606"))
    assert (batch(batch_id).state, batch(batch_id).reason) == ("paused", "configuration")
    assert take() == []
    expected = SendingPaused(channel="sms", reason="configuration", batch_id=batch_id, sender_id=shop.unit.id)
    assert heard == [expected]


def test_wrong_settings_of_a_single_message_stop_its_sender(shop: worlds.Shop, heard: list[SendingPaused]) -> None:
    put(shop.unit.id)
    (outgoing,) = take()
    finish(outgoing, Refused(reason="configuration"))
    put(shop.unit.id, 2)
    assert take() == []
    assert [(each.sender_id, each.batch_id) for each in heard] == [(shop.unit.id, None)]


def test_failures_before_it_was_resumed_are_not_held_against_a_batch(shop: worlds.Shop) -> None:
    batch_id = new_batch(shop, 30)
    for outgoing in take(20):
        finish(outgoing, Refused(reason="provider_refused"))
    assert batch(batch_id).reason == "many_failures"
    with later(minutes=1):
        act(batches.resume, batch_id)
    with later(minutes=2):
        (outgoing,) = take(1)
        finish(outgoing, Refused(reason="provider_refused"))
        assert batch(batch_id).state == "running"


def test_filling_that_was_killed_goes_on_and_doubles_nothing(
    shop: worlds.Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "CHUNK", 4)
    opened = new_batch(shop)
    drafts = [draft(number, shop.unit.id) for number in range(10)]
    run_in_unit_of_work(lambda: filling.put_chunk(drafts[:4], batch_id=opened, actor=SYSTEM))
    filled = enqueue_many(drafts, batch_id=opened, actor=SYSTEM)
    assert (filled.added, filled.repeated, dict(filled.states)) == (6, 4, {"queued": 6})
    assert batch(opened).total == 10
    assert len(take(64)) == 10


def test_nobody_is_in_a_batch_twice_by_customer_or_by_number(shop: worlds.Shop) -> None:
    customer = worlds.customer(shop)
    drafts = [
        draft(1, shop.unit.id, customer_id=customer.id),
        draft(2, shop.unit.id, customer_id=customer.id),
        draft(1, shop.unit.id),
    ]
    opened = new_batch(shop)
    filled = enqueue_many(drafts, batch_id=opened, actor=SYSTEM)
    assert (filled.added, filled.repeated) == (1, 2)


def test_the_gate_is_asked_when_a_batch_is_filled(shop: worlds.Shop) -> None:
    opened = new_batch(shop)
    drafts = [draft(1, shop.unit.id), draft(2, shop.unit.id, address="+8225550000")]
    filled = enqueue_many(drafts, batch_id=opened, actor=SYSTEM)
    assert dict(filled.states) == {"queued": 1, "skipped": 1}


def test_a_batch_gives_its_last_moment_to_its_messages(shop: worlds.Shop) -> None:
    new_batch(shop, 1, not_after=clock.now() + timedelta(minutes=1))
    with later(minutes=2):
        assert take() == []


def test_nothing_comes_into_a_batch_that_has_ended(shop: worlds.Shop) -> None:
    opened = new_batch(shop, 1)
    act(batches.cancel, opened)
    with pytest.raises(Conflict):
        enqueue_many([draft(5, shop.unit.id)], batch_id=opened, actor=SYSTEM)


def lost(**values: Any) -> str:
    message_id = put(**values)
    (outgoing,) = take()
    finish(outgoing, OutcomeUnknown())
    return message_id


def settled(message_id: str, answer: Any) -> str:
    asked_at = clock.now()
    run_in_unit_of_work(lambda: lookups.take(channels=["sms"], limit=10))
    run_in_unit_of_work(lambda: lookups.settle(message_id, answer, asked_at=asked_at))
    return get(message_id).state


def test_what_a_whole_list_lacks_goes_again_once_the_list_is_old_enough() -> None:
    message_id = lost(at_most_once=True)
    with later(minutes=1):
        assert settled(message_id, Missing()) == "unknown"
    with later(seconds=LIST_IS_CERTAIN_AFTER.total_seconds() + 90):
        assert settled(message_id, Missing()) == "queued"
        assert [(each.id, each.attempt) for each in take()] == [(message_id, 2)]


def test_what_a_whole_list_lacks_does_not_go_again_after_its_time() -> None:
    message_id = lost(at_most_once=True, not_after=clock.now() + timedelta(minutes=5))
    for minutes in (1, 20):
        with later(minutes=minutes):
            assert settled(message_id, Missing()) == "unknown"


def test_after_a_restore_only_the_second_look_is_believed() -> None:
    message_id = put(at_most_once=True)
    with later(hours=5):
        run_in_unit_of_work(
            lambda: doubt_what_may_have_gone(events.DatabaseRestored(restored_to=clock.now(), carried={}))
        )
    with later(hours=5, minutes=2):
        assert settled(message_id, Missing()) == "unknown"
    with later(hours=5, minutes=13):
        assert settled(message_id, Missing()) == "queued"


@pytest.mark.parametrize(("at_most_once", "state"), [(True, "unknown"), (False, "queued")])
def test_what_may_go_twice_goes_again_after_the_last_look(*, at_most_once: bool, state: str) -> None:
    message_id = lost(at_most_once=at_most_once)
    for minutes in (1, 12):
        with later(minutes=minutes):
            assert settled(message_id, None) == "unknown"
    with later(minutes=80):
        assert settled(message_id, None) == state


def test_a_commercial_text_goes_at_most_once_whatever_is_said() -> None:
    assert draft(1, None, purpose="commercial", at_most_once=False).once


def test_two_workers_claim_nothing_twice(app: Flask, shop: worlds.Shop) -> None:
    new_batch(shop, 300)
    taken: list[str] = []

    def work(name: str) -> None:
        with app.app_context(), clock.frozen(worlds.NOON):
            while True:
                claimed = run_in_unit_of_work(lambda: claim.claim(worker=name, channels=["sms"], limit=16))
                taken.extend(outgoing.id for _, outgoing in claimed.outgoing)
                left = select(func.count()).select_from(Message).where(claim.is_in(State.QUEUED))
                if not claimed.outgoing and not db.session.scalar(left):
                    break
            db.session.remove()

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), len(set(taken))) == (300, 300)


def test_the_desk_sees_how_far_it_is_and_steers_it(client: FlaskClient, sign_in: Any, shop: worlds.Shop) -> None:
    lost()
    batch_id = new_batch(shop, 3)
    for outgoing in take(1):
        finish(outgoing, Accepted(ref="SM1"))
    sign_in(role="marketer")
    seen = client.get("/api/v1/sending").get_json()
    (shown,) = seen["batches"]
    assert (shown["size"], shown["left"], shown["per_minute"], shown["seconds_left"]) == (3, 2, 1, 120)
    assert shown["counts"] == {"accepted": 1, "queued": 2}
    assert seen["doubtful"] == {"sought": 1, "final": 0}
    paused = post(client, f"/api/v1/batches/{batch_id}/pause", None)
    assert (paused["state"], paused["reason_text"]) == ("paused", "담당자가 발송을 멈췄습니다.")
    assert post(client, f"/api/v1/batches/{batch_id}/resume", None)["state"] == "running"
    assert post(client, f"/api/v1/batches/{batch_id}/cancel", None)["counts"] == {"accepted": 1, "canceled": 2}
    assert client.post(f"/api/v1/batches/{batch_id}/pause").status_code == 409


def test_an_admin_sets_a_rate_and_throws_the_switch(client: FlaskClient, sign_in: Any, shop: worlds.Shop) -> None:
    sign_in(role="admin")
    key = {"channel": "sms", "sender": shop.unit.code}
    rated = client.put("/api/v1/sending/lanes", json=key | {"rate": 10, "burst": None}).get_json()
    assert [(lane["sender"], lane["rate"], lane["burst"]) for lane in rated["lanes"]] == [(shop.unit.code, 10, 10)]
    assert post(client, "/api/v1/sending/lanes/pause", key)["lanes"][0]["reason"] == "by_hand"
    assert post(client, "/api/v1/sending/lanes/resume", key)["lanes"][0]["paused_at"] is None
    stopped = post(client, "/api/v1/sending/stop", {"channel": None, "note": "점검"})["stopped"]
    assert [(each["channel"], each["note"]) for each in stopped] == [("*", "점검")]
    assert post(client, "/api/v1/sending/start", {"channel": None})["stopped"] == []
    wrong = client.put("/api/v1/sending/lanes", json={"channel": "sms", "sender": "none", "rate": 0, "burst": 1})
    assert (wrong.status_code, list(wrong.get_json()["errors"])) == (422, ["rate"])


@pytest.mark.parametrize("path", ["stop", "start"])
def test_the_floor_steers_nothing(client: FlaskClient, sign_in: Any, path: str) -> None:
    sign_in(role="associate")
    assert client.post(f"/api/v1/sending/{path}", json={"channel": None}).status_code == 403


def test_the_command_line_steers_as_well(app: Flask, shop: worlds.Shop) -> None:
    batch_id = new_batch(shop, 2)
    run = app.test_cli_runner().invoke
    assert json.loads(run(args=["messages", "stop", "--json"]).output)["stopped"][0]["channel"] == "*"
    assert "is stopped since" in run(args=["messages", "status"]).output
    assert json.loads(run(args=["messages", "start", "--json"]).output)["stopped"] == []
    for word, state in (("pause", "paused"), ("resume", "running"), ("cancel", "canceled")):
        output = run(args=["messages", word, "--batch", batch_id, "--json"]).output
        assert json.loads(output)["state"] == state


def post(client: FlaskClient, path: str, body: Any) -> Any:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.json
    return answer.json
