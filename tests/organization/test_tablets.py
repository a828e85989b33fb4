from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, unit_of_work
from backend.organization import Device, Staff, Store
from backend.organization import tablets as service
from tests import factories

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def store(app: Flask) -> Store:
    with app.app_context(), unit_of_work():
        return factories.store(code="ICN")


@pytest.fixture
def associate(app: Flask, store: Store) -> Staff:
    with app.app_context(), unit_of_work():
        return factories.staff(login="seoyeon", store_id=store.id)


def enrol(app: Flask, code: str) -> Any:
    return app.test_client().post("/api/v1/tablets/enrol", json={"code": code})


def make_code(client: Any, **more: Any) -> Any:
    return client.post("/api/v1/tablets/codes", json={"store": "ICN", "staff": "seoyeon"} | more)


@pytest.mark.usefixtures("associate")
def test_an_admins_code_makes_a_browser_a_tablet_once(app: Flask, client: Any, sign_in: Any) -> None:
    sign_in(role="admin")
    code = make_code(client).json["code"]
    assert len(code) == 9
    assert code[4] == "-"
    browser: Any = app.test_client()
    # As people type it: lower case, with a blank for the dash.
    enrolled = browser.post("/api/v1/tablets/enrol", json={"code": code.lower().replace("-", " "), "label": "카운터 1"})
    assert enrolled.status_code == 201
    assert enrolled.json.keys() == {"device_id", "token", "store", "scope"}
    assert enrolled.json["store"] == "ICN"
    assert "HttpOnly" in enrolled.headers["Set-Cookie"]
    assert "SameSite=Strict" in enrolled.headers["Set-Cookie"]
    again = enrol(app, code)
    assert (again.status_code, again.json["code"]) == (422, "enrolment_code_unusable")
    listed = client.get("/api/v1/tablets").json["items"]
    assert [(each["id"], each["label"], each["staff"]) for each in listed] == [
        (enrolled.json["device_id"], "카운터 1", "seoyeon")
    ]


@pytest.mark.usefixtures("associate")
def test_a_code_is_good_for_fifteen_minutes(app: Flask, client: Any, sign_in: Any) -> None:
    sign_in(role="admin")
    code = make_code(client).json["code"]
    with clock.frozen(clock.now() + timedelta(minutes=15, seconds=1)):
        late = enrol(app, code)
    assert late.json["code"] == "enrolment_code_unusable"


@pytest.mark.parametrize("role", ["associate", "manager", "marketer"])
@pytest.mark.usefixtures("associate")
def test_only_an_admin_makes_codes(client: Any, sign_in: Any, role: str) -> None:
    sign_in(role=role)
    assert make_code(client).status_code == 403


@pytest.mark.usefixtures("associate")
def test_more_than_the_stores_customers_needs_a_reason(client: Any, sign_in: Any, app: Flask) -> None:
    sign_in(role="admin")
    refused = make_code(client, scope="all")
    assert refused.status_code == 422
    assert list(refused.json["errors"]) == ["reason"]
    code = make_code(client, scope="all", reason="본사 점검").json["code"]
    assert enrol(app, code).json["scope"] == "all"


def test_what_is_wrong_with_a_wish_is_said_by_field(client: Any, sign_in: Any) -> None:
    sign_in(role="admin")
    refused = make_code(client, store="NOWHERE", staff="nobody")
    assert refused.json["errors"].keys() == {"store", "staff"}


def test_in_a_demo_anybody_signed_in_makes_this_browser_a_tablet(client: Any, sign_in: Any, store: Store) -> None:
    sign_in(role="associate", store_id=store.id)
    enrolled = client.post("/api/v1/tablets/demo")
    assert enrolled.status_code == 201
    assert client.get("/api/v1/session").json["tablet"] == {
        "id": enrolled.json["device_id"],
        "store": "ICN",
        "scope": f"store:{store.id}",
    }


def test_nobody_signed_in_gets_no_demo_tablet(client: Any) -> None:
    assert client.post("/api/v1/tablets/demo").status_code == 401


def test_a_browser_reads_with_a_living_session_only_and_pushes_without(client: Any, sign_in: Any, store: Store) -> None:
    sign_in(role="associate", store_id=store.id)
    client.post("/api/v1/tablets/demo")
    assert client.get("/api/v1/sync/snapshot").status_code == 200
    client.delete("/api/v1/session")
    refused = client.get("/api/v1/sync/snapshot")
    assert (refused.status_code, refused.json["code"]) == (401, "session_expired")
    assert client.post("/api/v1/sync/push", json={"mutations": []}).status_code == 200


def test_without_a_token_or_with_an_unknown_one_nobody_is_signed_in(client: Any) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer unknown"},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "Bearer"},
    ):
        answer = client.get("/api/v1/sync/snapshot", headers=headers)
        assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")


def test_a_withdrawn_tablet_is_told_to_wipe_when_it_reads(app: Flask, tablet: Any) -> None:
    with app.app_context(), unit_of_work():
        service.revoke(tablet.device.id, acting_staff=SYSTEM)
    answer = tablet.get("/sync/snapshot")
    assert answer.status_code == 401
    assert answer.json["code"] == "device_revoked"
    assert (answer.json["wipe"], answer.json["accept_outbox"]) == (True, True)
    # What waits on it is still taken.
    assert tablet.post("/sync/push", json={"mutations": []}).status_code == 200


def test_a_script_reads_lists_with_a_tablets_token_as_who_enrolled_it(app: Flask, make_tablet: Any) -> None:
    with app.app_context(), unit_of_work():
        place = factories.store(code="ICN")
        person = factories.staff(store_id=place.id)
    tablet = make_tablet(store=place, staff=person)
    assert [each["code"] for each in tablet.get("/stores").json["items"]] == ["ICN"]
    assert tablet.get("/staff").status_code == 403
    assert tablet.post("/stores", json={"code": "X", "name": "X", "business_unit": "X"}).status_code == 401


def test_a_tablet_is_noted_as_seen_once_a_minute(app: Flask, tablet: Any) -> None:
    def seen() -> Any:
        with app.app_context():
            found = db.session.get(Device, tablet.device.id)
            assert found is not None
            return found.last_seen_at

    start = clock.now()
    for seconds, expected in ((0, 0), (30, 0), (61, 61)):
        with clock.frozen(start + timedelta(seconds=seconds)):
            tablet.get("/sync/snapshot")
        assert seen() == start + timedelta(seconds=expected)


def test_a_tablet_is_found_with_one_query(app: Flask, tablet: Any) -> None:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        found = service.find(tablet.token)
        event.remove(db.engine, "before_cursor_execute", note)
        queries = [each for each in statements if each.startswith("SELECT")]
        assert found is not None
        assert found.id == tablet.device.id
        assert len(queries) == 1
