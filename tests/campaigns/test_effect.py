"""What a campaign brought, through the addresses and the command."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from backend.campaigns import CampaignVariant
from backend.campaigns.effect import PastRedemption, retention, service
from backend.care.tasks import Task
from backend.core import clock
from backend.core.audit import AuditEntry
from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer, erase, merge_into, part
from backend.organization import BusinessUnit
from backend.segments import Segment, SegmentMember
from tests import factories
from tests.campaigns import effect_world as world
from tests.campaigns.effect_world import audience, get

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from backend.campaigns import Campaign

pytestmark = pytest.mark.usefixtures("app")
KEYS = ("member_id", "customer_id")


def stage(report: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in report["stages"] if each["stage"] == name)
    return found


def group(report: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in report["groups"] if each["kind"] == kind)
    return found


def test_a_lift_against_the_held_out_is_said_with_its_interval(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        made = world.campaign()
        audience(made, factories.store(), {"treated": (100, 60), "held_out": (100, 30), "control": (5, 5)})
    sign_in(role="marketer")
    report = get(client, f"{made.id}/effect")
    assert report["basis"] == "holdout"
    assert [(arm["arm"], arm["members"], arm["buyers"], arm["net"]) for arm in report["arms"]] == [
        ("treated", 100, 60, 600_000),
        ("held_out", 100, 30, 300_000),
    ]
    lift = report["lift"]
    assert lift["share"]["value"] == pytest.approx(0.3)
    assert lift["buyers"]["value"] == pytest.approx(30)
    assert lift["amount"]["value"] == pytest.approx(300_000)
    assert lift["share"]["clear"]
    assert "30.0%p 높았습니다" in report["said"]["ko"]
    assert "우연만으로는 보기 드문" in report["said"]["ko"]
    assert "Chance alone would rarely do this" in report["said"]["en"]
    assert stage(report, "visited") == {"stage": "visited", "members": None, "share": None, "reason": "no_event"}
    assert stage(report, "redeemed")["reason"] == "no_coupon"


def test_where_nobody_was_held_out_no_lift_is_computed(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        made = world.campaign()
        audience(made, factories.store(), {"treated": (40, 20)})
    sign_in(role="admin")
    report = get(client, f"{made.id}/effect")
    assert report["basis"] == "none"
    for name in ("share", "spend", "buyers", "amount"):
        estimate = report["lift"][name]
        assert (estimate["computable"], estimate["reason"]) == (False, "no_holdout")
        assert (estimate["value"], estimate["low"], estimate["high"]) == (None, None, None)
    assert report["refusals"]["difference"]["reason"] == "no_holdout"
    assert report["refusals"]["held_out_per_thousand"] is None
    assert "무작위로" in report["said"]["ko"]


@pytest.mark.parametrize(
    ("held_out", "share", "spend"), [((29, 20), "too_few", "too_few"), ((30, 9), None, "too_few_buyers")]
)
def test_too_few_are_not_compared(
    client: FlaskClient, sign_in: Any, held_out: tuple[int, int], share: str | None, spend: str
) -> None:
    with unit_of_work():
        made = world.campaign()
        audience(made, factories.store(), {"treated": (40, 20), "held_out": held_out})
    sign_in(role="marketer")
    lift = get(client, f"{made.id}/effect")["lift"]
    assert (lift["share"]["reason"], lift["spend"]["reason"], lift["amount"]["reason"]) == (share, spend, spend)
    assert lift["spend"]["value"] is None


def test_a_campaign_that_has_not_begun_has_no_effect_yet(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        made = world.campaign(state="ready")
        world.member(made, "treated", from_at=None)
    sign_in(role="marketer")
    report = get(client, f"{made.id}/effect")
    assert report["lift"]["share"]["reason"] == "not_begun"
    assert report["campaign"]["from_at"] is None
    assert stage(report, "exposed")["members"] == 0
    assert stage(report, "exposed")["share"] is None


def test_an_open_window_and_a_few_large_purchases_are_pointed_out(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        made, store = world.campaign(), factories.store()
        now = clock.now()
        rows = audience(made, store, {"treated": (40, 15), "held_out": (40, 15)}, from_at=now - world.DAY)
        for row in rows:
            world.sale(store.id, row.customer_id, now - world.DAY / 2, 10_000)
        world.sale(store.id, rows[0].customer_id, now - world.DAY / 2, 90_000_000)
        world.sale(store.id, rows[1].customer_id, now - world.DAY / 2, 500, currency="USD")
    sign_in(role="marketer")
    report = get(client, f"{made.id}/effect")
    assert not report["campaign"]["over"]
    assert report["lift"]["caution"] == "heavy_tail"
    notes = " ".join(note["en"] for note in report["notes"])
    assert "still open" in notes
    assert "few large purchases" in notes
    assert "other currencies than KRW" in notes
    assert report["left_out"] == [{"arm": "treated", "currency": "USD", "sales": 1, "net": 500}]


def test_variants_are_compared_with_the_held_out_and_with_each_other(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        made, store = world.campaign(), factories.store()
        labels = ("짧게", "길게")
        db.session.add_all(
            [CampaignVariant(campaign_id=made.id, number=n, label=label, fields={}) for n, label in enumerate(labels)]
        )
        audience(made, store, {"treated": (100, 70)}, variant=0)
        audience(made, store, {"treated": (100, 32)}, variant=1)
        audience(made, store, {"held_out": (100, 30)}, variant=None)
    sign_in(role="marketer")
    variants = group(get(client, f"{made.id}/effect"), "variant")
    assert [(item["name"], item["treated"]["buyers"], item["held_out"]["buyers"]) for item in variants["items"]] == [
        ("짧게", 70, 30),
        ("길게", 32, 30),
    ]
    assert [item["holds"] for item in variants["items"]] == [True, False]
    assert variants["comparisons"] == 3
    assert [(pair["first"], pair["second"], pair["holds"]) for pair in variants["pairs"]] == [("짧게", "길게", True)]
    assert "3가지" in variants["note"]["ko"]
    assert "‘길게’ 문구" in variants["pairs"][0]["share"]["said"]["ko"]


def test_grades_and_stores_have_their_own_comparison(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        made, one, other = world.campaign(), factories.store(name="본점"), factories.store(name="공항점")
        audience(made, one, {"treated": (40, 30), "held_out": (40, 10)}, grade="gold", store_id=one.id)
        audience(made, other, {"treated": (50, 10)}, grade="silver", store_id=other.id)
    sign_in(role="marketer")
    report = get(client, f"{made.id}/effect")
    grades = {item["key"]: item for item in group(report, "grade")["items"]}
    assert grades["gold"]["share"]["value"] == pytest.approx(0.5)
    assert grades["silver"]["share"]["reason"] == "too_few"
    stores = {item["name"]: item["treated"]["net"] for item in group(report, "store")["items"]}
    assert stores == {"본점": 300_000, "공항점": 100_000}


def test_of_calls_what_members_of_each_caller_bought_is_shown_without_a_comparison(
    client: FlaskClient, sign_in: Any
) -> None:
    with unit_of_work():
        made, store = world.campaign(kind="call"), factories.store()
        caller = factories.staff(name="박상담")
        rows = audience(made, store, {"treated": (3, 2)})
        for number, row in enumerate(rows):
            outcome = "reached" if number else "no_answer"
            task = Task(kind="call", store_id=store.id, customer_id=row.customer_id, title="전화", outcome=outcome)
            task.done_by, task.state = caller.id, "done"
            db.session.add(task)
            db.session.flush()
            row.task_id = task.id
    sign_in(role="marketer")
    report = get(client, f"{made.id}/effect")
    (item,) = group(report, "staff")["items"]
    assert (item["name"], item["treated"]["buyers"], item["share"]["reason"]) == ("박상담", 2, "no_comparison")
    assert stage(report, "delivered")["members"] == 2
    assert stage(report, "clicked")["reason"] == "no_link"


def test_purchases_at_units_that_keep_their_own_are_left_out_of_others_campaigns(
    client: FlaskClient, sign_in: Any
) -> None:
    with unit_of_work():
        store = factories.store()
        db.session.get_one(BusinessUnit, store.business_unit_id).shares = "own"
        theirs, other = world.campaign(business_unit_id=store.business_unit_id), world.campaign()
        row = audience(theirs, store, {"treated": (1, 1)})[0]
        world.member(other, "treated", row.customer_id)
    sign_in(role="admin")
    assert stage(get(client, f"{theirs.id}/effect"), "bought")["members"] == 1
    assert stage(get(client, f"{other.id}/effect"), "bought")["members"] == 0


def test_the_comparison_lists_the_latest_campaign_first_by_pages(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        made = [world.campaign(name=f"{number}차") for number in range(3)]
        world.campaign(state="draft")
        audience(made[1], factories.store(), {"treated": (30, 15), "held_out": (30, 3)})
    sign_in(role="marketer")
    first = get(client, "effects?limit=2")
    assert [item["campaign"]["name"] for item in first["items"]] == ["2차", "1차"]
    assert first["items"][1]["share"]["value"] == pytest.approx(0.4)
    assert first["items"][0]["redeemed"] is None
    rest = get(client, f"effects?limit=2&after={first['next']}")
    assert [item["campaign"]["name"] for item in rest["items"]] == ["0차"]
    assert rest["next"] is None
    assert get(client, "effects?kind=past")["items"] == []


def test_advice_says_how_large_a_lift_could_be_seen(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        made, store = world.campaign(frozen_at=clock.now(), holdout=2_000), factories.store()
        for number in range(400):
            row = world.member(made, "held_out" if number % 5 == 0 else "treated", from_at=None)
            if number % 4 == 0:
                world.sale(store.id, row.customer_id, clock.now() - 3 * world.DAY, 10_000 + 50 * number)
    sign_in(role="marketer")
    found = get(client, f"{made.id}/advice")
    assert (found["audience"], found["treated"], found["held_out"]) == (400, 320, 80)
    assert found["base_share"] == 0.25
    assert 0.1 < found["smallest"]["share"] < 0.25
    assert "80명을 제외하면, 평소 25.0%인" in found["said"]["ko"]
    more = get(client, f"{made.id}/advice?holdout=5000&share=14")
    assert more["smallest"]["share"] < found["smallest"]["share"]
    needed = more["smallest"]["holdout_for_share"]
    assert get(client, f"{made.id}/advice?holdout={needed}")["smallest"]["share"] <= 0.14
    assert get(client, f"{made.id}/advice?holdout={needed - 25}")["smallest"]["share"] > 0.14
    assert get(client, f"{made.id}/advice?share=1")["smallest"]["holdout_for_share"] is None
    assert get(client, f"{made.id}/advice?holdout=0")["smallest"]["reason"] == "no_holdout"
    get(client, f"{made.id}/advice?holdout=9999", status=422)


def test_a_report_is_taken_away_as_a_table_and_that_is_recorded(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        made = world.campaign(name="=1+1")
        audience(made, factories.store(), {"treated": (40, 20), "held_out": (40, 10)})
    who = sign_in(role="marketer")
    answer = client.get(f"/api/v1/campaigns/{made.id}/effect.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert ["campaign", "", "name", "'=1+1", "", "", ""] in rows
    lift = next(row for row in rows if row[0] == "lift" and row[2] == "share")
    assert float(lift[3]) == pytest.approx(0.25)
    answer = client.get(f"/api/v1/campaigns/{made.id}/effect.xlsx")
    sheet = load_workbook(io.BytesIO(answer.get_data())).active
    assert sheet is not None
    assert sheet["D3"].value == "=1+1"
    assert sheet["D3"].data_type == "s"
    assert sheet.max_row == len(rows)
    taken = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "campaign.effect")).all()
    assert [(entry.staff_id, entry.subject_id, entry.detail["form"]) for entry in taken] == [
        (who.id, made.id, "csv"),
        (who.id, made.id, "xlsx"),
    ]


@pytest.mark.parametrize("role", ["associate", "manager"])
def test_who_is_not_at_the_desk_sees_no_effect(client: FlaskClient, sign_in: Any, role: str) -> None:
    with unit_of_work():
        made = world.campaign()
    sign_in(role=role)
    for path in ("effects", *(f"{made.id}/{what}" for what in ("effect", "effect.csv", "effect.xlsx", "advice"))):
        assert client.get(f"/api/v1/campaigns/{path}").status_code == 403


def test_a_campaign_that_there_is_not_has_no_effect(client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="admin")
    for key in (new_id(), "8"):
        get(client, f"{key}/effect", status=404)


def test_the_command_prints_the_same_report(app: Flask, client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        made = world.campaign()
        audience(made, factories.store(), {"treated": (40, 20), "held_out": (40, 10)})
    sign_in(role="marketer")
    result = app.test_cli_runner().invoke(args=["campaign", "effect", made.id, "--json"])
    assert json.loads(result.stdout) | {"campaign": None} == get(client, f"{made.id}/effect") | {"campaign": None}
    plain = app.test_cli_runner().invoke(args=["campaign", "effect", made.id])
    assert "bought: 20 (50.0 %)" in plain.stdout
    assert app.test_cli_runner().invoke(args=["campaign", "effect", new_id()]).exit_code == 1


def redemption(made: Campaign, customer_id: str) -> PastRedemption:
    row = PastRedemption(campaign_id=made.id, member_id=customer_id, customer_id=customer_id, coupon="5")
    row.redeemed_on = date(2026, 9, 2)
    db.session.add(row)
    db.session.flush()
    return row


def test_what_was_redeemed_goes_along_with_a_merge_and_back_and_goes_with_an_erasure() -> None:
    with unit_of_work():
        made = world.campaign(kind="past", source="elsewhere", source_key="1")
        one, other = factories.customer().id, factories.customer().id
        keys = [redemption(made, each).id for each in (one, other)]
    with unit_of_work():
        merge_into(db.session.get_one(Customer, one), db.session.get_one(Customer, other))
    db.session.expire_all()
    assert [db.session.get_one(PastRedemption, key).customer_id for key in keys] == [one, one]
    with unit_of_work():
        part(other)
    assert [db.session.get_one(PastRedemption, key).customer_id for key in keys] == [one, other]
    with unit_of_work():
        erase(other)
    db.session.expire_all()
    assert [key for key in keys if db.session.get(PastRedemption, key)] == keys[:1]


def test_windows_end_after_whole_days_whatever_the_clocks_do() -> None:
    # New York put its clocks forward on 2026-03-08.
    began = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
    with unit_of_work():
        made, store = world.campaign(window_days=14), factories.store(time_zone="America/New_York")
        row = world.member(made, "treated", entered_on=date(2026, 3, 1), from_at=began)
        for after in (13.999, 14):
            world.sale(store.id, row.customer_id, began + after * world.DAY, 1_000)
    assert stage(service.report(made), "bought")["members"] == 1
    assert service.report(made)["arms"][0]["sales"] == 1


def test_advice_for_a_draft_is_about_whoever_its_list_holds(client: FlaskClient, sign_in: Any) -> None:
    with unit_of_work():
        listed = Segment(name="초대 명단", kind="list")
        db.session.add(listed)
        db.session.flush()
        made = world.campaign(state="draft", segment_id=listed.id, started_at=None, holdout=5_000)
        for _ in range(60):
            db.session.add(SegmentMember(segment_id=listed.id, **dict.fromkeys(KEYS, factories.customer().id)))
        factories.customer()
    sign_in(role="marketer")
    found = get(client, f"{made.id}/advice")
    assert (found["audience"], found["held_out"], found["base_share"]) == (60, 30, 0.0)
    # Nobody bought lately: how amounts vary is not known.
    assert found["smallest"]["spend"] is None
    assert found["smallest"]["share"] > 0


def test_what_was_redeemed_long_ago_is_found_by_its_campaign_s_end() -> None:
    with unit_of_work():
        old = world.campaign(kind="past", ended_at=world.BEGAN, source="elsewhere", source_key="1")
        new = world.campaign(kind="past", ended_at=world.BEGAN + 9 * world.DAY, source="elsewhere", source_key="2")
        whose = factories.customer().id
        keys = [redemption(each, whose).id for each in (old, new)]
    (rule,) = retention.RULES
    due = db.session.execute(rule.due(world.BEGAN + world.DAY)).all()
    assert [key for key, _ in due] == keys[:1]
    with unit_of_work():
        rule.take(keys[:1])
    assert db.session.scalars(select(PastRedemption.id)).all() == keys[1:]
