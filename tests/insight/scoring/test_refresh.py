"""A refresh: from the sales to a score of each member who agreed, however often it is killed on its way."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from backend.core import clock, events
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.errors import Conflict, SettingsError
from backend.customers import erase, resume, suspend
from backend.insight import MemberScore
from backend.insight import service as reading
from backend.insight.scoring import InsightModel, ScoresRefreshed, commanded, running, service, tending
from backend.insight.statistics import refresh as statistics
from backend.sales import Sale
from backend.settings import current_settings, load
from backend.unify import merges
from tests import factories
from tests.insight.scoring.people import LAST, fill, say, sell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def evening(app: Flask) -> Iterator[None]:  # noqa: ARG001 - rows need the app's database
    """The evening of the last day that anything was sold on."""
    with clock.frozen(NOW):
        yield


def scores() -> dict[str, MemberScore]:
    db.session.rollback()
    return {each.customer_id: each for each in db.session.scalars(select(MemberScore))}


def ask() -> str:
    return run_in_unit_of_work(lambda: service.ask(acting_staff=SYSTEM, as_of=LAST).id)


def claimed() -> str:
    found = run_in_unit_of_work(service.claim)
    assert found is not None
    return found


def refresh() -> InsightModel:
    return commanded.refresh(as_of=LAST)


def plain(score: MemberScore) -> dict[str, Any]:
    return {column.name: getattr(score, column.name) for column in MemberScore.__table__.columns} | {"model_id": None}


def test_everybody_who_agreed_has_a_score_with_its_reasons_and_nobody_else(app: Flask) -> None:
    agreed, others = fill()
    told: list[ScoresRefreshed] = []
    events.subscribe(app, ScoresRefreshed, told.append)
    run = refresh()
    found = scores()
    assert sorted(found) == agreed
    assert not set(others) & set(found)
    assert told == [ScoresRefreshed(LAST, run.id)]
    assert (run.state, run.version, run.members, run.looked, run.scored) == ("ready", 1, 240, 240, len(agreed))
    assert run.purchases == db.session.scalar(select(func.count()).select_from(Sale))
    for each in found.values():
        assert each.model_id == run.id
        assert each.stake == round((1 - (each.return_28 or 0)) * (each.worth or 0))
        assert [set(reason) for reason in each.reasons] == [{"code", "effect", "numbers"}] * 3


def test_a_version_keeps_what_was_fitted_and_every_day_of_its_back_test(app: Flask) -> None:  # noqa: ARG001
    fill()
    run = refresh()
    assert run.parameters["buying"]["members"] == 240
    for days in ("28", "56"):
        judged = run.judgements[days]
        assert judged["released"] == (judged["reasons"] == [])
        assert len(judged["days"]) == 5
        for day in judged["days"]:
            assert {"day", "auc", "floor", "brier", "brier_floor", "slope", "calibration_error"} <= set(day)
            assert 0 < day["returned"] < day["members"]


def test_the_scores_are_those_that_predict_prints(app: Flask) -> None:
    fill()
    refresh()
    arguments = ["insight", "predict", "--as-of", LAST.isoformat(), "--json"]
    printed = app.test_cli_runner().invoke(catch_exceptions=False, args=arguments).stdout.splitlines()
    found = scores()
    for each in map(json.loads, printed):
        score = found.pop(each["customer_id"])
        for name in ("alive", "return_28", "return_56", "worth", "stake", "currency"):
            assert each[name] == getattr(score, name)
        assert [{k: r[k] for k in ("code", "effect", "numbers")} for r in each["reasons"]] == score.reasons
    assert found == {}


class KilledError(BaseException):
    """As a signal ends a process: nothing catches it."""


def test_a_run_that_is_killed_half_way_is_taken_up_and_ends_like_one_that_was_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill()
    refresh()
    whole = {who: plain(score) for who, score in scores().items()}
    with unit_of_work():
        db.session.query(MemberScore).delete()
    monkeypatch.setattr(running, "_PART", 50)
    write, parts = running._write, [0]  # noqa: SLF001 - where it is killed

    def killed_at_the_third(*given: Any) -> bool:
        parts[0] += 1
        if parts[0] == 3:
            raise KilledError
        return write(*given)

    ask()
    monkeypatch.setattr(running, "_write", killed_at_the_third)
    with pytest.raises(KilledError):
        running.carry_out(claimed())
    half = service.find(run_in_unit_of_work(lambda: service.under_way().id))  # type: ignore[union-attr]
    assert (half.state, half.looked) == ("scoring", 100)
    assert 0 < len(scores()) < len(whole)
    assert run_in_unit_of_work(service.claim) is None, "its worker may be alive"
    fits: list[Any] = []
    monkeypatch.setattr(statistics, "fit", lambda *given: fits.append(given))
    with clock.frozen(NOW + timedelta(minutes=3)):
        done = refresh()
    assert fits == [], "what was fitted is not fitted again"
    assert (done.state, done.version, done.looked, done.scored) == ("ready", 2, 240, len(whole))
    assert {who: plain(score) for who, score in scores().items()} == whole


def test_a_run_killed_while_it_fits_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    agreed, _ = fill()

    def killed(*_given: Any) -> None:
        raise KilledError

    ask()
    with monkeypatch.context() as patched:
        patched.setattr(statistics, "fit", killed)
        with pytest.raises(KilledError):
            running.carry_out(claimed())
    with clock.frozen(NOW + timedelta(minutes=3)):
        assert refresh().version == 1
    assert sorted(scores()) == agreed


def test_a_fault_ends_the_run_and_leaves_the_scores_of_the_version_before(monkeypatch: pytest.MonkeyPatch) -> None:
    agreed, _ = fill()
    before = refresh()

    def broken(*_given: Any) -> None:
        message = "out of order"
        raise ValueError(message)

    monkeypatch.setattr(statistics, "fit", broken)
    run = refresh()
    assert (run.state, run.problem) == ("failed", "error")
    found = scores()
    assert sorted(found) == agreed
    assert {each.model_id for each in found.values()} == {before.id}


def test_withdrawn_consent_takes_the_score_at_once_and_it_does_not_come_back() -> None:
    agreed, _ = fill()
    refresh()
    with unit_of_work():
        say(agreed[0], granted=False)
    assert sorted(scores()) == agreed[1:]
    refresh()
    assert sorted(scores()) == agreed[1:]


def test_consent_withdrawn_while_a_refresh_is_under_way_is_minded(monkeypatch: pytest.MonkeyPatch) -> None:
    agreed, _ = fill()
    keep = running._keep  # noqa: SLF001 - when she says it

    def keep_and_hear(*given: Any) -> None:
        keep(*given)
        say(agreed[0], granted=False)

    monkeypatch.setattr(running, "_keep", keep_and_hear)
    refresh()
    assert sorted(scores()) == agreed[1:]


def test_a_suspended_member_has_no_score_until_she_is_no_more() -> None:
    agreed, _ = fill()
    refresh()
    with unit_of_work():
        suspend(agreed[0], "요청", acting_staff=SYSTEM)
    assert agreed[0] not in scores()
    refresh()
    assert agreed[0] not in scores()
    with unit_of_work():
        resume(agreed[0], acting_staff=SYSTEM)
    refresh()
    assert agreed[0] in scores()


def test_merged_and_parted_members_have_no_score_until_the_next_refresh() -> None:
    agreed, _ = fill()
    refresh()
    merge = run_in_unit_of_work(lambda: merges.merge(agreed[0], agreed[1], acting_staff=SYSTEM).id)
    assert sorted(scores()) == agreed[2:]
    refresh()
    assert sorted(scores()) == [agreed[0], *agreed[2:]]
    run_in_unit_of_work(lambda: merges.undo(merge, acting_staff=SYSTEM))
    assert sorted(scores()) == agreed[2:]
    refresh()
    assert sorted(scores()) == agreed


def test_who_is_merged_while_a_refresh_is_under_way_waits_for_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    agreed, _ = fill()
    keep = running._keep  # noqa: SLF001 - when they are merged

    def keep_and_merge(*given: Any) -> None:
        keep(*given)
        merges.merge(agreed[0], agreed[1], acting_staff=SYSTEM)

    with monkeypatch.context() as patched:
        patched.setattr(running, "_keep", keep_and_merge)
        run = refresh()
    assert sorted(scores()) == agreed[2:]
    assert run.left_out == []
    refresh()
    assert sorted(scores()) == [agreed[0], *agreed[2:]]


def test_an_erased_member_leaves_no_score() -> None:
    agreed, _ = fill()
    refresh()
    with unit_of_work():
        erase(agreed[0])
    assert agreed[0] not in scores()


def test_a_model_that_is_not_released_says_nothing_of_returns_and_the_stake_goes_by_being_alive() -> None:
    """Too few members to judge a model by; how often they buy is fitted all the same."""
    agreed, _ = fill(60)
    run = refresh()
    assert [each["released"] for each in run.judgements.values()] == [False, False]
    found = scores()
    assert sorted(found) == agreed
    for each in found.values():
        assert (each.return_28, each.return_56, each.reasons) == (None, None, [])
        assert each.stake == round((1 - (each.alive or 0)) * (each.worth or 0))


def test_of_a_house_that_nobody_bought_at_the_refresh_says_so(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["insight", "refresh"])
    assert done.exit_code == 1
    assert "nothing was sold to a member yet" in done.output
    assert service.current() is None


def test_only_the_last_versions_are_kept_and_always_the_one_that_scores_are_of(monkeypatch: pytest.MonkeyPatch) -> None:
    fill(60)
    monkeypatch.setattr(service, "KEPT", 2)
    first = refresh().id
    monkeypatch.setattr(reading, "read", _broken)
    for _ in range(3):
        refresh()
    run_in_unit_of_work(service.prune)
    kept = db.session.scalars(select(InsightModel.version).order_by(InsightModel.version)).all()
    assert kept == [1, 3, 4]
    monkeypatch.undo()
    monkeypatch.setattr(service, "KEPT", 2)
    newest = refresh()
    assert db.session.scalars(select(InsightModel.version).order_by(InsightModel.version)).all() == [4, 5]
    assert first not in {each.model_id for each in scores().values()} == {newest.id}


def _broken(*_given: Any, **_named: Any) -> None:
    message = "out of order"
    raise ValueError(message)


def test_two_refreshes_at_once_are_refused() -> None:
    ask()
    with pytest.raises(Conflict, match="under way"):
        ask()


@pytest.mark.parametrize(
    ("local", "asked"),
    [("2026-11-21T02:59", False), ("2026-11-21T03:00", True), ("2026-11-21T23:59", True)],
)
def test_a_night_s_refresh_begins_after_three_where_most_stores_are(local: str, *, asked: bool) -> None:
    with unit_of_work():
        sell(factories.customer(phone=None).id, factories.store(time_zone="America/New_York").id, [LAST])
    at = datetime.fromisoformat(f"{local}-05:00")
    with clock.frozen(at):
        tending.nightly()
        run = service.under_way()
    assert (run is not None) == asked
    if run is not None:
        assert (run.as_of, run.staff_id) == (at.date() - timedelta(days=1), None)


def test_a_night_has_one_refresh_and_the_next_night_another() -> None:
    at = datetime.fromisoformat("2026-11-21T03:10+09:00")
    with unit_of_work():
        sell(factories.customer(phone=None).id, factories.store().id, [LAST])
    for hours, versions in ((0, 1), (1, 1), (12, 1), (24, 2)):
        with clock.frozen(at + timedelta(hours=hours)):
            tending.nightly()
            if (run := service.under_way()) is not None:
                run_in_unit_of_work(lambda run=run: service.fail(run.id, "error"))  # type: ignore[misc]
        assert db.session.scalar(select(func.count()).select_from(InsightModel)) == versions


def test_a_house_without_sales_is_left_alone_at_night() -> None:
    with clock.frozen(datetime.fromisoformat("2026-11-21T03:10+09:00")):
        tending.nightly()
    assert service.under_way() is None


@pytest.fixture
def child(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child finds this test's database."""
    settings = current_settings()
    monkeypatch.setenv("DANGOL_DEMO", "1")
    monkeypatch.setenv("DANGOL_DATABASE_URL", app.config["SQLALCHEMY_DATABASE_URI"])
    monkeypatch.setenv("DANGOL_SIMULATOR_DATABASE", settings.simulator_database)


@pytest.mark.usefixtures("child")
def test_the_worker_has_a_child_do_it() -> None:
    agreed, _ = fill(60)
    model_id = ask()
    tending.run(claimed(), threading.Event())
    assert service.find(model_id).state == "ready"
    assert sorted(scores()) == agreed


@pytest.mark.usefixtures("child")
def test_a_worker_that_stops_takes_its_child_along_and_the_next_one_goes_on_at_once() -> None:
    fill(60)
    model_id, stop = ask(), threading.Event()
    stop.set()
    tending.run(claimed(), stop)
    assert service.find(model_id).state == "fitting"
    assert run_in_unit_of_work(service.claim) == model_id


@pytest.mark.usefixtures("child")
def test_a_child_that_ends_before_its_work_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    model_id = ask()
    monkeypatch.setenv("DANGOL_DATABASE_URL", "sqlite:////nowhere/at/all.sqlite3")
    tending.run(claimed(), threading.Event())
    found = service.find(model_id)
    assert (found.state, found.problem) == ("failed", "ended")


def test_the_command_tells_what_it_did(app: Flask) -> None:
    agreed, _ = fill()
    runner = app.test_cli_runner()
    told = runner.invoke(args=["insight", "refresh", "--as-of", LAST.isoformat()], catch_exceptions=False)
    assert told.exit_code == 0
    assert f"Version 1 of {LAST}: 240 members" in told.output
    assert f"{len(agreed)} scores" in told.output
    done = runner.invoke(args=["insight", "refresh", "--as-of", LAST.isoformat(), "--json"], catch_exceptions=False)
    summary = json.loads(done.stdout)
    assert (summary["version"], summary["state"], summary["scored"]) == (2, "ready", len(agreed))


@pytest.mark.parametrize("name", ["DANGOL_INSIGHT_MARGIN", "DANGOL_INSIGHT_DISCOUNT"])
@pytest.mark.parametrize("value", ["1.5", "-0.1", "a third", "nan"])
def test_terms_that_are_no_share_stop_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load({name: value})


def test_terms_are_read() -> None:
    assert load({"DANGOL_INSIGHT_MARGIN": "0.35", "DANGOL_INSIGHT_DISCOUNT": "0"}).insight_margin == 0.35
    assert (load({}).insight_margin, load({}).insight_discount) == (1.0, 0.1)
