"""Grades over the API: definitions, evaluations with their preview, invitations, what a member sees, merges."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from backend.catalog import ExchangeRate
from backend.core import clock
from backend.core.audit import SYSTEM, AccessEntry
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.ids import new_id
from backend.customers import CustomerFacts
from backend.loyalty import balance
from backend.loyalty.grades import service, tending
from backend.loyalty.grades.models import Grade, GradeEvaluation, MemberGrade
from backend.unify import merges
from tests import factories
from tests.sync.copy import fresh, replay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def ladder(app: Flask) -> Iterator[None]:  # noqa: ARG001 - rows need the app's database
    """Three grades by what was bought in a year, on a day of November."""
    with clock.frozen(NOW):
        with unit_of_work():
            unit = factories.unit()
            factories.product(sku="A1", price=None)
            db.session.add_all(
                [
                    Grade(code="member", name="일반", rank=0),
                    Grade(code="silver", name="실버", rank=1, spend=100_000, keep_spend=80_000),
                    Grade(code="gold", name="골드", rank=2, spend=300_000, visits=2, grace_months=3, top=True),
                ]
            )
            db.session.flush()
            gold = db.session.scalars(select(Grade).where(Grade.code == "gold")).one()
            gold.gift_points, gold.gift_unit_id, gold.gift_months = 5_000, unit.id, 12
        yield


def person(grade: str | None = None, **values: Any) -> str:
    """Somebody, perhaps with a grade since January."""
    with unit_of_work():
        customer_id = str(factories.customer(**values).id)
        if grade is not None:
            db.session.add(MemberGrade(id=customer_id, customer_id=customer_id, code=grade, since=date(2026, 1, 1)))
            db.session.get_one(CustomerFacts, customer_id).grade = grade
    return customer_id


def buy(tablet: Tablet, member: str, amount: int, day: str = "2026-11-20", **data: Any) -> str:
    """Two articles for `amount` together; the sale's id."""
    at = f"{day}T10:00:00+09:00"
    lines = [{"sku": "A1", "quantity": 2, "amount": amount}]
    sale = {"customer_id": member, "currency": "KRW", "occurred_at": at, "lines": lines} | data
    entry = {"id": new_id(), "kind": "sale.log", "at": at, "seq": 1, "data": sale}
    assert tablet.push(entry)[0]["status"] == "applied"
    return str(entry["id"])


def bring_back(tablet: Tablet, sale_id: str, quantity: int) -> None:
    at = "2026-11-21T09:00:00+09:00"
    data = {"sale_id": sale_id, "lines": [{"line": 0, "quantity": quantity}], "reason": "", "occurred_at": at}
    tablet.push({"id": new_id(), "kind": "sale.return", "at": at, "seq": 2, "data": data})


def evaluated(day: date = TODAY, *, apply: bool = True) -> dict[str, int]:
    """Evaluate everybody as the worker does; how many of what."""
    made = run_in_unit_of_work(lambda: service.ask(day, acting_staff=SYSTEM).id)
    tending.work()
    found = service.evaluation(made)
    assert found.state == "ready"
    if apply:
        run_in_unit_of_work(partial(service.apply, made, acting_staff=SYSTEM))
        tending.work()
        found = service.evaluation(made)
        assert (found.state, found.done) == ("applied", sum(found.counts.values()))
    counts: dict[str, int] = dict(found.counts)
    db.session.rollback()
    return counts


def grade(member: str) -> str | None:
    """What her card shows."""
    db.session.rollback()
    return db.session.get_one(CustomerFacts, member).grade


def test_an_evaluation_raises_lets_fall_begins_grace_and_a_second_one_changes_nothing(tablet: Tablet) -> None:
    new, rising, falling, lapsing, keeping = (
        person(),
        person("silver"),
        person("silver"),
        person("gold"),
        person("gold"),
    )
    buy(tablet, rising, 200_000)
    buy(tablet, rising, 100_000, "2026-03-02")
    buy(tablet, falling, 500_000, "2025-11-20")
    buy(tablet, keeping, 150_000)
    buy(tablet, keeping, 150_000, "2026-10-01")
    assert evaluated(apply=False) == {"enter": 1, "raise": 1, "fall": 1, "grace": 1}
    assert [grade(each) for each in (new, rising, falling, lapsing)] == [None, "silver", "silver", "gold"]
    assert evaluated() == {"enter": 1, "raise": 1, "fall": 1, "grace": 1}
    members = (new, rising, falling, lapsing, keeping)
    assert [grade(each) for each in members] == ["member", "gold", "member", "gold", "gold"]
    assert [balance(each) for each in (rising, lapsing)] == [5_000, 0], "a gift for entering"
    assert evaluated() == {}
    with clock.frozen(NOW + timedelta(days=95)):
        assert evaluated(date(2027, 2, 22)) == {"fall": 1}
    assert grade(lapsing) == "member"


def test_a_gift_is_given_once_a_year_however_often_she_enters(tablet: Tablet) -> None:
    member = person("silver")
    buy(tablet, member, 300_000, "2026-01-10")
    buy(tablet, member, 100_000)
    evaluated()
    for day, kind in ((TODAY + timedelta(days=100), "grace"), (TODAY + timedelta(days=200), "fall")):
        with clock.frozen(NOW + (day - TODAY)):
            assert evaluated(day) == {kind: 1}
    with clock.frozen(NOW + timedelta(days=210)):
        buy(tablet, member, 250_000, "2027-06-10")
        assert evaluated(TODAY + timedelta(days=210)) == {"raise": 1}
    assert (grade(member), balance(member)) == ("gold", 5_000)


def test_what_came_back_does_not_count_and_foreign_money_counts_at_its_rate(tablet: Tablet) -> None:
    with unit_of_work():
        db.session.add(ExchangeRate(currency="USD", base="KRW", on=date(2026, 11, 1), rate="1400"))
    partly, wholly, abroad = person("member"), person("member"), person("member")
    bring_back(tablet, buy(tablet, partly, 150_000), 1)
    bring_back(tablet, buy(tablet, wholly, 900_000), 2)
    buy(tablet, wholly, 99_999)
    buy(tablet, abroad, 7_143, currency="USD")
    assert evaluated() == {"raise": 1}
    assert grade(abroad) == "silver"
    with unit_of_work():
        db.session.scalars(select(Grade).where(Grade.code == "silver")).one().spend = 75_000
    assert evaluated() == {"raise": 2}, "75,000 are left of one, 99,999 of the other on one day"


def test_what_is_bought_at_a_unit_that_keeps_its_own_makes_no_grade(tablet: Tablet, make_tablet: Any) -> None:
    with unit_of_work():
        unit = factories.unit(shares="own")
        store = factories.store(business_unit_id=unit.id)
    member = person("member")
    buy(make_tablet(store=store), member, 500_000)
    bring_back(tablet, buy(tablet, member, 150_000), 1)
    assert evaluated() == {}
    buy(tablet, member, 25_000)
    assert evaluated() == {"raise": 1}


def test_an_admin_applies_what_a_marketer_asked_for_and_sees_whom_it_changes(
    client: FlaskClient, sign_in: Any, tablet: Tablet
) -> None:
    member = person("member", name="나그네")
    buy(tablet, member, 120_000)
    marketer = sign_in(role="marketer")
    asked = client.post("/api/v1/grades/evaluations", json={"as_of": TODAY.isoformat()})
    assert (asked.status_code, asked.get_json()["state"]) == (202, "waiting")
    path = f"/api/v1/grades/evaluations/{asked.get_json()['id']}"
    assert client.post("/api/v1/grades/evaluations", json={"as_of": TODAY.isoformat()}).status_code == 409
    tending.work()
    ready = client.get(path).get_json()
    assert (ready["state"], ready["counts"]) == ("ready", {"raise": 1})
    assert ready["moves"] == [{"from_code": "member", "to_code": "silver", "members": 1}]
    (row,) = client.get(f"{path}/members?kind=raise").get_json()["items"]
    assert (row["name"], row["spend"], row["visits"], row["to_code"]) == ("나그네", 120_000, 1, "silver")
    assert client.get(f"{path}/members?kind=fall").get_json()["items"] == []
    seen = db.session.scalars(select(AccessEntry.customer_id).where(AccessEntry.staff_id == marketer.id))
    assert set(seen) == {member}
    assert client.post(f"{path}/apply").status_code == 403
    sign_in(role="admin")
    assert client.post(f"{path}/apply").get_json()["state"] == "applying"
    tending.work()
    assert client.get(path).get_json()["state"] == "applied"
    assert client.post(f"{path}/drop").status_code == 409
    (move,) = client.get("/api/v1/grades/moves").get_json()["moves"]
    assert move == {"from_code": "member", "to_code": "silver", "members": 1}
    counts = client.get("/api/v1/grades").get_json()["members"]
    assert counts == [{"code": "silver", "members": 1}]


def test_an_evaluation_is_stopped_dropped_and_taken_up_where_it_was_left(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [person() for _ in range(5)]
    monkeypatch.setattr(tending, "_PART", 2)
    monkeypatch.setattr(tending, "_CHANGED_AT_ONCE", 2)
    made = run_in_unit_of_work(lambda: service.ask(TODAY, acting_staff=SYSTEM).id)
    run_in_unit_of_work(partial(service.drop, made, acting_staff=SYSTEM))
    tending.work()
    assert (service.evaluation(made).state, service.evaluation(made).done) == ("stopped", 0)
    made = run_in_unit_of_work(lambda: service.ask(TODAY, acting_staff=SYSTEM).id)
    _killed_after(monkeypatch, tending, "_keep", 2)
    with clock.frozen(NOW + timedelta(minutes=3)):
        tending.work()
    assert (service.evaluation(made).state, service.evaluation(made).counts) == ("ready", {"enter": 5})
    run_in_unit_of_work(partial(service.apply, made, acting_staff=SYSTEM))
    _killed_after(monkeypatch, tending, "_apply_some", 1)
    with clock.frozen(NOW + timedelta(minutes=6)):
        tending.work()
    assert service.evaluation(made).state == "applied"
    assert [grade(each) for each in people] == ["member"] * 5


def _killed_after(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, calls: int) -> None:
    """Run the job until a function was called so often, as if the worker was killed then."""
    real, left = getattr(module, name), [calls]

    def counted(*arguments: Any) -> Any:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(module, name, counted)
        with pytest.raises(KeyboardInterrupt):
            tending.work()
    db.session.rollback()


def test_who_was_changed_by_hand_meanwhile_is_left(client: FlaskClient, sign_in: Any, tablet: Tablet) -> None:
    member = person("member")
    buy(tablet, member, 120_000)
    made = run_in_unit_of_work(lambda: service.ask(TODAY, acting_staff=SYSTEM).id)
    tending.work()
    sign_in(role="admin")
    invitation = {"grade": "gold", "until": "2026-12-31", "reason": "개점 기념"}
    shown = client.post(f"/api/v1/customers/{member}/grade", json=invitation).get_json()
    assert (shown["code"], shown["invited"], shown["invited_until"]) == ("gold", True, "2026-12-31")
    run_in_unit_of_work(partial(service.apply, made, acting_staff=SYSTEM))
    tending.work()
    assert grade(member) == "gold"
    assert evaluated() == {}, "an invitation stands"
    with clock.frozen(NOW + timedelta(days=60)):
        assert evaluated(date(2027, 1, 2)) == {"fall": 1}
    assert grade(member) == "silver"


def test_a_member_sees_what_is_missing_to_the_next_grade_and_how_hers_came_about(
    client: FlaskClient, sign_in: Any, tablet: Tablet
) -> None:
    member = person("silver")
    buy(tablet, member, 120_000)
    sign_in(role="associate", store_id=tablet.store_id)
    shown = client.get(f"/api/v1/customers/{member}/grade").get_json()
    assert (shown["code"], shown["next"]["code"], shown["reached"]) == ("silver", "gold", False)
    assert shown["figures"] == {"spend": 120_000, "visits": 1, "units": 1}
    assert shown["missing"] == {"spend": 180_000, "visits": 1, "units": None}
    assert shown["missing_to_keep"] is None
    buy(tablet, member, 180_000, "2026-11-21")
    evaluated()
    shown = client.get(f"/api/v1/customers/{member}/grade").get_json()
    assert (shown["code"], shown["next"], shown["missing"]) == ("gold", None, None)
    (change,) = shown["changes"]
    assert (change["kind"], change["from_grade"]["name"], change["to_grade"]["name"]) == ("raise", "실버", "골드")
    assert change["gift_points"] == 5_000
    assert client.post(f"/api/v1/customers/{member}/grade", json={"grade": "gold", "reason": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "동"}, "code"),
        ({"code": "gold", "name": "동"}, "code"),
        ({"code": "Gold!", "name": "동"}, "code"),
        ({"code": "bronze", "name": "동", "spend": 5, "keep_spend": 6}, "keep_spend"),
        ({"code": "bronze", "name": "동", "keep_visits": 1}, "keep_visits"),
        ({"code": "bronze", "name": "동", "gift_points": 5}, "gift_unit"),
        ({"code": "bronze", "name": "동", "gift_points": 5, "gift_unit": "NOWHERE"}, "gift_unit"),
        ({"code": "bronze", "name": "동", "rank": 1}, "rank"),
        ({"code": "bronze"}, "name"),
    ],
)
def test_what_is_wrong_with_a_grade_is_named(client: FlaskClient, sign_in: Any, data: Any, field: str) -> None:
    sign_in(role="admin")
    answer = client.post("/api/v1/grades", json=data)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])


def test_grades_are_added_changed_and_removed_while_nobody_has_them(client: FlaskClient, sign_in: Any) -> None:
    person("silver")
    sign_in(role="admin")
    made = client.post("/api/v1/grades", json={"code": "black", "name": "블랙", "invitation_only": True}).get_json()
    assert (made["rank"], made["invitation_only"], made["spend"]) == (3, True, None)
    changed = client.patch(f"/api/v1/grades/{made['id']}", json={"spend": 900_000, "code": "other"}).get_json()
    assert (changed["spend"], changed["code"]) == (900_000, "black")
    assert client.delete(f"/api/v1/grades/{made['id']}").status_code == 204
    silver = next(each for each in client.get("/api/v1/grades").get_json()["items"] if each["code"] == "silver")
    assert client.delete(f"/api/v1/grades/{silver['id']}").status_code == 409
    assert client.delete(f"/api/v1/grades/{made['id']}").status_code == 404


def test_who_was_merged_is_what_the_higher_one_was_and_parted_each_has_her_own() -> None:
    gold, silver = person("gold"), person("silver")
    with unit_of_work():
        merge = merges.merge(silver, gold, acting_staff=SYSTEM)
    assert grade(silver) == "gold"
    with unit_of_work():
        merges.undo(merge.id, acting_staff=SYSTEM)
    assert (grade(silver), grade(gold)) == ("silver", "gold")


def test_a_new_month_is_evaluated_by_itself_and_applied_only_where_it_says_so() -> None:
    member = person()
    tending.evaluate_monthly()
    tending.work()
    tending.evaluate_monthly()
    (found,) = db.session.scalars(select(GradeEvaluation))
    assert (found.as_of, found.state) == (date(2026, 10, 31), "ready")
    with unit_of_work():
        service.set_programme({"monthly": "apply"}, acting_staff=SYSTEM)
    tending.evaluate_monthly()
    tending.work()
    assert grade(member) == "member"
    with clock.frozen(NOW + timedelta(days=15)):
        with unit_of_work():
            service.set_programme({"monthly": "off"}, acting_staff=SYSTEM)
        tending.evaluate_monthly()
    assert len(db.session.scalars(select(GradeEvaluation)).all()) == 1


def test_the_command_tells_what_would_change_and_changes_it_when_asked(app: Flask) -> None:
    member = person()
    runner = app.test_cli_runner()
    told = runner.invoke(args=["grades", "evaluate", "--as-of", "2026-11-20", "--json"])
    assert told.exit_code == 0, told.output
    assert '"counts": {"enter": 1}' in told.output
    assert grade(member) is None
    told = runner.invoke(args=["grades", "evaluate", "--apply"])
    assert told.output == "2026-11-21: enter 1 (applied)\n"
    assert grade(member) == "member"


def test_tablets_hold_what_grades_are_called(tablet: Tablet) -> None:
    rows, cursor = fresh(tablet)
    replay(tablet, rows, cursor)
    assert {row["code"]: (row["name"], row["top"]) for row in rows["grades"].values()} == {
        "member": ("일반", False),
        "silver": ("실버", False),
        "gold": ("골드", True),
    }
