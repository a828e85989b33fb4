"""Segments at the desk: made, counted, changed, put away; lists; who may, and what is written down of it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from backend import consent, segments
from backend.core import clock
from backend.core.audit import SYSTEM, AccessEntry, AuditEntry
from backend.core.db import db, unit_of_work
from backend.customers import erase, get_customer, merge_into
from backend.segments import SegmentMember, SegmentMove, SegmentVersion, catalogue, watching
from tests import factories

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from backend.customers import Customer

GANGNAM = {
    "all": [
        {"is": "points", "op": "at_least", "value": 30_000},
        {"is": "district", "op": "is", "value": "강남구"},
    ]
}


@pytest.fixture
def members(app: Flask) -> list[Customer]:  # noqa: ARG001 - rows need the app's database
    """Three in 강남구 with 10,000, 30,000 and 50,000 points, and one elsewhere with 90,000."""
    with unit_of_work():
        return [
            factories.customer(district=district, facts={"points": points})
            for district, points in (("강남구", 10_000), ("강남구", 30_000), ("강남구", 50_000), ("서초구", 90_000))
        ]


def made(client: FlaskClient, **values: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/segments", json={"name": "강남 단골", "rule": GANGNAM} | values)
    assert answer.status_code == 201, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


def ids_of(client: FlaskClient, segment: dict[str, Any]) -> set[str]:
    answer = client.get(f"/api/v1/segments/{segment['id']}/members")
    assert answer.status_code == 200, answer.get_json()
    return {each["id"] for each in answer.get_json()["items"]}


def test_a_segment_says_itself_and_counts(client: FlaskClient, sign_in: Any, members: list[Customer]) -> None:
    sign_in(role="marketer")
    segment = made(client)
    assert "강남구" in segment["sentence"]["ko"]
    assert "30,000" in segment["sentence"]["en"]
    assert segment["members"] is None
    counted = client.post(f"/api/v1/segments/{segment['id']}/count").get_json()
    assert (counted["members"], counted["version"]) == (2, 1)
    assert ids_of(client, segment) == {members[1].id, members[2].id}
    figure = client.post("/api/v1/segments/figure", json={"rule": GANGNAM}).get_json()
    assert (figure["members"], figure["exact"]) == (2, True)


def test_another_rule_is_a_new_version_and_the_old_one_stays(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="marketer")
    segment = made(client)
    other = {"is": "points", "op": "at_least", "value": 1}
    address = f"/api/v1/segments/{segment['id']}"
    changed = client.put(address, json={"name": "모두", "rule": other, "version": 1}).get_json()
    assert (changed["name"], changed["version"], changed["rule"]) == ("모두", 2, other)
    late = client.put(address, json={"name": "늦음", "rule": GANGNAM, "version": 1})
    assert (late.status_code, late.get_json()["code"]) == (409, "segment_moved")
    versions = client.get(f"{address}/versions").get_json()["items"]
    assert [(each["number"], each["rule"]) for each in versions] == [(2, other), (1, GANGNAM)]


def test_a_wrong_rule_is_refused_by_its_path_and_nothing_is_kept(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="marketer")
    wrong = {"all": [GANGNAM, {"is": "points", "op": "at_least", "value": "많이"}]}
    answer = client.post("/api/v1/segments", json={"name": "틀림", "rule": wrong})
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == ["rule.all.1.value"]
    assert client.get("/api/v1/segments").get_json()["items"] == []


def test_a_segment_that_leads_back_to_itself_is_refused(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="marketer")
    segment = made(client)
    itself = {"is": "segment", "op": "in", "value": segment["id"]}
    answer = client.put(
        f"/api/v1/segments/{segment['id']}", json={"name": "고리", "rule": {"any": [itself, GANGNAM]}, "version": 1}
    )
    assert answer.status_code == 422
    assert client.get(f"/api/v1/segments/{segment['id']}").get_json()["rule"] == GANGNAM


def test_a_list_takes_ids_cards_and_phones_and_names_who_is_unknown(
    client: FlaskClient, sign_in: Any, members: list[Customer]
) -> None:
    sign_in(role="marketer")
    with unit_of_work():
        carded = factories.customer(cards=["8801777000017"])
    segment = made(client, kind="list", rule=None)
    address = f"/api/v1/segments/{segment['id']}/members"
    named = [members[0].id, "8801777000017", str(members[1].phone)]
    refused = client.post(address, json={"members": [*named, "모르는 분"]})
    assert refused.status_code == 422
    assert "모르는 분" in refused.get_json()["errors"]["members"][0]
    assert ids_of(client, segment) == set()
    assert client.post(address, json={"members": named}).get_json() == {"members": 3}
    assert client.post(address, json={"members": named}).get_json() == {"members": 0}
    assert ids_of(client, segment) == {members[0].id, members[1].id, carded.id}
    assert client.delete(address, json={"members": [carded.id]}).get_json() == {"members": 1}
    assert client.get(f"/api/v1/segments/{segment['id']}").get_json()["members"] == 2


def test_a_list_is_filled_from_a_rule_and_stays_as_it_was_then(
    client: FlaskClient, sign_in: Any, members: list[Customer]
) -> None:
    sign_in(role="marketer")
    segment = made(client, kind="list", rule=None)
    address = f"/api/v1/segments/{segment['id']}/members"
    assert client.post(address, json={"rule": GANGNAM}).get_json() == {"members": 2}
    with unit_of_work():
        factories.customer(district="강남구", facts={"points": 70_000})
    assert ids_of(client, segment) == {members[1].id, members[2].id}
    rule = {"all": [GANGNAM, {"not": {"is": "segment", "op": "in", "value": segment["id"]}}]}
    assert client.post("/api/v1/segments/count", json={"rule": rule}).get_json()["members"] == 1
    ruled = made(client)
    assert client.post(f"/api/v1/segments/{ruled['id']}/members", json={"rule": GANGNAM}).status_code == 409


def test_overlap_and_breakdown_add_up(client: FlaskClient, sign_in: Any, members: list[Customer]) -> None:  # noqa: ARG001 - rows
    sign_in(role="marketer")
    segment = made(client)
    rich = {"is": "points", "op": "at_least", "value": 50_000}
    overlap = client.post("/api/v1/segments/overlap", json={"rule": rich, "segment_id": segment["id"]}).get_json()
    assert overlap == {"both": 1, "only_here": 1, "only_there": 1}
    for by in ("grade", "age", "district", "unit"):
        spread = client.post("/api/v1/segments/breakdown", json={"rule": {"all": []}, "by": by}).get_json()["items"]
        assert sum(each["members"] for each in spread) == 4
    spread = client.post("/api/v1/segments/breakdown", json={"rule": {"all": []}, "by": "district"}).get_json()["items"]
    assert spread == [{"key": "강남구", "members": 3}, {"key": "서초구", "members": 1}]


def test_ages_are_spread_by_tens(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="marketer")
    today = clock.now().date()
    with unit_of_work():
        for years in (10, 20, 29, 45, 90):
            factories.customer(birth_date=today.replace(year=today.year - years) - timedelta(days=40))
        factories.customer(birth_date=None)
    spread = client.post("/api/v1/segments/breakdown", json={"rule": {"all": []}, "by": "age"}).get_json()["items"]
    assert {each["key"]: each["members"] for each in spread} == {0: 1, 20: 2, 40: 1, 70: 1, None: 1}


def test_reach_says_why_the_others_may_not_be_texted(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="marketer")
    with unit_of_work():
        unit = factories.unit()
        agreed, silent, nameless = factories.customer(), factories.customer(), factories.customer(phone=None)
        said = {"purpose": "marketing", "channel": "sms", "sender": unit.code, "granted": True, "night": False}
        said |= {"wording_version": "test-1", "occurred_at": clock.now() - timedelta(days=1)}
        consent.record(agreed.id, said, acting_staff=SYSTEM, store_id=None)
    answer = client.post("/api/v1/segments/reach", json={"rule": {"all": []}, "sender": unit.code}).get_json()
    assert answer["reachable"] == 1
    assert {each["reason"]: each["members"] for each in answer["reasons"]} == {"no_consent": 1, "no_phone": 1}
    assert all(each["text"]["ko"] and each["text"]["en"] for each in answer["reasons"])
    assert silent.id != nameless.id
    unknown = client.post("/api/v1/segments/reach", json={"rule": {"all": []}, "sender": "없음"})
    assert unknown.status_code == 422
    assert list(unknown.get_json()["errors"]) == ["sender"]


def test_whoever_is_seen_or_taken_is_written_down(client: FlaskClient, sign_in: Any, members: list[Customer]) -> None:
    sign_in(role="marketer")
    segment = made(client)
    shown = client.post("/api/v1/segments/sample", json={"rule": GANGNAM}).get_json()["items"]
    assert {each["phone"] for each in shown} == {f"•••• {str(each.phone)[-4:]}" for each in members[1:3]}
    body = client.get(f"/api/v1/segments/{segment['id']}/members.csv").get_data(as_text=True)
    assert len(body.splitlines()) == 3
    assert str(members[1].phone) not in body
    seen = select(AccessEntry.what, func.count()).group_by(AccessEntry.what)
    assert dict(iter(db.session.execute(seen))) == {"segment_sample": 2, "segment_export": 2}
    assert db.session.scalar(select(AuditEntry.action).where(AuditEntry.action == "segment.export"))


@pytest.mark.parametrize("role", ["associate", "manager"])
def test_the_floor_has_no_segments(client: FlaskClient, sign_in: Any, role: str) -> None:
    sign_in(role=role)
    assert client.get("/api/v1/segments").status_code == 403
    assert client.post("/api/v1/segments/sample", json={"rule": GANGNAM}).status_code == 403


def test_who_enters_and_leaves_a_watched_segment_is_noted_once(
    client: FlaskClient, sign_in: Any, members: list[Customer]
) -> None:
    sign_in(role="marketer")
    segment = made(client, watched=True)
    assert watching.look(segment["id"]) == (2, 0)
    assert watching.look(segment["id"]) == (0, 0)
    with unit_of_work():
        get_customer(members[1].id).district = "서초구"
        get_customer(members[3].id).district = "강남구"
    assert watching.look(segment["id"]) == (1, 1)
    moves = client.get(f"/api/v1/segments/{segment['id']}/moves").get_json()["items"]
    assert sorted((each["customer_id"], each["entered"]) for each in moves) == sorted(
        [(members[1].id, True), (members[2].id, True), (members[1].id, False), (members[3].id, True)]
    )
    assert watching.look_at_all() == 0
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert watching.look_at_all() == 1


def test_counting_at_the_desk_does_not_stand_for_the_look_of_the_night(
    client: FlaskClient, sign_in: Any, members: list[Customer]
) -> None:
    sign_in(role="marketer")
    segment = made(client, watched=True)
    assert watching.look_at_all() == 1
    with clock.frozen(clock.now() + timedelta(days=1)):
        with unit_of_work():
            get_customer(members[1].id).district = "서초구"
        sign_in(role="marketer")
        counted = client.post(f"/api/v1/segments/{segment['id']}/count").get_json()
        assert counted["members"] == 1
        assert watching.look_at_all() == 1
    left = select(SegmentMove.customer_id).where(SegmentMove.entered.is_(False))
    assert db.session.scalars(left).all() == [members[1].id]


def test_a_segment_that_cannot_be_looked_at_keeps_no_other_waiting(
    client: FlaskClient, sign_in: Any, members: list[Customer]
) -> None:
    sign_in(role="marketer")
    broken, whole = made(client, name="가", watched=True), made(client, name="나", watched=True)
    with unit_of_work():
        kept = db.session.get_one(SegmentVersion, (broken["id"], 1))
        kept.rule = {"is": "taken_away", "op": "is", "value": 1}
    assert watching.look_at_all() == 1
    moves = select(SegmentMove.segment_id).distinct()
    assert db.session.scalars(moves).all() == [whole["id"]]
    assert members


def test_only_a_watched_segment_is_looked_at(app: Flask, client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="marketer")
    segment = made(client)
    with pytest.raises(watching.NotWatched):
        watching.look(segment["id"])
    refused = app.test_cli_runner().invoke(args=["segment", "look", segment["id"]])
    assert refused.exit_code == 1
    assert "not noted" in refused.stderr


def test_whoever_is_erased_between_two_looks_leaves_no_trace(
    client: FlaskClient, sign_in: Any, members: list[Customer]
) -> None:
    sign_in(role="marketer")
    segment = made(client, watched=True)
    assert watching.look(segment["id"]) == (2, 0)
    gone = members[1].id
    with unit_of_work():
        erase(gone)
    assert watching.look(segment["id"]) == (0, 0)
    assert db.session.scalar(select(func.count()).where(SegmentMove.customer_id == gone)) == 0


def test_a_merged_member_stays_on_the_list_once_and_an_erased_one_leaves(
    client: FlaskClient, sign_in: Any, members: list[Customer]
) -> None:
    sign_in(role="marketer")
    segment = made(client, kind="list", rule=None)
    address = f"/api/v1/segments/{segment['id']}/members"
    client.post(address, json={"members": [each.id for each in members[:3]]})
    first, second, third = (each.id for each in members[:3])
    with unit_of_work():
        merge_into(get_customer(second), get_customer(first))
    assert ids_of(client, segment) in ({first, third}, {second, third})
    with unit_of_work():
        erase(third)
    assert third not in ids_of(client, segment)
    left = db.session.scalar(select(func.count()).select_from(SegmentMember).where(SegmentMember.customer_id == third))
    assert left == 0 == db.session.scalar(select(func.count()).select_from(SegmentMove))


def test_a_segment_is_put_away_and_brought_back(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="admin")
    segment = made(client)
    assert client.post(f"/api/v1/segments/{segment['id']}/archive").get_json()["state"] == "archived"
    assert client.get("/api/v1/segments").get_json()["items"] == []
    assert client.post(f"/api/v1/segments/{segment['id']}/restore").get_json()["state"] == "live"
    assert [each["id"] for each in client.get("/api/v1/segments?name=단골").get_json()["items"]] == [segment["id"]]


def test_the_command_counts_and_exports_what_the_desk_does(app: Flask, members: list[Customer]) -> None:
    runner = app.test_cli_runner()
    rule = '{"is": "district", "op": "is", "value": "강남구"}'
    assert runner.invoke(args=["segment", "count", rule]).output.strip() == "3"
    said = runner.invoke(args=["segment", "count", rule, "--json"]).output
    assert '"members":3' in said
    assert "강남구" in said
    wrong = runner.invoke(args=["segment", "count", '{"is": "district", "op": "is", "value": 3}'])
    assert wrong.exit_code == 1
    assert members


def test_the_command_names_each_member_once_whatever_she_is_called(
    app: Flask, client: FlaskClient, sign_in: Any
) -> None:
    sign_in(role="marketer")
    with unit_of_work():
        hers = factories.customer(name='이름 "둘째 줄\n셋째", 끝', district="강남구").id
    segment = made(client, rule={"is": "district", "op": "is", "value": "강남구"})
    said = app.test_cli_runner().invoke(args=["segment", "export", segment["id"], "--json"]).output
    assert json.loads(said) == [hers]


def test_the_readme_lists_every_condition(app: Flask) -> None:
    readme = (Path(segments.__file__).parent / "README.md").read_text(encoding="utf-8")
    with app.app_context():
        missing = [each["name"] for each in catalogue() if f"| `{each['name']}` |" not in readme]
    assert missing == []
