"""One app and one real database for each test process; every test starts with empty tables.

The database is an SQLite file, or with `--database postgresql` one of a PostgreSQL that the run starts by itself.
`DANGOL_TEST_DATABASE_URL` names another one, for a single process.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings as hypothesis_settings

import sms
from backend.app import create_app
from backend.core.db import db, unit_of_work
from backend.organization import hash_password
from backend.settings import load
from tests import factories, postgres, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from backend.organization import Device, Staff


# Many long histories instead of a few short ones: `make chaos` asks for them.
hypothesis_settings.register_profile("chaos", max_examples=150, stateful_step_count=50, deadline=None)
_CLUSTER = pytest.StashKey[postgres.Cluster]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which database the tests run on."""
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite", help="What the tests run on.")


def pytest_configure(config: pytest.Config) -> None:
    """Start the run's PostgreSQL, once for all its processes."""
    if config.getoption("database") != "postgresql":
        return
    given: dict[str, Any] | None = getattr(config, "workerinput", None)
    if given is not None:
        config.stash[_CLUSTER] = postgres.Cluster(**given["postgres"])
        return
    kept = contextlib.ExitStack()
    try:
        config.stash[_CLUSTER] = kept.enter_context(postgres.running())
    except postgres.Unavailable as error:
        raise pytest.UsageError(str(error)) from None
    config.add_cleanup(kept.close)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of pytest-xdist where the PostgreSQL is."""
    if _CLUSTER in node.config.stash:
        node.workerinput["postgres"] = asdict(node.config.stash[_CLUSTER])


@pytest.fixture(scope="session")
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The whole product in demo mode over a database with all tables; rate limits are off."""
    folder = tmp_path_factory.mktemp("database")
    given = os.environ.get("DANGOL_TEST_DATABASE_URL")
    cluster = None if given else request.config.stash.get(_CLUSTER, None)
    name = f"dangol_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    url = cluster.url(name) if cluster else f"sqlite:///{folder / 'test.sqlite3'}"
    settings = load(
        {
            "DANGOL_DEMO": "1",
            "DANGOL_DATABASE_URL": given or url,
            "DANGOL_SIMULATOR_DATABASE": str(folder / "simulator.sqlite3"),
            "DANGOL_UPLOADS": str(folder / "uploads"),
        }
    )
    made = create_app(settings)
    sms.init_app(made)
    made.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    if cluster:
        cluster.create_from("dangol_template", name, tables.create)
    else:
        tables.create(settings.database_url)
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
        tables.prepare()
        yield
        tables.empty()


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
