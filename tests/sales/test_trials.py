"""What a rule would have done to last month's sales: nothing is written but the answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from backend.core import clock
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.loyalty import EarningRule, PointsEntry
from backend.sales.trials import tending
from backend.sales.trials.models import RuleTrial
from tests import factories

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

pytestmark = pytest.mark.usefixtures("app")
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
IN_OCTOBER = "2026-10-10T10:00:00+09:00"
BONUS = {"name": "주말 덤", "kind": "bonus", "rate": 200, "starts_on": "2026-12-01", "cap_month": 500}


@pytest.fixture(autouse=True)
def sales(tablet: Tablet) -> str:
    """Two members' sales in October, one of before and one of nobody's, at a house that gives one percent."""
    with unit_of_work():
        factories.product(sku="A1", price=None)
        db.session.add(EarningRule(name="기본", kind="base", rate=100, starts_on=date(2026, 1, 1)))
        kim, lee = str(factories.customer().id), str(factories.customer().id)
    for buyer, amount, at in (
        (kim, 10_000, IN_OCTOBER),
        (kim, 20_000, IN_OCTOBER),
        (lee, 100, IN_OCTOBER),
        (lee, 50_000, "2026-09-30T23:00:00+09:00"),
        (None, 70_000, IN_OCTOBER),
    ):
        lines = [{"sku": "A1", "quantity": 1, "amount": amount}]
        data = {"customer_id": buyer, "currency": "KRW", "occurred_at": at, "lines": lines}
        tablet.push({"id": new_id(), "kind": "sale.log", "at": at, "seq": 1, "data": data})
    return kim


@pytest.fixture
def desk(client: FlaskClient, sign_in: Any) -> FlaskClient:
    """A marketer's session."""
    sign_in(role="marketer")
    return client


def ask(desk: FlaskClient, **data: Any) -> str:
    """Ask for a trial; its id."""
    with clock.frozen(NOW):
        answer = desk.post("/api/v1/points/trials", json=BONUS | data)
    assert answer.status_code == 202, answer.get_json()
    assert answer.get_json() | {"id": ""} == {
        "id": "",
        "since": "2026-10-01",
        "until": "2026-10-31",
        "state": "waiting",
        "sales": 0,
        "total": 0,
        "result": None,
    }
    return str(answer.get_json()["id"])


def test_a_marketer_sees_what_a_rule_would_have_given_last_month(desk: FlaskClient) -> None:
    trial_id = ask(desk)
    entries = db.session.scalar(select(func.count()).select_from(PointsEntry))
    tending.work()
    answer = desk.get(f"/api/v1/points/trials/{trial_id}").get_json()
    (unit,) = answer["result"].pop("units")
    assert (answer["state"], answer["sales"], answer["total"]) == ("ready", 3, 3)
    assert answer["result"] == {
        "sales": 3,
        "members": 2,
        "sales_gaining": 3,
        "members_gaining": 2,
        "paid": 30_100,
        # Ten thousand give 200 more, twenty no more than the 300 that are left of the month; a hundred give 2.
        "points_now": 301,
        "points_then": 301 + 200 + 300 + 2,
    }
    assert (unit["points_now"], unit["points_then"]) == (301, 803)
    assert db.session.scalar(select(func.count()).select_from(PointsEntry)) == entries


def test_a_better_base_rule_takes_the_place_of_the_one_there_is(desk: FlaskClient) -> None:
    trial_id = ask(desk, kind="base", rate=300, cap_month=None)
    tending.work()
    result = desk.get(f"/api/v1/points/trials/{trial_id}").get_json()["result"]
    assert (result["points_now"], result["points_then"]) == (301, 903)


def test_a_trial_is_stopped_and_a_new_one_ends_the_last(desk: FlaskClient) -> None:
    first, second = ask(desk), ask(desk)
    assert desk.get(f"/api/v1/points/trials/{first}").get_json()["state"] == "stopped"
    desk.post(f"/api/v1/points/trials/{second}/stop")
    tending.work()
    assert desk.get(f"/api/v1/points/trials/{second}").get_json() | {"id": ""} == {
        "id": "",
        "since": "2026-10-01",
        "until": "2026-10-31",
        "state": "stopped",
        "sales": 0,
        "total": 0,
        "result": None,
    }


def test_a_trial_whose_worker_died_is_begun_again_and_one_that_lives_is_left(desk: FlaskClient) -> None:
    trial_id = ask(desk)
    assert run_in_unit_of_work(tending.claim) is not None
    tending.work()
    assert desk.get(f"/api/v1/points/trials/{trial_id}").get_json()["state"] == "running"
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        tending.work()
    assert desk.get(f"/api/v1/points/trials/{trial_id}").get_json()["state"] == "ready"


def test_what_fails_says_so(desk: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    trial_id = ask(desk)

    def broken(*_arguments: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(tending, "try_rule", broken)
    tending.work()
    assert desk.get(f"/api/v1/points/trials/{trial_id}").get_json()["state"] == "failed"


def test_a_rule_of_an_unknown_place_is_refused_by_name(desk: FlaskClient) -> None:
    answer = desk.post("/api/v1/points/trials", json=BONUS | {"store": "NOWHERE"})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["store"])
    assert desk.get(f"/api/v1/points/trials/{new_id()}").status_code == 404
    assert db.session.scalar(select(func.count()).select_from(RuleTrial)) == 0
