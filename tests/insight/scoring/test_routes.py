"""Models and forecasts over the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.core import clock
from backend.core.audit import SYSTEM, AccessEntry, AuditEntry
from backend.core.db import db, unit_of_work
from backend.customers import suspend
from backend.insight.scoring import commanded
from tests import factories
from tests.insight.scoring.people import LAST, fill, say, sell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

MODELS = "/api/v1/insight/models"


@pytest.fixture(autouse=True)
def evening(app: Flask) -> Iterator[None]:  # noqa: ARG001 - rows need the app's database
    """The evening of the last day that anything was sold on."""
    with clock.frozen(datetime(2026, 11, 20, 12, tzinfo=UTC)):
        yield


def forecast(client: FlaskClient, customer_id: str, language: str = "ko") -> Any:
    answer = client.get(f"/api/v1/customers/{customer_id}/forecast", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def test_an_empty_house_shows_nothing_and_a_marketer_asks_for_a_refresh_once(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="marketer")
    assert client.get(MODELS).get_json() == {"current": None, "under_way": None, "items": []}
    asked = client.post(MODELS)
    assert asked.status_code == 202
    assert asked.get_json()["under_way"] | {"id": "", "started_at": ""} == {
        "id": "",
        "version": 1,
        "as_of": "2026-11-20",
        "state": "waiting",
        "problem": None,
        "started_at": "",
        "ended_at": None,
        "members": 0,
        "purchases": 0,
        "looked": 0,
        "scored": 0,
        "released": [],
    }
    assert client.post(MODELS).status_code == 409
    assert db.session.scalars(select(AuditEntry.action).where(AuditEntry.action == "insight.refresh")).all() != []


@pytest.mark.parametrize("role", ["associate", "manager"])
def test_the_models_are_for_marketers_and_admins(client: FlaskClient, sign_in: Any, role: str) -> None:
    sign_in(role=role)
    assert client.get(MODELS).status_code == 403
    assert client.post(MODELS).status_code == 403


def test_the_version_in_use_shows_its_parameters_its_back_test_and_the_means(client: FlaskClient, sign_in: Any) -> None:
    agreed, _ = fill()
    run = commanded.refresh(as_of=LAST)
    sign_in(role="admin")
    found = client.get(MODELS).get_json()
    current = found["current"]
    assert current == client.get(f"{MODELS}/{run.id}").get_json()
    assert (current["version"], current["scored"], current["currency"]) == (1, len(agreed), "KRW")
    assert set(current["buying"]) == {"r", "alpha", "a", "b"}
    assert set(current["spending"] or {"p", "q", "gamma"}) == {"p", "q", "gamma"}
    assert [each["horizon"] for each in current["horizons"]] == [28, 56]
    for each in current["horizons"]:
        aucs = [day["auc"] for day in each["days"]]
        assert each["mean"]["auc"] == pytest.approx(sum(aucs) / len(aucs))
    assert [each["version"] for each in found["items"]] == [1]
    assert found["items"][0]["released"] == [each["horizon"] for each in current["horizons"] if each["released"]]


def test_a_forecast_has_its_reasons_in_the_reader_s_language_and_is_recorded(client: FlaskClient, sign_in: Any) -> None:
    agreed, _ = fill()
    commanded.refresh(as_of=LAST)
    sign_in(role="manager")
    korean, english = forecast(client, agreed[0]), forecast(client, agreed[0], "en")
    assert (korean["absence"], korean["as_of"], korean["currency"]) == (None, "2026-11-20", "KRW")
    assert 0 <= korean["return_28"] <= 1
    sentences = {each["code"]: each["sentence"] for each in korean["reasons"]}
    assert "일" in sentences["rhythm"]
    assert "days" in {each["code"]: each["sentence"] for each in english["reasons"]}["rhythm"]
    seen = select(AccessEntry).where(AccessEntry.customer_id == agreed[0], AccessEntry.what == "forecast")
    assert len(db.session.scalars(seen).all()) == 2


def test_of_whom_nothing_is_forecast_it_says_why(client: FlaskClient, sign_in: Any) -> None:
    agreed, others = fill()
    commanded.refresh(as_of=LAST)
    with unit_of_work():
        suspend(agreed[0], "요청", acting_staff=SYSTEM)
        new, fresh, store = factories.customer(phone=None).id, factories.customer(phone=None).id, factories.store().id
        sell(fresh, store, [LAST])
        for who in (new, fresh):
            say(who, granted=True)
    sign_in(role="associate")
    wanted = {agreed[0]: "suspended", others[0]: "no_consent", new: "no_purchases", fresh: "not_yet"}
    for who, absence in wanted.items():
        found = forecast(client, who)
        assert (found["absence"], found["worth"], found["reasons"]) == (absence, None, [])


def test_a_house_with_too_little_history_says_so(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        her = factories.customer(phone=None).id
        sell(her, factories.store().id, [LAST])
        say(her, granted=True)
    sign_in(role="manager")
    assert forecast(client, her)["absence"] == "not_yet"
    commanded.refresh(as_of=LAST)
    assert forecast(client, her)["absence"] == "little_history"
