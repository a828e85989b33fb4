"""Preferences by kind, days to remember, trips, households: written, shown, merged, parted, forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.core import clock
from backend.core.audit import SYSTEM, AccessEntry, AuditEntry
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer, LifeEvent, MergedCustomer, Preference, Trip, get_customer
from backend.customers.life import Household
from backend.privacy import service as privacy
from backend.sync import prepare_scope
from backend.unify import merges
from tests import factories
from tests.sales.test_sales import sale
from tests.sync.copy import fresh, replay

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import Tablet


def mutation(kind: str, /, **data: Any) -> dict[str, Any]:
    return {"id": new_id(), "kind": kind, "at": "2026-11-20T10:00:01+09:00", "seq": 1, "data": data}


def agreed(customer_id: str, purpose: str, *, granted: bool = True, lifts: str | None = None) -> dict[str, Any]:
    data = {"customer_id": customer_id, "purpose": purpose, "granted": granted, "wording_version": "2026-01"}
    return mutation(
        "consent.record", **data, occurred_at="2026-11-20T10:00:00+09:00", **({"lifts": lifts} if lifts else {})
    )


@pytest.fixture
def member(tablet: Tablet) -> Customer:
    with unit_of_work():
        return factories.customer(name="김민지", home_store_id=tablet.store_id)


def kept(customer_id: str) -> list[tuple[str, str]]:
    rows = select(Preference.kind, Preference.value).where(Preference.customer_id == customer_id)
    return sorted((row.kind, row.value) for row in db.session.execute(rows))


def test_a_tablet_adds_and_takes_away_preferences(tablet: Tablet, member: Customer) -> None:
    prepare_scope(tablet.device.scope)
    rows, cursor = fresh(tablet)
    onion = {"customer_id": member.id, "kind": "instruction", "value": "양파 빼고"}
    first, again = tablet.push(mutation("preference.set", **onion), mutation("preference.set", **onion))
    assert [first["status"], again["status"]] == ["applied", "applied"], "what is there already is as it should be"
    cursor = replay(tablet, rows, cursor)
    assert rows["customers"][member.id]["preferences"] == [{"kind": "instruction", "value": "양파 빼고"}]
    tablet.push(mutation("preference.set", **onion, remove=True))
    replay(tablet, rows, cursor)
    assert rows["customers"][member.id]["preferences"] == []
    details = db.session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "preference.set")).all()
    assert all(set(detail) == {"kind", "removed"} for detail in details)


@pytest.mark.parametrize(
    ("data", "says"), [({"kind": "mood"}, "kind"), ({"value": ""}, "value"), ({"value": "x" * 121}, "value")]
)
def test_what_is_no_preference_is_rejected_by_name(
    tablet: Tablet, member: Customer, data: dict[str, Any], says: str
) -> None:
    entry = {"customer_id": member.id, "kind": "like", "value": "장미"} | data
    (refused,) = tablet.push(mutation("preference.set", **entry))
    assert (refused["status"], says in refused["message"]) == ("rejected", True)


def test_an_allergy_needs_consent_and_goes_with_it(tablet: Tablet, member: Customer) -> None:
    nuts = {"customer_id": member.id, "kind": "allergy", "value": "땅콩"}
    (refused,) = tablet.push(mutation("preference.set", **nuts))
    assert (refused["status"], refused["code"]) == ("rejected", "consent_needed")
    assert "consent" in refused["message"]
    yes = agreed(member.id, "sensitive")
    assert [each["status"] for each in tablet.push(yes, mutation("preference.set", **nuts))] == ["applied"] * 2
    assert kept(member.id) == [("allergy", "땅콩")]
    no = agreed(member.id, "sensitive", granted=False)
    tablet.push(no)
    assert kept(member.id) == []
    (refused,) = tablet.push(agreed(member.id, "sensitive"), mutation("preference.set", **nuts))[1:]
    assert refused["code"] == "consent_needed", "a grant that names no refusal lifts none"
    lifting = agreed(member.id, "sensitive", lifts=no["id"])
    assert [each["status"] for each in tablet.push(lifting, mutation("preference.set", **nuts))] == ["applied"] * 2


def test_withdrawing_reaches_what_is_kept_of_the_merged_one(tablet: Tablet, member: Customer) -> None:
    with unit_of_work():
        other = factories.customer(name="김민지")
        for person in (member, other):
            db.session.add(Preference(customer_id=person.id, kind="allergy", value="우유"))
    one, two = member.id, other.id
    run_in_unit_of_work(lambda: merges.merge(one, two, acting_staff=SYSTEM))
    tablet.push(agreed(one, "sensitive", granted=False))
    db.session.rollback()
    assert db.session.get_one(MergedCustomer, two).kept["preferences"] == []
    assert db.session.scalars(select(Preference)).all() == []


def test_the_desk_hears_which_consent_is_missing(client: FlaskClient, sign_in: Any, member: Customer) -> None:
    sign_in(role="manager")
    path = f"/api/v1/customers/{member.id}/preferences"
    refused = client.post(path, json={"kind": "allergy", "value": "땅콩"})
    assert (refused.status_code, refused.get_json()["code"], refused.get_json()["purpose"]) == (
        409,
        "consent_needed",
        "sensitive",
    )
    shown = client.post(path, json={"kind": "size", "value": "240"}).get_json()
    assert shown["preferences"] == [{"kind": "size", "value": "240"}]


def test_days_and_trips_are_noted_shown_and_logged(client: FlaskClient, sign_in: Any, member: Customer) -> None:
    sign_in(role="associate")
    path = f"/api/v1/customers/{member.id}"
    client.post(f"{path}/life-events", json={"kind": "wedding", "day": "2018-05-12", "note": "제주"})
    soon = clock.rfc3339(clock.now() + timedelta(days=3))
    trip = {"flight": "DG703", "departs_at": soon, "zone": "Asia/Seoul", "from_airport": "ICN", "to_airport": "NRT"}
    made = client.post(f"{path}/trips", json=trip)
    assert made.status_code == 201, made.get_json()
    client.post(f"{path}/trips", json=trip | {"departs_at": "2020-01-01T00:00:00Z"})
    shown = client.get(f"{path}/life").get_json()
    assert [(event["kind"], event["day"], event["yearly"]) for event in shown["events"]] == [
        ("wedding", "2018-05-12", True)
    ]
    assert [(each["flight"], each["to_airport"]) for each in shown["trips"]] == [("DG703", "NRT")], "coming ones"
    assert "life" in db.session.scalars(select(AccessEntry.what)).all()
    for rest in (f"life-events/{shown['events'][0]['id']}", f"trips/{shown['trips'][0]['id']}"):
        assert client.delete(f"{path}/{rest}").status_code == 200
        assert client.delete(f"{path}/{rest}").status_code == 404
    for rest, wrong, field in (
        ("life-events", {"kind": "funeral", "day": "2018-05-12"}, "kind"),
        ("trips", trip | {"zone": "Mars/Olympus"}, "zone"),
        ("trips", trip | {"to_airport": "Tokyo"}, "to_airport"),
        ("household", {"with": "nonsense"}, "with"),
    ):
        assert field in client.post(f"{path}/{rest}", json=wrong).get_json()["errors"]


def test_a_flight_that_goods_are_sold_for_is_a_trip_once(tablet: Tablet, member: Customer) -> None:
    trip = {"flight": "KE703", "departs_at": clock.rfc3339(clock.now() + timedelta(days=2))}
    tablet.push(*(sale(customer_id=member.id, trip=trip) for _ in range(2)), sale(customer_id=None, trip=trip))
    trips = db.session.scalars(select(Trip)).all()
    assert [(each.customer_id, each.flight, each.zone) for each in trips] == [(member.id, "KE703", "Asia/Seoul")]


def test_a_household_is_joined_and_left(client: FlaskClient, sign_in: Any, member: Customer) -> None:
    sign_in(role="associate")
    with unit_of_work():
        husband, child = factories.customer(name="박서준"), factories.customer(name="박하나")
    path = f"/api/v1/customers/{member.id}"
    shown = client.post(f"{path}/household", json={"with": husband.id, "name": "하늘마을 3동"}).get_json()["household"]
    assert (shown["name"], [each["name"] for each in shown["members"]]) == ("하늘마을 3동", ["김민지", "박서준"])
    client.post(f"/api/v1/customers/{child.id}/household", json={"with": member.id})
    assert len(client.get(f"{path}/life").get_json()["household"]["members"]) == 3
    seen = db.session.execute(select(AccessEntry.customer_id).where(AccessEntry.what == "household")).scalars().all()
    assert {husband.id, child.id} <= set(seen)
    left = client.delete(f"{path}/household").get_json()
    assert left["household"] is None
    assert client.delete(f"{path}/household").status_code == 404
    assert client.post(f"{path}/household", json={"with": member.id}).status_code == 422
    client.delete(f"/api/v1/customers/{child.id}/household")
    db.session.rollback()
    assert get_customer(husband.id).household_id is None, "one alone is no household"
    assert set(db.session.scalars(select(Household.name))) == {None}


def test_all_of_it_goes_along_in_a_merge_and_comes_back(client: FlaskClient, sign_in: Any, member: Customer) -> None:
    sign_in(role="admin")
    with unit_of_work():
        other, husband = factories.customer(name="김민지"), factories.customer(name="박서준")
        db.session.add(LifeEvent(customer_id=other.id, kind="child", day=clock.now().date()))
        db.session.add(Trip(customer_id=other.id, departs_at=clock.now() + timedelta(days=5), zone="Asia/Seoul"))
    client.post(f"/api/v1/customers/{other.id}/household", json={"with": husband.id})
    one, two = member.id, other.id
    merge_id = run_in_unit_of_work(lambda: merges.merge(one, two, acting_staff=SYSTEM).id)
    shown = client.get(f"/api/v1/customers/{one}/life").get_json()
    assert (len(shown["events"]), len(shown["trips"]), len(shown["household"]["members"])) == (1, 1, 2)
    client.post(f"/api/v1/customers/{two}/life-events", json={"kind": "other", "day": "2026-01-01"})
    run_in_unit_of_work(lambda: merges.undo(merge_id, acting_staff=SYSTEM))
    shown = client.get(f"/api/v1/customers/{one}/life").get_json()
    assert shown == {"events": [], "trips": [], "household": None}
    hers = client.get(f"/api/v1/customers/{two}/life").get_json()
    assert (len(hers["events"]), len(hers["trips"]), len(hers["household"]["members"])) == (2, 1, 2)


def test_nothing_of_it_is_left_of_whom_is_forgotten(client: FlaskClient, sign_in: Any, member: Customer) -> None:
    sign_in(role="admin")
    with unit_of_work():
        husband = factories.customer(name="박서준")
        db.session.add(LifeEvent(customer_id=member.id, kind="child", day=clock.now().date()))
        db.session.add(Trip(customer_id=member.id, departs_at=clock.now(), zone="Asia/Seoul"))
        db.session.add(Preference(customer_id=member.id, kind="allergy", value="땅콩"))
    client.post(f"/api/v1/customers/{member.id}/household", json={"with": husband.id, "name": "김민지 가족"})
    run_in_unit_of_work(lambda: privacy.erase(member.id, acting_staff=SYSTEM))
    for model in (LifeEvent, Trip, Preference):
        assert db.session.scalars(select(model)).all() == []
    assert db.session.scalars(select(Household.name)).all() == [None]
    assert get_customer(husband.id).household_id is None
