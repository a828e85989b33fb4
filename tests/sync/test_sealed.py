"""What a locked or wiped tablet kept reaches the server sealed, once, and nothing that was tampered with does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backend import settings
from backend.core.db import db
from backend.core.errors import SettingsError
from backend.core.ids import new_id
from backend.sales import Sale
from backend.settings import current_settings
from backend.sync import SCHEMA, sealing
from backend.sync.models import Receipt
from tests.sync.test_push import count, sale

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Tablet

VECTORS = json.loads((Path(__file__).parents[1] / "contract" / "sealed_outbox.json").read_text(encoding="utf-8"))
KNOWN = sealing.keys(VECTORS["private_key_pkcs8_base64"])


def sealed(entry: dict[str, Any]) -> dict[str, str]:
    """The entry as a tablet of the running app seals it."""
    key = sealing.keys(current_settings().sealing_key)[0]
    return sealing.seal(entry["id"], json.dumps(entry).encode(), key=key)


def send(tablet: Tablet, *items: dict[str, Any]) -> list[dict[str, Any]]:
    """Send sealed items; the results."""
    response = tablet.post("/sync/sealed", json={"items": list(items)})
    assert response.status_code == 200, response.get_json()
    results: list[dict[str, Any]] = response.get_json()["results"]
    return results


@pytest.fixture
def other_key(app: Flask) -> Iterator[str]:
    """Another key than the demo's is the app's."""
    before = app.extensions["dangol.settings"]
    key = sealing.fresh()
    settings.attach(app, replace(before, sealing_key=key))
    yield key
    settings.attach(app, before)


def test_the_contract_s_key_is_named_by_its_thumbprint() -> None:
    assert {"kid": KNOWN[0].kid, "jwk": KNOWN[0].jwk} == VECTORS["sealing_key"]
    assert sealing.INFO.decode() == VECTORS["info"]


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda case: case["name"])
def test_a_sealed_entry_opens_to_what_was_sealed(case: dict[str, Any]) -> None:
    assert sealing.unseal(case["item"], known=KNOWN).decode() == case["plaintext"]


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda case: case["name"])
def test_what_was_changed_is_not_taken_and_leaves_no_receipt(case: dict[str, Any], app: Flask, tablet: Tablet) -> None:
    before = app.extensions["dangol.settings"]
    settings.attach(app, replace(before, sealing_key=VECTORS["private_key_pkcs8_base64"]))
    try:
        (result,) = send(tablet, case["item"])
    finally:
        settings.attach(app, before)
    assert (result["id"], result["status"], result["code"]) == (case["item"]["id"], "rejected", "cannot_open")
    assert count(Receipt) == count(Sale) == 0


def test_the_terms_name_the_key_and_need_no_session(client: Any, tablet: Tablet) -> None:
    client.set_cookie("dangol_device", tablet.token, path="/api/v1")
    terms = client.get("/api/v1/sync/terms").get_json()
    assert (terms["lease_hours"], terms["wipe_days"], terms["auto_lock_minutes"]) == (72, 14, 10)
    assert (terms["schema"], terms["events"]) == (SCHEMA, True)
    assert terms["sealing_key"]["jwk"]["crv"] == "P-256"
    assert terms["server_time"].endswith("Z")
    assert client.get("/api/v1/sync/snapshot").get_json()["code"] == "session_expired"
    client.delete_cookie("dangol_device", path="/api/v1")
    assert client.get("/api/v1/sync/terms").get_json()["code"] == "not_signed_in"


def test_a_sealed_sale_is_taken_once_whichever_way_it_comes(tablet: Tablet, make_tablet: Any) -> None:
    entry = sale()
    (first,) = send(tablet, sealed(entry))
    assert first["status"] == "applied"
    assert tablet.push(entry) == [first | {"duplicate": True}]
    assert send(make_tablet(), sealed(entry)) == [first | {"duplicate": True}]
    assert db.session.get_one(Sale, entry["id"]).total == 10_000
    assert count(Sale) == 1


def test_one_that_cannot_be_opened_holds_up_no_other(tablet: Tablet) -> None:
    entries = [sale() for _ in range(3)]
    items = [sealed(entry) for entry in entries]
    items[1]["ct"] = items[0]["ct"]
    results = send(tablet, *items)
    assert [result["id"] for result in results] == [entry["id"] for entry in entries]
    assert [result.get("code") for result in results] == [None, "cannot_open", None]
    # No receipt stands in its way when it comes again, whole.
    assert [each["status"] for each in send(tablet, sealed(entries[1]))] == ["applied"]


def test_an_old_key_still_opens_beside_its_successor(app: Flask, tablet: Tablet, other_key: str) -> None:
    item = sealed(sale())
    fresh = sealing.fresh()
    settings.attach(app, replace(app.extensions["dangol.settings"], sealing_key=f"{fresh},{other_key}"))
    assert tablet.get("/sync/terms").get_json()["sealing_key"]["kid"] == sealing.keys(fresh)[0].kid
    assert send(tablet, item)[0]["status"] == "applied"
    settings.attach(app, replace(app.extensions["dangol.settings"], sealing_key=fresh))
    assert send(tablet, sealed(sale()) | {"kid": item["kid"]})[0]["code"] == "cannot_open"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"items": {}}', b'{"items": [{}]}', b'{"items": [{"id": 7}]}', b'{"mutations": []}']
)
def test_what_is_no_batch_is_refused_whole(tablet: Tablet, body: bytes) -> None:
    assert tablet.post("/sync/sealed", data=body).status_code == 422
    items = [{"id": new_id()}] * 201
    assert tablet.post("/sync/sealed", json={"items": items}).status_code == 422


@pytest.mark.parametrize("setting", ["", "no key", "AAAA"])
def test_a_setting_that_is_no_key_is_named(setting: str) -> None:
    with pytest.raises(SettingsError, match="DANGOL_SEALING_KEY"):
        sealing.keys(setting)


def test_outside_a_demo_a_key_of_one_s_own_is_needed(app: Flask) -> None:
    environment = {"DANGOL_SECRET_KEY": "x" * 40, "DANGOL_SMS_PROVIDER": "console", "DANGOL_TLS_CERT": "c"}
    data_keys = app.test_cli_runner().invoke(args=["keys", "new"]).output.strip()
    environment |= {"DANGOL_TLS_KEY": "k", "DANGOL_DATA_KEYS": data_keys}
    with pytest.raises(SettingsError, match="DANGOL_SEALING_KEY"):
        settings.load(environment).refuse_unsafe_start()
    demo_key = settings.load({"DANGOL_DEMO": "1"}).sealing_key
    with pytest.raises(SettingsError, match="DANGOL_SEALING_KEY"):
        settings.load(environment | {"DANGOL_SEALING_KEY": demo_key}).refuse_unsafe_start()
    printed = app.test_cli_runner().invoke(args=["sealing-key"]).output
    settings.load(environment | {"DANGOL_SEALING_KEY": printed.strip()}).refuse_unsafe_start()
