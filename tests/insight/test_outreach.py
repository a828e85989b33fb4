"""The stores' lists of members at risk: who is on them, what takes somebody off, and what tablets hear of it."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select

from backend import customers
from backend.core import clock, events
from backend.core.audit import SYSTEM, AuditEntry
from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer, StoreActivity
from backend.insight.outreach import AtRisk, Outreach, lists, rules
from backend.insight.rules import Rhythm
from backend.insight.scoring import InsightModel, MemberScore, ScoresRefreshed
from backend.organization import BusinessUnit
from backend.unify import merges
from tests import factories
from tests.sales.test_sales import sale
from tests.sync.copy import fresh, replay

if TYPE_CHECKING:
    from tests.conftest import Tablet

NOON = datetime(2026, 11, 21, 3, tzinfo=UTC)
TODAY = NOON.date()
REASONS = [
    {"code": "rhythm", "effect": -1.2, "numbers": {"silence": 35.0}},
    {"code": "spend", "effect": 0.1, "numbers": {}},
    {"code": "frequency", "effect": -0.3, "numbers": {}},
]


@pytest.fixture(autouse=True)
def noon(app: Any) -> Any:
    """It is noon in Seoul, when people may be called."""
    del app
    with clock.frozen(NOON):
        yield


def member(store_id: str, *, stake: int = 120_000, chance: float = 0.18, silence: int = 35, **facts: Any) -> str:
    """A member of a store with a cycle of 21 days and a score."""
    last = TODAY - timedelta(days=silence)
    known = {"last_purchase_on": last, "purchase_gaps": [21, 21, 21], "cycle_days": 21} | facts
    made = factories.customer(home_store_id=store_id, facts=known)
    db.session.add(StoreActivity(customer_id=made.id, store_id=store_id, last_on=last))
    db.session.flush()
    score(made.id, stake=stake, chance=chance)
    return made.id


def score(customer_id: str, *, stake: int = 120_000, chance: float = 0.18) -> None:
    model = db.session.scalars(select(InsightModel)).first()
    if model is None:
        model = InsightModel(version=1, as_of=TODAY, state="ready")
        db.session.add(model)
        db.session.flush()
    said = MemberScore(customer_id=customer_id, model_id=model.id, as_of=TODAY, return_28=chance, stake=stake)
    said.worth, said.currency, said.reasons = stake * 2, "KRW", REASONS
    db.session.add(said)


def refresh(as_of: date = TODAY) -> None:
    with unit_of_work():
        model = db.session.scalars(select(InsightModel.id)).first()
        events.publish(ScoresRefreshed(as_of, model or new_id()))


def listed(store_id: str | None = None) -> list[str]:
    query = select(AtRisk.customer_id).order_by(AtRisk.stake.desc(), AtRisk.customer_id)
    return list(db.session.scalars(query if store_id is None else query.where(AtRisk.store_id == store_id)))


def outcome(whose: str, what: str = "no_answer", **data: Any) -> dict[str, Any]:
    said = {"customer_id": whose, "outcome": what, "occurred_at": clock.rfc3339(clock.now())} | data
    return {"id": new_id(), "kind": "outreach.record", "at": clock.rfc3339(clock.now()), "seq": 1, "data": said}


def taken_back(outreach_id: str) -> dict[str, Any]:
    said = {"outreach_id": outreach_id}
    return {"id": new_id(), "kind": "outreach.take_back", "at": clock.rfc3339(clock.now()), "seq": 2, "data": said}


def test_late_regulars_whom_nobody_expects_back_are_listed_by_what_is_at_stake(tablet: Tablet) -> None:
    here = tablet.store_id
    with unit_of_work():
        small, great = member(here, stake=9_000), member(here, stake=1_234_567)
        member(here, chance=0.51)
        member(here, silence=21)
        member(here, cycle_days=57, silence=90)
        member(here, cycle_days=None)
        member(here, stake=0)
        gone = factories.customer(home_store_id=here, suspended_at=NOON)
        gone.facts.last_purchase_on, gone.facts.cycle_days = TODAY - timedelta(days=35), 21
        score(gone.id)
        unscored = member(here)
        db.session.delete(db.session.get_one(MemberScore, unscored))
    refresh()
    assert listed() == [great, small]
    row = db.session.get_one(AtRisk, great)
    assert (row.chance, row.stake, row.reasons, row.since) == (18, 1_200_000, ["rhythm", "frequency"], TODAY)


@pytest.mark.parametrize("seed", range(2))
def test_the_statement_lists_whom_the_rules_list(tablet: Tablet, make_tablet: Any, seed: int) -> None:
    chance = random.Random(seed)
    stores = [tablet.store_id, make_tablet().store_id]
    expected: dict[str, list[tuple[int, str]]] = {store_id: [] for store_id in stores}
    with unit_of_work():
        for _ in range(60):
            store_id, twice = chance.choice(stores), chance.randint(1, 118)
            silence = max(0, (twice + 1) // 2 + chance.randint(-2, 3))
            returning, stake = chance.choice([0.1, 0.3, 0.5, 0.5001]), chance.choice([0, 5_000, 70_000, 800_000])
            suspended_at = chance.choice([None, None, None, NOON])
            her = member(store_id, chance=returning, stake=stake, silence=silence, cycle_days=twice / 2)
            db.session.get_one(Customer, her).suspended_at = suspended_at
            late = Rhythm(TODAY - timedelta(days=silence), 21, 4, twice).days_late(TODAY)
            assert late is not None
            if late > 0 and twice <= 112 and returning <= 0.5 and stake and suspended_at is None:
                expected[store_id].append((-stake, her))
    refresh()
    assert sum(map(len, expected.values())) > 5
    for store_id, found in expected.items():
        assert listed(store_id) == [her for _, her in sorted(found)]


def test_the_day_after_the_expected_one_puts_her_on_the_list(tablet: Tablet) -> None:
    with unit_of_work():
        her = member(tablet.store_id, silence=20)
    for days, there in ((0, False), (1, False), (2, True)):
        refresh(TODAY + timedelta(days=days))
        assert (listed() == [her]) is there, days


def test_the_store_where_she_bought_last_calls_her(tablet: Tablet, make_tablet: Any) -> None:
    other: Tablet = make_tablet()
    with unit_of_work():
        her = member(other.store_id, silence=30)
        db.session.add(StoreActivity(customer_id=her, store_id=tablet.store_id, last_on=TODAY - timedelta(days=29)))
        at_home = member(other.store_id)
        activity = select(StoreActivity).where(StoreActivity.customer_id == at_home)
        db.session.delete(db.session.scalars(activity).one())
    refresh()
    assert listed(tablet.store_id) == [her]
    assert listed(other.store_id) == [at_home]


def test_a_list_ends_where_nobody_would_get_to(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST", 2)
    with unit_of_work():
        ids = [member(tablet.store_id, stake=stake) for stake in (1_000, 3_000, 2_000)]
    refresh()
    assert listed() == [ids[1], ids[2]]


def test_a_refresh_that_says_the_same_sends_nothing(tablet: Tablet) -> None:
    with unit_of_work():
        same, other = member(tablet.store_id), member(tablet.store_id)
    refresh()
    rows, cursor = fresh(tablet)
    cursor = replay(tablet, rows, cursor)
    with unit_of_work():
        db.session.get_one(MemberScore, same).stake = 120_400
        db.session.get_one(MemberScore, other).return_28 = 0.12
    refresh(TODAY + timedelta(days=1))
    changed = [(change["id"], change["row"]["chance"]) for change in tablet.pull(cursor)["changes"]]
    assert changed == [(other, 12)]
    assert db.session.get_one(AtRisk, other, populate_existing=True).since == TODAY


def test_the_copy_follows_the_list_and_only_her_stores_tablets_hold_her(tablet: Tablet, make_tablet: Any) -> None:
    other: Tablet = make_tablet()
    with unit_of_work():
        stays, buys, moves = (member(tablet.store_id) for _ in range(3))
    rows, cursor = fresh(tablet)
    refresh()
    cursor = replay(tablet, rows, cursor)
    assert rows["risks"].keys() == {stays, buys, moves}
    assert rows["risks"][stays] == {
        "id": stays,
        "store": tablet.device.store.code,
        "chance": 18,
        "worth": 240_000,
        "stake": 120_000,
        "currency": "KRW",
        "reasons": ["rhythm", "frequency"],
        "may_call": False,
        "call_reason": "no_consent",
        "since": TODAY.isoformat(),
    }
    with unit_of_work():
        lists.leave([buys])
        db.session.add(StoreActivity(customer_id=moves, store_id=other.store_id, last_on=TODAY - timedelta(days=30)))
    refresh()
    cursor = replay(tablet, rows, cursor)
    there, newer = fresh(tablet)
    replay(tablet, there, newer)
    assert rows == there
    assert rows["risks"].keys() == {stays, buys}, "her facts still say that she is late"
    theirs, newer = fresh(other)
    replay(other, theirs, newer)
    assert theirs["risks"].keys() == {moves}


def test_whoever_buys_leaves_the_list_in_the_same_push(tablet: Tablet) -> None:
    with unit_of_work():
        factories.product(sku="A1", price=None)
        buys, came_before, stays = (member(tablet.store_id) for _ in range(3))
    refresh()
    rows, cursor = fresh(tablet)
    cursor = replay(tablet, rows, cursor)
    now, long_ago = clock.rfc3339(NOON), clock.rfc3339(NOON - timedelta(days=80))
    statuses = tablet.push(sale(customer_id=buys, occurred_at=now), sale(customer_id=came_before, occurred_at=long_ago))
    assert [each["status"] for each in statuses] == ["applied", "applied"]
    replay(tablet, rows, cursor)
    assert rows["risks"].keys() == {came_before, stays}, "a sale of long ago that comes in late is no return"
    refresh()
    assert set(listed()) == {came_before, stays}


def test_whoever_agreed_to_calls_may_be_called_until_she_says_no(tablet: Tablet) -> None:
    with unit_of_work():
        her = member(tablet.store_id)
    assert tablet.push(consent(her, granted=True))[0]["status"] == "applied"
    with clock.frozen(NOON + timedelta(hours=15)):
        refresh()
    assert calls(her) == (True, None), "a list made at night is for the day"
    tablet.push(consent(her, granted=False))
    assert calls(her) == (False, "refused")


def consent(customer_id: str, *, granted: bool) -> dict[str, Any]:
    data = {"customer_id": customer_id, "purpose": "marketing", "channel": "call", "granted": granted}
    said = {"wording_version": "marketing-call-2026-11", "occurred_at": clock.rfc3339(clock.now())}
    at = clock.rfc3339(clock.now())
    return {"id": new_id(), "kind": "consent.record", "at": at, "seq": 1, "data": data | said}


def calls(customer_id: str) -> tuple[bool, str | None]:
    row = db.session.get_one(AtRisk, customer_id, populate_existing=True)
    return row.may_call, row.call_reason


@pytest.mark.parametrize("what", sorted(rules.REST_DAYS))
def test_an_outcome_keeps_her_off_the_list_for_its_days(tablet: Tablet, what: str) -> None:
    with unit_of_work():
        her = member(tablet.store_id)
    refresh()
    reason = "price" if what == "problem" else None
    (result,) = tablet.push(outcome(her, what, reason=reason))
    assert result["status"] == "applied"
    assert listed() == []
    days = rules.REST_DAYS[what]
    for later, there in ((days - 1, []), (days, [her])):
        refresh(TODAY + timedelta(days=later))
        assert listed() == there


def test_an_outcome_keeps_what_the_gate_said_and_what_was_at_stake(tablet: Tablet) -> None:
    with unit_of_work():
        her = member(tablet.store_id)
    refresh()
    sent = outcome(her, "problem", reason="taste", note=" 향이 바뀌었다고 하심 ")
    tablet.push(sent)
    said = db.session.get_one(Outreach, sent["id"])
    assert (said.reason, said.note, said.verdict, said.verdict_reason) == (
        "taste",
        "향이 바뀌었다고 하심",
        "skipped",
        "no_consent",
    )
    assert said.listed is not None
    assert (said.listed["chance"], said.listed["stake"]) == (18, 120_000)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "outreach.record")).one()
    assert (entry.subject_id, entry.detail) == (her, {"outreach_id": sent["id"], "outcome": "problem"})


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"outcome": "perhaps"}, "outcome"),
        ({"outcome": "problem"}, "reason"),
        ({"outcome": "problem", "reason": "weather"}, "reason"),
        ({"outcome": "no_answer", "reason": "price"}, "reason"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"customer_id": "7"}, "customer_id"),
        ({"mood": "good"}, "mood"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(tablet: Tablet, data: dict[str, Any], field: str) -> None:
    with unit_of_work():
        her = member(tablet.store_id)
    refresh()
    (result,) = tablet.push(outcome(her, **data))
    assert (result["status"], result["code"]) == ("rejected", "invalid_data")
    assert field in result["message"]
    assert listed() == [her]


def test_nobody_knows_an_unknown_customer_and_a_merged_one_is_the_survivor(tablet: Tablet) -> None:
    (result,) = tablet.push(outcome(new_id()))
    assert (result["status"], result["code"]) == ("rejected", "unknown_customer")
    with unit_of_work():
        first, second = member(tablet.store_id), member(tablet.store_id)
    refresh()
    with unit_of_work():
        db.session.execute(delete(MemberScore))
        entry = merges.merge(first, second, acting_staff=SYSTEM)
    assert listed() == [], "what both histories come to the next refresh says"
    sent = outcome(second)
    (result,) = tablet.push(sent)
    assert (result["status"], result["flags"]) == ("applied", ["merged_customer"])
    assert db.session.get_one(Outreach, sent["id"]).customer_id == first
    to_survivor = outcome(first)
    tablet.push(to_survivor)
    with unit_of_work():
        done = merges.undo(entry.id, acting_staff=SYSTEM)
    assert db.session.get_one(Outreach, sent["id"], populate_existing=True).customer_id == second
    assert ["outreach", to_survivor["id"]] in [list(each) for each in done.unclear]


def test_the_same_outcome_again_is_taken_once(tablet: Tablet) -> None:
    with unit_of_work():
        her = member(tablet.store_id)
    sent = outcome(her)
    tablet.push(sent)
    (again,) = tablet.push(sent)
    assert again["duplicate"] is True
    assert db.session.query(Outreach).count() == 1


def test_what_was_recorded_by_mistake_is_taken_back_and_she_is_on_the_list_again(tablet: Tablet) -> None:
    with unit_of_work():
        her = member(tablet.store_id)
    refresh()
    rows, cursor = fresh(tablet)
    cursor = replay(tablet, rows, cursor)
    before = dict(rows["risks"])
    sent = outcome(her)
    results = tablet.push(sent, taken_back(sent["id"]))
    assert [each["status"] for each in results] == ["applied", "applied"]
    replay(tablet, rows, cursor)
    assert rows["risks"] == before
    assert db.session.query(Outreach).count() == 0
    assert tablet.push(taken_back(new_id()))[0]["code"] == "unknown_outreach"


def test_after_a_day_or_elsewhere_nothing_is_taken_back(tablet: Tablet, make_tablet: Any) -> None:
    with unit_of_work():
        her = member(tablet.store_id)
    sent = outcome(her)
    tablet.push(sent)
    assert make_tablet().push(taken_back(sent["id"]))[0]["code"] == "too_late_to_take_back"
    with clock.frozen(NOON + timedelta(hours=25)):
        assert tablet.push(taken_back(sent["id"]))[0]["code"] == "too_late_to_take_back"
    assert db.session.query(Outreach).count() == 1


def test_a_new_number_ends_the_rest_of_a_wrong_one(tablet: Tablet) -> None:
    with unit_of_work():
        her = member(tablet.store_id)
    tablet.push(outcome(her, "wrong_number"))
    refresh()
    assert listed() == []
    old = customers.get_customer(her).phone
    changes = {"phone": {"from": old, "to": "+821022223333"}}
    edit = {"id": new_id(), "kind": "customer.edit", "at": clock.rfc3339(NOON), "seq": 3}
    assert tablet.push(edit | {"data": {"customer_id": her, "changes": changes}})[0]["status"] == "applied"
    refresh()
    assert listed() == [her]


def test_who_withdraws_is_suspended_or_erased_leaves_at_once(tablet: Tablet) -> None:
    with unit_of_work():
        withdraws, suspended, erased, stays = (member(tablet.store_id) for _ in range(4))
    refresh()
    said = consent(withdraws, granted=False)
    said["data"] |= {"purpose": "profiling", "channel": None, "wording_version": "profiling-2026-11"}
    assert tablet.push(said, outcome(erased))[0]["status"] == "applied"
    refresh()
    with unit_of_work():
        customers.suspend(suspended, "고객 요청", acting_staff=SYSTEM)
        customers.erase(erased)
    assert stays in listed()
    assert not {suspended, erased} & set(listed())
    assert db.session.query(Outreach).count() == 0


def test_who_withdraws_profiling_leaves_at_once(tablet: Tablet) -> None:
    with unit_of_work():
        her = member(tablet.store_id)
    refresh()
    said = consent(her, granted=False)
    said["data"] |= {"purpose": "profiling", "channel": None, "wording_version": "profiling-2026-11"}
    tablet.push(said)
    assert listed() == []


def test_a_manager_reads_the_outcomes_of_the_own_store(tablet: Tablet, client: Any, sign_in: Any) -> None:
    with unit_of_work():
        ids = [member(tablet.store_id) for _ in range(3)]
    refresh()
    for minutes, her in enumerate(ids):
        with clock.frozen(NOON + timedelta(minutes=minutes)):
            tablet.push(outcome(her, "will_come"))
    sign_in(role="manager", store_id=tablet.store_id)
    first = client.get("/api/v1/outreach", query_string={"limit": 2}).get_json()
    rest = client.get("/api/v1/outreach", query_string={"limit": 2, "after": first["next"]}).get_json()
    assert [each["customer_id"] for each in first["items"] + rest["items"]] == ids[::-1]
    assert first["items"][0] | {"id": "", "staff": ""} == {
        "id": "",
        "staff": "",
        "customer_id": ids[2],
        "customer": "김민지",
        "outcome": "will_come",
        "reason": None,
        "note": None,
        "occurred_at": clock.rfc3339(NOON + timedelta(minutes=2)),
        "store": tablet.device.store.code,
        "rests_until": (TODAY + timedelta(days=14)).isoformat(),
        "verdict": "skipped",
        "verdict_text": "광고 수신에 동의하지 않은 고객입니다.",
        "chance": 18,
        "stake": 120_000,
        "currency": "KRW",
    }
    elsewhere = factories_store()
    assert client.get("/api/v1/outreach", query_string={"store": elsewhere}).status_code == 404
    hers = client.get(f"/api/v1/customers/{ids[0]}/outreach").get_json()
    assert [each["outcome"] for each in hers["items"]] == ["will_come"]


def factories_store() -> str:
    with unit_of_work():
        code: str = factories.store().code
    return code


@pytest.mark.parametrize("role", ["associate", "marketer"])
def test_lists_of_outcomes_are_for_managers(client: Any, sign_in: Any, role: str) -> None:
    with unit_of_work():
        place = factories.store()
    sign_in(role=role, store_id=place.id if role == "associate" else None)
    assert client.get("/api/v1/outreach").status_code == 403


def test_a_unit_that_keeps_its_own_keeps_its_outcomes(
    tablet: Tablet, make_tablet: Any, client: Any, sign_in: Any
) -> None:
    other: Tablet = make_tablet()
    with unit_of_work():
        her = member(tablet.store_id)
        db.session.add(StoreActivity(customer_id=her, store_id=other.store_id, last_on=TODAY))
        unit = db.session.get_one(BusinessUnit, other.device.store.business_unit_id)
        unit.shares = "own"
    other.push(outcome(her, "not_interested"))
    tablet.push(outcome(her, "no_answer"))
    sign_in(role="associate", store_id=tablet.store_id)
    seen = client.get(f"/api/v1/customers/{her}/outreach").get_json()["items"]
    assert [each["outcome"] for each in seen] == ["no_answer"]


@pytest.mark.parametrize(
    ("exact", "about"), [(0, 0), (7, 7), (99, 99), (104, 100), (1_234_567, 1_200_000), (995, 1_000)]
)
def test_stakes_are_told_to_two_digits(exact: int, about: int) -> None:
    assert rules.about(exact) == about
