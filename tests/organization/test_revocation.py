"""A tablet that was withdrawn: its very next call is told so, and what waits on it is taken, or not, as was said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from backend.core import audit
from backend.core.audit import SYSTEM
from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.organization import ScopeWish, tablets
from backend.sales import Sale
from backend.sync.clock import epoch
from tests import factories
from tests.sync.test_push import count, sale
from tests.sync.test_sealed import sealed

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

CLEAR = '"cache", "storage", "cookies"'
READS = ("/sync/snapshot", "/sync/pull?cursor=x", "/sync/terms", "/customers", "/stores", "/sales")


def revoke(tablet: Tablet, *, hard: bool = False) -> None:
    with unit_of_work():
        tablets.revoke(tablet.device.id, hard=hard, acting_staff=SYSTEM)


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("path", READS)
def test_the_very_next_call_is_told_to_wipe(tablet: Tablet, path: str, hard: bool) -> None:
    assert tablet.get("/sync/terms").status_code == 200
    revoke(tablet, hard=hard)
    answer = tablet.get(path)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "device_revoked")
    assert answer.get_json().get("epoch") == (None if hard else epoch())
    assert (answer.get_json()["wipe"], answer.get_json()["accept_outbox"]) == (True, not hard)
    assert answer.headers.get("Clear-Site-Data") == (CLEAR if hard else None)


@pytest.mark.parametrize("address", ["push", "sealed"])
def test_softly_withdrawn_it_hands_in_its_sales_and_then_forgets(tablet: Tablet, address: str) -> None:
    revoke(tablet)
    for more in (True, False):
        entry = sale()
        body = {"mutations": [entry]} if address == "push" else {"items": [sealed(entry)]}
        answer = tablet.post(f"/sync/{address}", json=body, query_string={"more": "true"} if more else {})
        assert answer.get_json()["results"][0]["status"] == "applied"
        assert answer.headers.get("Clear-Site-Data") == (None if more else CLEAR)
    assert count(Sale) == 2


def test_a_tablet_in_use_is_never_told_to_forget(tablet: Tablet) -> None:
    assert "Clear-Site-Data" not in tablet.post("/sync/push", json={"mutations": []}).headers


@pytest.mark.parametrize("address", ["push", "sealed"])
def test_withdrawn_hard_nothing_of_it_is_taken(tablet: Tablet, address: str) -> None:
    revoke(tablet, hard=True)
    answer = tablet.post(f"/sync/{address}", json={"mutations": [sale()], "items": [sealed(sale())]})
    assert (answer.status_code, answer.get_json()["accept_outbox"]) == (401, False)
    assert answer.headers["Clear-Site-Data"] == CLEAR
    assert count(Sale) == 0


def test_whoever_is_signed_in_at_a_withdrawn_tablet_reads_nothing_there(
    app: Flask, client: FlaskClient, sign_in: Any, tablet: Tablet
) -> None:
    sign_in(role="associate")
    client.set_cookie("dangol_device", tablet.token, path="/api/v1")
    assert client.get("/api/v1/customers").status_code == 200
    revoke(tablet)
    assert client.get("/api/v1/customers").get_json()["code"] == "device_revoked"
    assert client.get("/api/v1/sync/pull").get_json()["code"] == "device_revoked"
    pushed = client.post("/api/v1/sync/push", json={"mutations": []})
    assert pushed.status_code == 200
    # Browsers that do not know the header lose the cookies all the same.
    assert client.get_cookie("dangol_device", path="/api/v1") is None
    assert client.get("/api/v1/session").status_code == 401
    # The browser can become a tablet again, with a new code.
    with app.app_context(), unit_of_work():
        store = factories.store()
        person = factories.staff(store_id=store.id)
        code = tablets.make_code(store.code, person.login, wish=ScopeWish(), acting_staff=SYSTEM).code
    assert client.post("/api/v1/tablets/enrol", json={"code": code}).status_code == 201
    assert client.get("/api/v1/sync/terms").status_code == 200


def test_an_admin_withdraws_any_tablet_and_the_list_says_how(
    client: FlaskClient, sign_in: Any, make_tablet: Any
) -> None:
    first, second, third = make_tablet(), make_tablet(), make_tablet()
    sign_in(role="admin")
    soft = client.post(f"/api/v1/tablets/{first.device.id}/revoke", json={"reason": "수리"}).get_json()
    assert (soft["state"], soft["revoked_hard"], soft["revoked_reason"]) == ("revoked", False, "수리")
    hard = client.post(f"/api/v1/tablets/{second.device.id}/revoke", json={"hard": True, "reason": "분실"})
    assert hard.get_json()["state"] == "revoked_hard"
    states = {each["id"]: each["state"] for each in client.get("/api/v1/tablets").get_json()["items"]}
    assert states == {first.device.id: "revoked", second.device.id: "revoked_hard", third.device.id: "active"}
    entry = db.session.query(audit.AuditEntry).filter_by(action="tablet.revoke", subject_id=second.device.id).one()
    assert entry.detail == {"hard": True, "reason": "분실"}


def test_what_was_soft_can_become_hard_and_never_the_other_way(
    client: FlaskClient, sign_in: Any, tablet: Tablet
) -> None:
    sign_in(role="admin")
    address = f"/api/v1/tablets/{tablet.device.id}/revoke"
    soft = client.post(address, json={}).get_json()
    hard = client.post(address, json={"hard": True}).get_json()
    again = client.post(address, json={"hard": False}).get_json()
    assert [each["state"] for each in (soft, hard, again)] == ["revoked", "revoked_hard", "revoked_hard"]
    assert soft["revoked_at"] == again["revoked_at"]


def test_a_manager_withdraws_tablets_of_the_own_store_only(client: FlaskClient, sign_in: Any, make_tablet: Any) -> None:
    own, other = make_tablet(), make_tablet()
    sign_in(role="manager", store_id=own.store_id)
    assert [each["id"] for each in client.get("/api/v1/tablets").get_json()["items"]] == [own.device.id]
    assert client.post(f"/api/v1/tablets/{own.device.id}/revoke", json={}).status_code == 200
    for unknown in (other.device.id, new_id(), "nothing"):
        assert client.post(f"/api/v1/tablets/{unknown}/revoke", json={}).status_code == 404
    assert other.get("/sync/terms").status_code == 200


@pytest.mark.parametrize("role", ["associate", "marketer"])
def test_others_withdraw_no_tablet(client: FlaskClient, sign_in: Any, tablet: Tablet, role: str) -> None:
    sign_in(role=role, store_id=tablet.store_id)
    assert client.post(f"/api/v1/tablets/{tablet.device.id}/revoke", json={}).status_code == 403


@pytest.mark.parametrize(("options", "state"), [([], "revoked"), (["--hard"], "revoked_hard")])
def test_the_command_withdraws_softly_unless_told_otherwise(
    app: Flask, tablet: Tablet, options: list[str], state: str
) -> None:
    run = app.test_cli_runner().invoke
    said = run(args=["tablet", "revoke", tablet.device.id, *options, "--json"]).output
    assert json.loads(said)["state"] == state
    listed = json.loads(run(args=["tablet", "list", "--json"]).output)
    assert [each["state"] for each in listed] == [state]
    assert run(args=["tablet", "revoke", new_id()]).exit_code == 1
    assert tablet.get("/sync/snapshot").get_json()["accept_outbox"] is not bool(options)
