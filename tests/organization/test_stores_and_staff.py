from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backend.core.audit import AuditEntry
from backend.core.db import db, unit_of_work
from tests import factories

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def unit(app: Flask) -> str:
    with app.app_context(), unit_of_work():
        return factories.unit(code="DF").code


def new_store(**more: Any) -> dict[str, Any]:
    return {"code": "ICN", "name": "인천공항점", "business_unit": "DF", "phone": "032-741-0114"} | more


def test_an_admin_adds_a_store_and_everybody_sees_it(app: Flask, client: Any, sign_in: Any, unit: str) -> None:
    admin = sign_in(role="admin")
    added = client.post("/api/v1/stores", json=new_store())
    assert added.status_code == 201
    assert added.json["business_unit"] == unit
    assert (added.json["time_zone"], added.json["currency"], added.json["phone"]) == (
        "Asia/Seoul",
        "KRW",
        "+82327410114",
    )
    with app.app_context():
        entry = db.session.query(AuditEntry).filter_by(action="store.add").one()
    assert (entry.staff_id, entry.subject_id) == (admin.id, added.json["id"])
    sign_in(role="associate")
    assert client.get("/api/v1/stores").json == {"items": [added.json], "next": None}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "no blanks"),
        ("code", "x" * 41),
        ("name", "  "),
        ("business_unit", "NOWHERE"),
        ("time_zone", "Asia/Nowhere"),
        ("currency", "XXX"),
        ("phone", "call me"),
        ("opened", "today"),
    ],
)
@pytest.mark.usefixtures("unit")
def test_what_is_wrong_with_a_store_is_said_by_field(client: Any, sign_in: Any, field: str, value: str) -> None:
    sign_in(role="admin")
    refused = client.post("/api/v1/stores", json=new_store(**{field: value}))
    assert refused.status_code == 422
    assert list(refused.json["errors"]) == [field]


@pytest.mark.usefixtures("unit")
def test_a_code_is_given_once(client: Any, sign_in: Any) -> None:
    sign_in(role="admin")
    client.post("/api/v1/stores", json=new_store())
    assert client.post("/api/v1/stores", json=new_store()).json["errors"] == {
        "code": ["There is a store with this code."]
    }


@pytest.mark.parametrize("role", ["associate", "manager", "marketer"])
def test_only_an_admin_adds_stores_and_staff(client: Any, sign_in: Any, role: str) -> None:
    sign_in(role=role)
    assert client.post("/api/v1/stores", json=new_store()).status_code == 403
    person = {"login": "new", "name": "새 직원", "role": "admin", "password": "a fresh long password"}
    assert client.post("/api/v1/staff", json=person).status_code == 403


def test_lists_page_by_key(client: Any, sign_in: Any, app: Flask) -> None:
    with app.app_context(), unit_of_work():
        place = factories.unit(code="U")
        for code in ("C", "A", "B"):
            factories.store(code=code, business_unit_id=place.id)
    sign_in(role="associate")
    first = client.get("/api/v1/stores?limit=2").json
    assert [each["code"] for each in first["items"]] == ["A", "B"]
    second = client.get("/api/v1/stores", query_string={"limit": 2, "after": first["next"]}).json
    assert [each["code"] for each in second["items"]] == ["C"]
    assert second["next"] is None


@pytest.mark.parametrize("path", ["/stores", "/business-units", "/staff", "/tablets", "/session"])
def test_nothing_is_shown_to_strangers(client: Any, path: str) -> None:
    assert client.get(f"/api/v1{path}").status_code == 401


@pytest.mark.usefixtures("unit")
def test_an_admin_adds_somebody_who_can_sign_in(client: Any, sign_in: Any) -> None:
    sign_in(role="admin")
    client.post("/api/v1/stores", json=new_store())
    person = {
        "login": "Seoyeon",
        "name": "이서연",
        "role": "associate",
        "password": "four small apples",
        "store": "ICN",
    }
    added = client.post("/api/v1/staff", json=person)
    assert added.status_code == 201
    assert added.json["login"] == "seoyeon"
    assert added.json["store"] == "ICN"
    assert "password" not in added.json
    signed_in = client.post("/api/v1/session", json={"login": "seoyeon", "password": "four small apples"})
    assert signed_in.json["staff"]["store"]["code"] == "ICN"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("login", "two words"),
        ("login", "taken"),
        ("role", "owner"),
        ("password", "short"),
        ("password", "aaaaaaaaaaaa"),
        ("store", None),
        ("language", "xx"),
    ],
)
def test_what_is_wrong_with_a_person_is_said_by_field(
    app: Flask, client: Any, sign_in: Any, field: str, value: str | None
) -> None:
    with app.app_context(), unit_of_work():
        factories.store(code="ICN")
        factories.staff(login="taken")
    sign_in(role="admin")
    person = {"login": "new", "name": "새 직원", "role": "associate", "password": "a fresh long one", "store": "ICN"}
    refused = client.post("/api/v1/staff", json=person | {field: value})
    assert refused.status_code == 422
    assert list(refused.json["errors"]) == [field]


def test_stores_reach_the_tablets(app: Flask, client: Any, sign_in: Any, tablet: Any) -> None:
    with app.app_context(), unit_of_work():
        factories.unit(code="DF")
    cursor = tablet.get("/sync/snapshot").json["cursor"]
    sign_in(role="admin")
    added = client.post("/api/v1/stores", json=new_store()).json
    changes = tablet.pull(cursor)["changes"]
    row = next(each["row"] for each in changes if each["id"] == added["id"])
    assert row == added
