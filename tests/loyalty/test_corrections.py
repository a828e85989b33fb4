"""Corrections by hand: small ones at once, others with a second person, each taken back once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.core.audit import SYSTEM, AuditEntry
from backend.core.db import db, unit_of_work
from backend.loyalty import balance
from backend.organization import BusinessUnit
from backend.unify import merges
from tests import factories
from tests.loyalty import books

if TYPE_CHECKING:
    from flask.testing import FlaskClient

pytestmark = pytest.mark.usefixtures("app")
LIST = "/api/v1/points/corrections"


@pytest.fixture
def member() -> str:
    """A member with 500 points."""
    with unit_of_work():
        made = str(factories.customer().id)
        factories.points(made, 500)
        return made


def unit_code() -> str:
    return str(db.session.scalars(select(BusinessUnit.code)).first())


def ask(client: FlaskClient, member: str, points: int, **data: Any) -> Any:
    """Ask for a correction as whoever is signed in."""
    return client.post(f"/api/v1/customers/{member}/corrections", json={"points": points, "reason": "누락"} | data)


def decide(client: FlaskClient, correction: str, *, approved: bool) -> Any:
    return client.post(f"{LIST}/{correction}/decide", json={"approved": approved, "note": "확인함"})


def manager(sign_in: Any) -> Any:
    with unit_of_work():
        store = factories.store()
    return sign_in(role="manager", store_id=store.id)


def test_up_to_the_limit_it_is_applied_at_once_and_what_is_split_counts_together(
    client: FlaskClient, sign_in: Any, member: str
) -> None:
    manager(sign_in)
    states = [ask(client, member, points).get_json()["state"] for points in (6_000, -4_000, 1)]
    assert states == ["applied", "applied", "waiting"]
    assert balance(member) == 2_500
    with unit_of_work():
        other = str(factories.customer().id)
    assert ask(client, other, 10_000).get_json()["state"] == "applied", "the limit is a member's"
    books.check()


def test_above_the_limit_a_second_person_approves_or_declines(client: FlaskClient, sign_in: Any, member: str) -> None:
    asker = manager(sign_in)
    asked = [ask(client, member, points).get_json() for points in (20_000, -300_000)]
    assert [(each["state"], each["balance"], each["asked_by"]) for each in asked] == [("waiting", 500, asker.name)] * 2
    assert decide(client, asked[0]["id"], approved=True).status_code == 403
    assert client.get("/api/v1/attention").get_json()["corrections"] == 0
    sign_in(role="admin")
    assert client.get("/api/v1/attention").get_json()["corrections"] == 2
    assert [each["id"] for each in client.get(LIST).get_json()["items"]] == [asked[1]["id"], asked[0]["id"]]
    done = decide(client, asked[0]["id"], approved=True).get_json()
    assert (done["state"], done["balance"], done["note"]) == ("applied", 20_500, "확인함")
    assert decide(client, asked[1]["id"], approved=False).get_json()["state"] == "declined"
    again = decide(client, asked[1]["id"], approved=True)
    assert (again.status_code, again.get_json()["code"]) == (409, "correction_decided")
    assert balance(member) == 20_500
    actions = set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == member)))
    assert actions >= {"points.correction_asked", "points.correction_approved", "points.adjust"}
    books.check()


def test_nobody_approves_the_own_correction(client: FlaskClient, sign_in: Any, member: str) -> None:
    sign_in(role="admin")
    asked = ask(client, member, 10_001, business_unit=unit_code()).get_json()
    refused = decide(client, asked["id"], approved=True)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "own_correction")
    withdrawn = [client.post(f"{LIST}/{asked['id']}/withdraw").status_code for _ in range(2)]
    assert withdrawn == [200, 409]
    assert balance(member) == 500


def test_an_applied_one_is_taken_back_once(client: FlaskClient, sign_in: Any, member: str) -> None:
    manager(sign_in)
    first = ask(client, member, 4_000).get_json()
    back = client.post(f"{LIST}/{first['id']}/undo")
    assert (back.status_code, back.get_json()["points"], back.get_json()["undoes_id"]) == (201, -4_000, first["id"])
    again = [client.post(f"{LIST}/{each}/undo").get_json()["code"] for each in (first["id"], back.get_json()["id"])]
    assert again == ["already_undone"] * 2
    items = client.get(f"/api/v1/customers/{member}/corrections").get_json()["items"]
    assert [(each["points"], each["undone"]) for each in items] == [(-4_000, False), (4_000, True)]
    assert client.get(f"/api/v1/customers/{member}/corrections").get_json()["limit"] == 2_000
    assert balance(member) == 500
    books.check()


def test_a_manager_asks_within_the_own_unit_and_sees_no_other(client: FlaskClient, sign_in: Any, member: str) -> None:
    elsewhere = unit_code()
    manager(sign_in)
    assert ask(client, member, 10, business_unit=elsewhere).status_code == 403
    asked = ask(client, member, 99_999).get_json()
    manager(sign_in)
    assert client.get(LIST).get_json()["items"] == []
    assert client.post(f"{LIST}/{asked['id']}/withdraw").status_code == 404
    sign_in(role="associate")
    assert ask(client, member, 10).status_code == 403


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"points": 0}, "points"),
        ({"reason": " "}, "reason"),
        ({"expires_on": "2020-01-01"}, "expires_on"),
        ({"business_unit": None}, "business_unit"),
    ],
)
def test_what_is_amiss_is_named(client: FlaskClient, sign_in: Any, member: str, data: Any, named: str) -> None:
    sign_in(role="admin")
    given = {"business_unit": unit_code(), "points": 10} | data
    answer = ask(client, member, given.pop("points"), **given)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [named])


def test_admins_set_the_limits(client: FlaskClient, sign_in: Any, member: str) -> None:
    sign_in(role="admin")
    set_to = {"admin_alone": 0, "manager_alone": 300}
    assert client.patch("/api/v1/points/programme", json=set_to).get_json()["manager_alone"] == 300
    assert ask(client, member, 1, business_unit=unit_code()).get_json()["state"] == "waiting"
    manager(sign_in)
    assert client.get(LIST).get_json()["limit"] == 300
    assert [ask(client, member, points).get_json()["state"] for points in (300, 1)] == ["applied", "waiting"]


def test_what_waits_moves_with_a_merge_and_back(client: FlaskClient, sign_in: Any, member: str) -> None:
    manager(sign_in)
    asked = ask(client, member, 20_000).get_json()
    with unit_of_work():
        survivor = str(factories.customer().id)
        merge = merges.merge(survivor, member, acting_staff=SYSTEM).id
    sign_in(role="admin")
    assert decide(client, asked["id"], approved=True).get_json()["customer_id"] == survivor
    with unit_of_work():
        merges.undo(merge, acting_staff=SYSTEM)
    assert (balance(survivor), balance(member)) == (0, 20_500)
    books.check()
