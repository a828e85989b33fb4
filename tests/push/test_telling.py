"""Who is told what, by which browsers, through the API and by what happens elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from backend import delivery, settings
from backend.core import audit, events
from backend.core.db import db, run_in_unit_of_work
from backend.core.errors import SettingsError
from backend.delivery import Message, ReplyReceived, SendingPaused
from backend.organization import Staff
from backend.push import keys, telling
from backend.push.models import PushEvent, PushFault, PushNotice, PushSubscription
from tests import factories
from tests.privacy.planted import mutation
from tests.push.browser import Browser
from tests.push.test_rules import BAD, OFF_CURVE
from tests.push.test_sending import staff, subscribed

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"
PUSH = "/api/v1/push"


def state(client: FlaskClient) -> Any:
    answer = client.get(PUSH)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def subscribe(client: FlaskClient, browser: Browser, status: int = 200, **values: Any) -> Any:
    answer = client.put(f"{PUSH}/subscriptions", json=browser.data(**values))
    assert answer.status_code == status, answer.get_json()
    return answer.get_json()


def told() -> dict[str, tuple[str, int]]:
    """Who is told which kind, how often; by login."""
    run_in_unit_of_work(lambda: None)
    telling.tell_due()
    db.session.expire_all()
    people = {row.id: row.login for row in db.session.query(Staff)}
    rows = [
        json.loads(row.body) | {"who": row.recipient_id} for row in db.session.query(Message).filter_by(channel="push")
    ]
    return {people[each["who"]]: (each["kind"], each["count"]) for each in rows}


def happens(event: object) -> None:
    run_in_unit_of_work(lambda: events.publish(event))


def reply(**values: Any) -> ReplyReceived:
    plain: dict[str, Any] = {"customer_id": None, "store_id": None, "staff_id": None}
    return ReplyReceived(channel="sms", reply_id="r", **plain | values)


def test_a_browser_is_subscribed_refreshed_and_forgotten(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="associate")
    assert state(client)["subscriptions"] == []
    browser = Browser(ENDPOINT)
    first = subscribe(client, browser)
    again = subscribe(client, browser, language="en")
    assert (again["id"], again["language"]) == (first["id"], "en")
    assert [row["id"] for row in state(client)["subscriptions"]] == [first["id"]]
    assert ENDPOINT not in client.get(PUSH).get_data(as_text=True)
    moved = subscribe(client, Browser(f"{ENDPOINT}2"), replaces=ENDPOINT)
    assert [row["id"] for row in state(client)["subscriptions"]] == [moved["id"]]
    assert client.delete(f"{PUSH}/subscriptions/{moved['id']}").status_code == 204
    assert client.delete(f"{PUSH}/subscriptions/{moved['id']}").status_code == 404
    assert state(client)["subscriptions"] == []


def test_a_browser_tells_whoever_subscribed_it_last(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="associate")
    mine = subscribe(client, Browser(ENDPOINT))
    her = sign_in(role="manager")
    assert state(client)["subscriptions"] == []
    assert client.delete(f"{PUSH}/subscriptions/{mine['id']}").status_code == 404
    assert subscribe(client, Browser(ENDPOINT))["id"] == mine["id"]
    assert db.session.query(PushSubscription).one().staff_id == her.id


@pytest.mark.parametrize("what", ["http", "somebody's own", "this machine", "localhost", "another port", "not ASCII"])
def test_a_bad_endpoint_is_refused_by_name(what: str, client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="associate")
    problem = subscribe(client, Browser(BAD[what]), status=422)
    assert list(problem["errors"]) == ["endpoint"]


def test_bad_keys_are_refused_by_name(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="associate")
    problem = subscribe(client, Browser(ENDPOINT), status=422, p256dh=OFF_CURVE, auth="short")
    assert sorted(problem["errors"]) == ["auth", "p256dh"]
    assert db.session.query(PushSubscription).count() == 0


def test_nobody_has_browsers_without_end(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="associate")
    ids = [subscribe(client, Browser(f"{ENDPOINT}{number}"))["id"] for number in range(22)]
    assert sorted(row["id"] for row in state(client)["subscriptions"]) == sorted(ids[2:])


def test_wishes_are_kept_and_wrong_ones_named(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="manager")
    wish = {"muted": ["conflict"], "quiet_from": "22:00", "quiet_until": "08:00", "time_zone": "Asia/Seoul"}
    answer = client.put(f"{PUSH}/wish", json=wish).get_json()
    assert {kind["name"]: kind["on"] for kind in answer["kinds"]} == {
        "reply": True,
        "attention": True,
        "conflict": False,
    }
    assert (answer["quiet_from"], answer["quiet_until"], answer["time_zone"]) == ("22:00", "08:00", "Asia/Seoul")
    for wrong, field in (
        ({"quiet_until": None}, "quiet_until"),
        ({"quiet_from": None}, "quiet_from"),
        ({"quiet_until": "22:00"}, "quiet_until"),
        ({"quiet_until": "24:00"}, "quiet_until"),
        ({"quiet_from": "8:00"}, "quiet_from"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"muted": ["trial"]}, "muted"),
        ({"muted": ["nonsense"]}, "muted"),
    ):
        refused = client.put(f"{PUSH}/wish", json=wish | wrong)
        assert (refused.status_code, list(refused.get_json()["errors"])) == (422, [field]), wrong
    assert state(client)["quiet_until"] == "08:00"


def test_each_role_is_offered_what_concerns_it(client: FlaskClient, sign_in: Any) -> None:
    offered = {}
    for role in ("associate", "manager", "marketer", "admin"):
        sign_in(role=role)
        offered[role] = [kind["name"] for kind in state(client)["kinds"]]
    assert offered == {
        "associate": ["reply"],
        "manager": ["reply", "attention", "conflict"],
        "marketer": ["paused"],
        "admin": ["reply", "attention", "conflict", "paused"],
    }


def test_a_reply_is_told_to_whom_it_is_for_and_else_to_the_store(app: Flask) -> None:
    del app
    store, other = run_in_unit_of_work(factories.store).id, run_in_unit_of_work(factories.store).id
    people = {
        "hers": staff(login="hers", role="associate", store_id=store),
        "colleague": staff(login="colleague", role="manager", store_id=store),
        "elsewhere": staff(login="elsewhere", role="manager", store_id=other),
        "marketer": staff(login="marketer", role="marketer", store_id=store),
        "unsubscribed": staff(login="unsubscribed", role="manager", store_id=store),
        "left": staff(login="left", role="associate", store_id=store, active=False),
    }
    for login, person in people.items():
        if login != "unsubscribed":
            subscribed(person, Browser(f"{ENDPOINT}/{login}"))
    happens(reply(staff_id=people["hers"], store_id=store))
    assert told() == {"hers": ("reply", 1)}
    happens(reply(store_id=store))
    assert told() == {"hers": ("reply", 2), "colleague": ("reply", 1)}
    happens(reply(staff_id=people["left"], store_id=other))
    assert told()["elsewhere"] == ("reply", 1)
    assert db.session.query(PushEvent).count() == 0


def test_what_stopped_by_itself_is_told_to_head_office(app: Flask) -> None:
    del app
    store = run_in_unit_of_work(factories.store).id
    for login, role, place in (("one", "marketer", None), ("two", "admin", None), ("three", "marketer", store)):
        subscribed(staff(login=login, role=role, store_id=place), Browser(f"{ENDPOINT}/{login}"))
    happens(SendingPaused(channel="sms", reason="many_failures", batch_id="b"))
    assert told() == {"one": ("paused", 1), "two": ("paused", 1)}


def test_flagged_sales_and_conflicts_are_told_to_the_stores_manager(tablet: Any) -> None:
    lead = staff(login="lead", role="manager", store_id=tablet.store_id)
    hand = staff(login="hand", role="associate", store_id=tablet.store_id)
    for login, person in (("lead", lead), ("hand", hand)):
        subscribed(person, Browser(f"{ENDPOINT}/{login}"))
    customer = run_in_unit_of_work(lambda: factories.customer(home_store_id=tablet.store_id)).id
    line = {"sku": "NEVER-HEARD-OF", "quantity": 1, "amount": 1000}
    sale = {"customer_id": customer, "lines": [line], "currency": "KRW", "occurred_at": "2026-11-20T10:00:00+09:00"}
    edit = {"phone": {"from": None, "to": "010-0000-0001"}}
    results = tablet.push(
        mutation("sale.log", **sale),
        mutation("sale.log", **sale),
        mutation("customer.edit", customer_id=customer, changes=edit),
    )
    assert [each["status"] for each in results] == ["applied", "applied", "conflict"]
    telling.tell_due()
    counts = {row.kind: row.unseen for row in db.session.query(PushNotice).filter_by(staff_id=lead)}
    assert counts == {"attention": 2, "conflict": 1}
    assert db.session.query(PushNotice).filter_by(staff_id=hand).count() == 0


def test_who_switched_a_kind_off_is_not_told_it(client: FlaskClient, sign_in: Any) -> None:
    store = run_in_unit_of_work(factories.store).id
    sign_in(role="manager", store_id=store)
    subscribe(client, Browser(ENDPOINT))
    wish = {"muted": ["reply"], "quiet_from": None, "quiet_until": None, "time_zone": "Asia/Seoul"}
    assert client.put(f"{PUSH}/wish", json=wish).status_code == 200
    happens(reply(store_id=store))
    assert told() == {}


def test_what_one_has_seen_is_counted_no_more(client: FlaskClient, sign_in: Any) -> None:
    store = run_in_unit_of_work(factories.store).id
    sign_in(role="manager", store_id=store)
    subscribe(client, Browser(ENDPOINT))
    for _ in range(3):
        happens(reply(store_id=store))
    telling.tell_due()
    assert state(client)["unseen"] == [{"kind": "reply", "count": 3}]
    assert client.post(f"{PUSH}/seen", json={"kinds": ["reply", "nonsense"]}).status_code == 204
    assert state(client)["unseen"] == []
    assert client.post(f"{PUSH}/seen", json={"kinds": []}).status_code == 422


def test_a_trial_goes_to_oneself_also_in_quiet_hours(client: FlaskClient, sign_in: Any) -> None:
    her = sign_in(role="associate")
    subscribe(client, Browser(ENDPOINT))
    wish = {"muted": [], "quiet_from": "00:00", "quiet_until": "23:59", "time_zone": "Asia/Seoul"}
    assert client.put(f"{PUSH}/wish", json=wish).status_code == 200
    assert client.post(f"{PUSH}/trial").status_code == 204
    message = db.session.query(Message).filter_by(recipient_id=her.id).one()
    assert (message.state, json.loads(message.body)["kind"]) == ("queued", "trial")


def test_what_staff_are_told_stands_in_no_list_of_messages(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="admin")
    subscribe(client, Browser(ENDPOINT))
    assert client.post(f"{PUSH}/trial").status_code == 204
    message_id = db.session.query(Message).one().id
    assert client.get("/api/v1/messages").get_json()["items"] == []
    assert client.get(f"/api/v1/messages/{message_id}").status_code == 404


def test_an_admin_sees_which_service_refuses_us_and_why(client: FlaskClient, sign_in: Any) -> None:
    fault = PushFault(service="fcm.googleapis.com", reason="push_keys_refused", code="403", count=2)
    run_in_unit_of_work(lambda: db.session.add(fault))
    sign_in(role="manager")
    assert state(client)["faults"] == []
    sign_in(role="admin")
    (shown,) = state(client)["faults"]
    assert (shown["service"], shown["code"], shown["count"]) == ("fcm.googleapis.com", "403", 2)
    assert "DANGOL_PUSH_KEY" in shown["reason_text"]


def test_a_message_to_a_customer_asks_no_browser(app: Flask) -> None:
    del app
    draft = delivery.Draft(
        channel="push", purpose="service", customer_id=None, sender_id=None, store_id=None, address=None, body="{}"
    )
    (verdict,) = delivery.decide([draft])
    assert verdict == delivery.Allowed("service")


def test_settings_name_what_is_wrong_with_the_keys(app: Flask) -> None:
    good = keys.read(keys.fresh(), "it@example.com")
    assert len(good.application_key) == 87
    assert "PRIVATE" not in repr(good)
    for key, contact, variable in (
        ("nonsense", "it@example.com", "DANGOL_PUSH_KEY"),
        ("", "it@example.com", "DANGOL_PUSH_KEY"),
        (keys.fresh(), "", "DANGOL_PUSH_CONTACT"),
        (keys.fresh(), "mailto:it", "DANGOL_PUSH_CONTACT"),
    ):
        with pytest.raises(SettingsError, match=variable):
            keys.read(key, contact)
    with pytest.raises(SettingsError, match="DANGOL_PUSH_SERVICES"):
        settings.load({"DANGOL_PUSH_SERVICES": "https://push.example.com"})
    demo = app.extensions["dangol.settings"]
    with pytest.raises(SettingsError, match="DANGOL_PUSH_KEY is the demo's"):
        replace(demo, demo=False).refuse_unsafe_start()


def test_without_keys_push_is_off_and_says_so(app: Flask, client: FlaskClient, sign_in: Any) -> None:
    pair = app.extensions[keys._KEY]  # noqa: SLF001 - what a start without keys leaves
    app.extensions[keys._KEY] = None  # noqa: SLF001
    try:
        sign_in(role="associate")
        assert state(client)["key"] is None
        assert subscribe(client, Browser(ENDPOINT), status=409)["code"] == "push_off"
        assert client.post(f"{PUSH}/trial").get_json()["code"] == "push_off"
    finally:
        app.extensions[keys._KEY] = pair  # noqa: SLF001


def test_the_command_prints_a_key_that_the_settings_take(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["push", "keys"])
    assert result.exit_code == 0
    assert keys.read(result.output.strip(), "it@example.com").contact == "it@example.com"


def test_who_subscribed_and_what_was_wished_is_in_the_audit(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="associate")
    made = subscribe(client, Browser(ENDPOINT))
    subscribe(client, Browser(ENDPOINT), status=200)
    client.delete(f"{PUSH}/subscriptions/{made['id']}")
    actions = [row.action for row in db.session.query(audit.AuditEntry).filter_by(subject_kind="push_subscription")]
    assert sorted(set(actions)) == ["push.subscribe", "push.unsubscribe"]
