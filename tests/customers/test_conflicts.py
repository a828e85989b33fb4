"""The conflict inbox: both values, who and when, and one tap that chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backend.core.db import unit_of_work
from backend.core.ids import new_id
from backend.sync.models import EditConflict
from tests import factories

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from backend.customers import Customer
    from backend.organization import Store
    from tests.conftest import Tablet


@pytest.fixture
def home(app: Any) -> Store:
    with app.app_context(), unit_of_work():
        return factories.store()


@pytest.fixture
def customer(home: Store) -> Customer:
    with unit_of_work():
        return factories.customer(name="김민지", memo="새 메모", home_store_id=home.id)


@pytest.fixture
def tablet(make_tablet: Any, home: Store) -> Tablet:
    made: Tablet = make_tablet(store=home)
    return made


def edit(tablet: Tablet, customer: Customer, **changes: tuple[Any, Any]) -> dict[str, Any]:
    """Push an edit of {field: (from, to)}; the result."""
    data = {
        "customer_id": customer.id,
        "changes": {name: {"from": seen, "to": wanted} for name, (seen, wanted) in changes.items()},
    }
    entry = {"id": new_id(), "kind": "customer.edit", "at": "2026-11-20T10:00:00+09:00", "seq": 1, "data": data}
    return tablet.push(entry)[0]


def inbox(client: FlaskClient, **query: str) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/conflicts", query_string=query)
    assert answer.status_code == 200, answer.get_json()
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


def settle(client: FlaskClient, conflict_id: str, choice: str) -> Any:
    return client.post(f"/api/v1/conflicts/{conflict_id}/settle", json={"choice": choice})


def held(tablet: Tablet, customer: Customer, field: str) -> Any:
    return tablet.get(f"/customers/{customer.id}").get_json()[field]


def test_a_conflict_shows_both_values_who_and_when(
    client: FlaskClient, sign_in: Any, tablet: Tablet, customer: Customer, home: Store
) -> None:
    assert edit(tablet, customer, memo=("옛 메모", "내 메모"))["status"] == "conflict"
    sign_in(role="manager", store_id=home.id)
    (found,) = inbox(client)
    assert found["customer"] == {"id": customer.id, "name": "김민지"}
    assert [found[name] for name in ("field", "base", "yours", "server", "current")] == [
        "memo",
        "옛 메모",
        "내 메모",
        "새 메모",
        "새 메모",
    ]
    assert found["staff"]["login"] == tablet.device.staff.login
    assert found["edited_at"] == "2026-11-20T01:00:00Z"
    assert (found["settled_at"], found["settled_by"], found["choice"]) == (None, None, None)
    assert client.get("/api/v1/attention").get_json()["conflicts"] == 1


def test_one_tap_chooses_and_another_changes_it(
    client: FlaskClient, sign_in: Any, tablet: Tablet, customer: Customer, home: Store
) -> None:
    edit(tablet, customer, memo=("옛 메모", "내 메모"))
    cursor = tablet.get("/sync/snapshot").get_json()["cursor"]
    person = sign_in(role="manager", store_id=home.id)
    (found,) = inbox(client)
    for choice, text in (("yours", "내 메모"), ("server", "새 메모"), ("yours", "내 메모")):
        settled = settle(client, found["id"], choice).get_json()
        assert (settled["choice"], settled["current"]) == (choice, text)
        assert settled["settled_by"]["login"] == person.login
        assert held(tablet, customer, "memo") == text
    # The tablets hear of it as of every edit.
    rows = [change["row"] for change in tablet.pull(cursor)["changes"] if change["id"] == customer.id]
    assert rows[-1]["memo"] == "내 메모"
    assert inbox(client) == []
    assert [each["id"] for each in inbox(client, state="settled")] == [found["id"]]
    assert client.get("/api/v1/attention").get_json()["conflicts"] == 0


def test_choosing_the_servers_value_leaves_what_somebody_wrote_since(
    client: FlaskClient, sign_in: Any, tablet: Tablet, customer: Customer, home: Store
) -> None:
    edit(tablet, customer, memo=("옛 메모", "내 메모"))
    assert edit(tablet, customer, memo=("새 메모", "더 새 메모"))["status"] == "applied"
    sign_in(role="manager", store_id=home.id)
    (found,) = inbox(client)
    assert (found["server"], found["current"]) == ("새 메모", "더 새 메모")
    assert settle(client, found["id"], "server").get_json()["current"] == "더 새 메모"


def test_a_store_s_code_is_settled_as_any_field(
    client: FlaskClient, sign_in: Any, tablet: Tablet, customer: Customer, home: Store
) -> None:
    with unit_of_work():
        other = factories.store()
    edit(tablet, customer, home_store=("NOWHERE", other.code))
    sign_in(role="admin")
    (found,) = inbox(client)
    assert (found["yours"], found["current"]) == (other.code, home.code)
    assert settle(client, found["id"], "yours").get_json()["current"] == other.code


def test_a_manager_settles_the_own_stores_conflicts_only(
    client: FlaskClient, sign_in: Any, make_tablet: Any, tablet: Tablet, customer: Customer
) -> None:
    with unit_of_work():
        elsewhere = factories.store()
        nobodys = factories.customer(memo="b")
    edit(tablet, customer, memo=("옛", "내"))
    edit(make_tablet(store=elsewhere), nobodys, memo=("a", "c"))
    sign_in(role="manager", store_id=elsewhere.id)
    # Hers who has no store is the matter of those whose people edited it.
    assert [each["customer"]["id"] for each in inbox(client)] == [nobodys.id]
    sign_in(role="admin")
    theirs = next(each["id"] for each in inbox(client) if each["customer"]["id"] == customer.id)
    sign_in(role="manager", store_id=elsewhere.id)
    for unknown in (theirs, new_id(), "nothing"):
        assert settle(client, unknown, "yours").status_code == 404
    assert client.get("/api/v1/attention").get_json()["conflicts"] == 1


@pytest.mark.parametrize("role", ["associate", "marketer"])
def test_others_have_no_inbox(client: FlaskClient, sign_in: Any, tablet: Tablet, role: str) -> None:
    sign_in(role=role, store_id=tablet.store_id)
    assert client.get("/api/v1/conflicts").status_code == 403
    assert settle(client, new_id(), "yours").status_code == 403
    assert client.get("/api/v1/attention").get_json() == {"conflicts": 0, "sales": 0, "corrections": 0}


def test_the_inbox_pages_by_key_and_refuses_what_it_does_not_know(
    client: FlaskClient, sign_in: Any, tablet: Tablet, customer: Customer
) -> None:
    for number in range(3):
        edit(tablet, customer, memo=(f"옛 {number}", f"내 {number}"))
    sign_in(role="admin")
    first = client.get("/api/v1/conflicts?limit=2").get_json()
    rest = client.get("/api/v1/conflicts", query_string={"limit": 2, "after": first["next"]}).get_json()
    assert [each["yours"] for each in first["items"] + rest["items"]] == ["내 2", "내 1", "내 0"]
    assert rest["next"] is None
    assert client.get("/api/v1/conflicts?state=all").status_code == 422
    assert settle(client, first["items"][0]["id"], "mine").status_code == 422
    with unit_of_work() as session:
        assert session.get_one(EditConflict, first["items"][0]["id"]).choice is None
