"""The OpenAPI document is current, and no endpoint it describes fails or answers otherwise than it says."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from backend.core.db import unit_of_work
from backend.core.http import openapi_document
from backend.organization import hash_password
from backend.organization.access import DEVICE_COOKIE
from backend.settings import ROOT
from backend.sync import events
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from schemathesis import Case

DOCUMENT = ROOT / "backend" / "openapi.json"
PASSWORD = "a long password for the api tests"
# One seed and few examples: CI says the same every time, within a minute for all operations together.
BOUNDED = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Strangers are turned away before what they sent is read.
BRIEF = settings(BOUNDED, max_examples=3, phases=[Phase.generate])
CHECKS: Any = [not_a_server_error, content_type_conformance, response_schema_conformance]

schema = schemathesis.openapi.from_path(DOCUMENT)
schema.config.generation.update(allow_x00=True)


@pytest.fixture(autouse=True)
def streams_end(app: Flask) -> Iterator[None]:
    """A stream of events ends after its first: nobody here waits for the next."""
    with app.app_context():
        hub = events.hub()
    before, hub.longest = hub.longest, 0.0
    yield
    hub.longest = before


@pytest.fixture(scope="session")
def hashed(app: Flask) -> str:
    """Hashing is slow on purpose: once is enough."""
    with app.app_context():
        return hash_password(PASSWORD)


@pytest.fixture
def admin(app: Flask, database: None, hashed: str) -> dict[str, str]:
    """The headers of an admin's browser that is a tablet, too; some rows stand in the tables."""
    del database
    token = secrets.token_urlsafe(32)
    with unit_of_work():
        place = factories.store()
        person = factories.staff(role="admin", store_id=place.id, password=hashed)
        factories.device(token, store=place, staff=person)
        factories.customer(home_store_id=place.id)
        factories.product()
    client = app.test_client()
    signed_in = client.post("/api/v1/session", json={"login": person.login, "password": PASSWORD})
    assert signed_in.status_code == 200, signed_in.get_json()
    cookies = [set_cookie.partition(";")[0] for set_cookie in signed_in.headers.getlist("Set-Cookie")]
    return {"Cookie": "; ".join([*cookies, f"{DEVICE_COOKIE}={token}"])}


@pytest.fixture
def script(app: Flask, database: None) -> dict[str, str]:
    """The headers of a script that speaks with a device token."""
    del app, database
    token = secrets.token_urlsafe(32)
    with unit_of_work():
        factories.device(token)
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.usefixtures("database")
def test_the_openapi_document_is_current(app: Flask) -> None:
    with app.test_request_context():
        current = openapi_document()
    assert json.loads(DOCUMENT.read_text()) == json.loads(json.dumps(current)), "run `dangol openapi`"


@schema.parametrize()
@BOUNDED
def test_an_admins_browser_gets_what_the_document_says(case: Case[Any], app: Flask, admin: dict[str, str]) -> None:
    case.operation.schema.app = app
    case.call_and_validate(app=app, headers=admin, checks=CHECKS)


@schema.include(path_regex="/sync/").parametrize()
@BOUNDED
def test_a_script_with_a_device_token_gets_what_the_document_says(
    case: Case[Any], app: Flask, script: dict[str, str]
) -> None:
    case.operation.schema.app = app
    case.call_and_validate(app=app, headers=script, checks=CHECKS)


@schema.parametrize()
@BRIEF
def test_a_stranger_gets_what_the_document_says(case: Case[Any], app: Flask, database: None) -> None:
    del database
    case.operation.schema.app = app
    case.call_and_validate(app=app, checks=CHECKS)
