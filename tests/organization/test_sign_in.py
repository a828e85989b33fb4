from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from backend.core import clock
from backend.core.audit import AuditEntry
from backend.core.db import db, unit_of_work
from backend.organization import DEMO_PASSWORD, Staff, hash_password
from tests import factories

if TYPE_CHECKING:
    from flask import Flask

PASSWORD = "four small green apples"


@pytest.fixture
def person(app: Flask) -> Staff:
    with app.app_context(), unit_of_work():
        store = factories.store(code="ICN", name="인천공항점")
        return factories.staff(login="seoyeon", password=hash_password(PASSWORD), store_id=store.id)


def attempt(client: Any, login: str = "seoyeon", password: str = PASSWORD) -> Any:
    return client.post("/api/v1/session", json={"login": login, "password": password})


def test_signing_in_gives_the_person_the_store_and_a_session(client: Any, person: Staff) -> None:
    answer = attempt(client)
    assert answer.status_code == 200
    assert answer.json["staff"]["login"] == "seoyeon"
    assert answer.json["staff"]["store"]["code"] == "ICN"
    assert answer.json["staff"]["id"] == person.id
    assert answer.json["tablet"] is None
    assert client.get("/api/v1/session").json == answer.json


def test_a_login_is_taken_in_any_case_and_with_blanks(client: Any, person: Staff) -> None:
    assert attempt(client, login=" SeoYeon ").json["staff"]["id"] == person.id


@pytest.mark.parametrize(("login", "password"), [("seoyeon", "wrong"), ("nobody", PASSWORD), ("seoyeon", "x" * 900)])
@pytest.mark.usefixtures("person")
def test_wrong_credentials_look_alike(client: Any, login: str, password: str) -> None:
    answer = attempt(client, login, password)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "wrong_credentials"
    assert client.get("/api/v1/session").status_code == 401


def test_who_left_cannot_sign_in_and_loses_the_open_session(app: Flask, client: Any, person: Staff) -> None:
    attempt(client)
    with app.app_context(), unit_of_work():
        found = db.session.get(Staff, person.id)
        assert found is not None
        found.active = False
    assert client.get("/api/v1/session").status_code == 401
    assert attempt(client).status_code == 401


def test_a_password_that_is_no_hash_opens_nothing(app: Flask, client: Any) -> None:
    with app.app_context(), unit_of_work():
        factories.staff(login="imported", password="-")
    assert attempt(client, "imported", "-").status_code == 401


@pytest.mark.usefixtures("person")
def test_signing_out_ends_the_session(client: Any) -> None:
    attempt(client)
    assert client.delete("/api/v1/session").status_code == 204
    assert client.get("/api/v1/session").status_code == 401
    assert client.delete("/api/v1/session").status_code == 204


@pytest.mark.usefixtures("person")
def test_a_session_ends_after_a_working_day_used_or_not(client: Any) -> None:
    attempt(client)
    start = clock.now()
    with clock.frozen(start + timedelta(hours=11)):
        assert client.get("/api/v1/session").status_code == 200
    with clock.frozen(start + timedelta(hours=12, minutes=1)):
        answer = client.get("/api/v1/session")
    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")


@pytest.mark.usefixtures("person")
def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: Any) -> None:
    cookie = attempt(client).headers["Set-Cookie"]
    assert cookie.startswith("dangol_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.usefixtures("person")
def test_another_site_cannot_sign_anybody_in(client: Any) -> None:
    body = {"login": "seoyeon", "password": PASSWORD}
    answer = client.post("/api/v1/session", json=body, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.json["code"]) == (403, "cross_site")


@pytest.mark.usefixtures("person")
def test_refused_attempts_are_limited_for_each_login_and_others_are_not_held_up(
    app: Flask, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", value=True)
    for _ in range(20):
        assert attempt(client).status_code == 200
    with app.app_context(), unit_of_work():
        factories.staff(login="minjun", password=hash_password(PASSWORD))
    answers = [attempt(client, "minjun", "wrong").status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    limited = attempt(client, "minjun")
    assert limited.status_code == 429
    assert limited.content_type == "application/problem+json"
    assert limited.json["code"] == "too_many_attempts"
    # The window of a minute, rounded up to whole seconds at both ends.
    assert 1 <= int(limited.headers["Retry-After"]) <= 61
    assert attempt(client).status_code == 200


def test_a_sign_in_is_in_the_audit(app: Flask, client: Any, person: Staff) -> None:
    attempt(client)
    with app.app_context():
        entry = db.session.query(AuditEntry).filter_by(action="session.open").one()
    assert entry.staff_id == person.id


def test_an_older_hash_is_renewed_at_sign_in(app: Flask, client: Any, person: Staff) -> None:
    with app.app_context():
        weak = (
            app.extensions["security"].pwd_context.using(argon2__time_cost=1, argon2__memory_cost=8192).hash(PASSWORD)
        )
        with unit_of_work():
            found = db.session.get(Staff, person.id)
            assert found is not None
            found.password = weak
    assert attempt(client).status_code == 200
    with app.app_context():
        found = db.session.get(Staff, person.id)
        assert found is not None
        assert found.password != weak
        assert found.password.startswith("$argon2id$")
    assert attempt(client).status_code == 200


@pytest.mark.parametrize("body", [{}, {"login": "seoyeon"}, {"login": 7, "password": []}, [], "text", None])
def test_a_body_that_is_no_sign_in_is_refused_by_field(client: Any, body: Any) -> None:
    answer = client.post("/api/v1/session", json=body)
    assert answer.status_code == 422
    assert answer.json["code"] == "validation_failed"


def test_about_says_what_runs_and_who_may_sign_in_to_the_demo(app: Flask, client: Any) -> None:
    with app.app_context(), unit_of_work():
        store = factories.store(code="ICN", name="인천공항점", name_latin="Incheon Airport")
        factories.staff(login="associate", name="이서연", store_id=store.id)
        factories.staff(login="someone-else")
    about = client.get("/api/v1/about").json
    assert about["name"] == "Dangol"
    assert about["demo"] is True
    assert about["languages"] == ["ko", "en"]
    assert about["demo_sign_ins"] == [
        {
            "login": "associate",
            "password": DEMO_PASSWORD,
            "name": "이서연",
            "role": "associate",
            "store": "ICN",
            "store_name": "인천공항점",
            "store_name_latin": "Incheon Airport",
        }
    ]
