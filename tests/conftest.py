"""One app and one real database for each test process; every test starts with empty tables.

`DANGOL_TEST_DATABASE_URL` names another database (PostgreSQL) than the SQLite file that is made otherwise.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Any

import pytest

import sms
from backend.app import create_app
from backend.cli import prepare_rows
from backend.core.db import Base, db, run_in_unit_of_work, unit_of_work
from backend.organization import hash_password
from backend.settings import load
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from backend.organization import Device, Staff


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The whole product in demo mode over a migrated database; rate limits are off."""
    folder = tmp_path_factory.mktemp("database")
    url = os.environ.get("DANGOL_TEST_DATABASE_URL") or f"sqlite:///{folder / 'test.sqlite3'}"
    settings = load(
        {
            "DANGOL_DEMO": "1",
            "DANGOL_DATABASE_URL": url,
            "DANGOL_SIMULATOR_DATABASE": str(folder / "simulator.sqlite3"),
        }
    )
    made = create_app(settings)
    sms.init_app(made)
    made.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    with made.app_context():
        Base.metadata.create_all(db.engine)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Empty tables and a clock row, for every test that uses the app."""
    if "app" not in request.fixturenames:
        yield
        return
    app = request.getfixturevalue("app")
    with app.app_context():
        run_in_unit_of_work(prepare_rows)
        yield
        db.session.remove()
        _empty_tables()


def _empty_tables() -> None:
    """Past SQLAlchemy, whose guard rightly refuses a write to replicated tables that nobody announced."""
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("BEGIN IMMEDIATE" if db.engine.dialect.name == "sqlite" else "SELECT 1")
        for table in reversed(Base.metadata.sorted_tables):
            cursor.execute(f'DELETE FROM "{table.name}"')  # noqa: S608 - names of our own tables
        cursor.close()
        connection.commit()
    finally:
        connection.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that carries cookies."""
    return app.test_client()


class Tablet:
    """An enrolled tablet that speaks with its bearer token."""

    def __init__(self, app: Flask, **values: Any) -> None:
        self.token = secrets.token_urlsafe(32)
        with unit_of_work():
            self.device: Device = factories.device(self.token, **values)
        self.store_id, self.staff_id = self.device.store_id, self.device.staff_id
        self._client = app.test_client(use_cookies=False)

    def get(self, path: str, **options: Any) -> Any:
        """GET below /api/v1."""
        return self._client.get(f"/api/v1{path}", headers=self._headers(options), **options)

    def post(self, path: str, **options: Any) -> Any:
        """POST below /api/v1."""
        return self._client.post(f"/api/v1{path}", headers=self._headers(options), **options)

    def push(self, *mutations: dict[str, Any]) -> list[dict[str, Any]]:
        """Push and return the results."""
        response = self.post("/sync/push", json={"mutations": list(mutations)})
        assert response.status_code == 200, response.get_json()
        results: list[dict[str, Any]] = response.get_json()["results"]
        return results

    def pull(self, cursor: str, limit: int = 1000) -> dict[str, Any]:
        """One page of changes."""
        response = self.get("/sync/pull", query_string={"cursor": cursor, "limit": limit})
        assert response.status_code == 200, response.get_json()
        page: dict[str, Any] = response.get_json()
        return page

    def _headers(self, options: dict[str, Any]) -> dict[str, str]:
        given: dict[str, str] = options.pop("headers", {})
        return {"Authorization": f"Bearer {self.token}"} | given


@pytest.fixture
def tablet(app: Flask) -> Tablet:
    """A tablet of a new store."""
    return Tablet(app)


@pytest.fixture
def make_tablet(app: Flask) -> Any:
    """Enrol tablets: `make_tablet(store=…, staff=…, scope=…)`."""
    return lambda **values: Tablet(app, **values)


@pytest.fixture
def sign_in(client: FlaskClient) -> Any:
    """Open a session on `client` for a new staff member: `sign_in(role="admin", store_id=…)` returns the person."""
    hashed = hash_password("a long password")

    def _sign_in(**values: Any) -> Staff:
        with unit_of_work():
            person: Staff = factories.staff(**{"password": hashed} | values)
        answer = client.post("/api/v1/session", json={"login": person.login, "password": "a long password"})
        assert answer.status_code == 200, answer.get_json()
        return person

    return _sign_in
