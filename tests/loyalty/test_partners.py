"""Points exchanged with partners: what comes in once, what goes out and comes back, and who may sign for it."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from backend import customers
from backend.core import clock
from backend.core.audit import SYSTEM
from backend.core.db import db, run_in_unit_of_work, unit_of_work
from backend.core.errors import ValidationFailed
from backend.core.ids import new_id
from backend.core.signing import signature
from backend.customers import Card, Customer
from backend.loyalty import EarningRule, PartnerTransfer, PointsEntry, balance
from backend.loyalty.partners import keys, outgoing
from backend.loyalty.partners.rules import Rate, come_in, go_out, owed, rate_on
from backend.unify import merges
from tests import factories
from tests.customers.test_at_once import at_once
from tests.loyalty import books

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.conftest import Tablet

pytestmark = pytest.mark.usefixtures("app")
CARD = "8801000200030004"
TODAY = clock.now().date()


class Systems:
    """A partner's systems, which sign what they send."""

    def __init__(self, app: Flask, code: str) -> None:
        with unit_of_work():
            key, self.secret = keys.issue(code, acting_staff=SYSTEM)
        self.key_id, self.code = key.id, code
        self._client = app.test_client(use_cookies=False)

    def post(self, rest: str, data: Any = None, *, age: float = 0, headers: dict[str, str] | None = None) -> Any:
        """POST /partners/CODE/…, signed so many seconds ago."""
        path, body = f"/api/v1/partners/{self.code}/{rest}", b"" if data is None else json.dumps(data).encode()
        at = str(int(time.time() - age))
        signed = signature(self.secret, timestamp=at, method="POST", path=path, body=body)
        own = {"Dangol-Key": self.key_id, "Dangol-Timestamp": at, "Dangol-Signature": signed}
        return self._client.post(path, data=body, headers=own | (headers or {}), content_type="application/json")

    def transfer(self, reference: str, points: int = 1_000, card: str = CARD, **data: Any) -> Any:
        """Send points to whoever has the card."""
        given = {"reference": reference, "card": card, "points": points, "on": TODAY.isoformat()} | data
        return self.post("transfers", given)


@pytest.fixture
def member() -> str:
    """A member with a card and no points, and an airline whose two miles are one point; two points are three miles."""
    with unit_of_work():
        factories.airline()
        return str(factories.customer(cards=[CARD]).id)


@pytest.fixture
def systems(app: Flask, member: str) -> Systems:
    """The airline's."""
    assert member
    return Systems(app, "SKY")


def kinds(member: str) -> list[tuple[str, int]]:
    """(kind, points), as they were written."""
    db.session.rollback()
    query = select(PointsEntry.kind, PointsEntry.points).where(PointsEntry.customer_id == member)
    return [(kind, points) for kind, points in db.session.execute(query.order_by(PointsEntry.id))]


def send(member: str, points: int) -> PartnerTransfer:
    """Points to the airline."""

    def work() -> PartnerTransfer:
        about = {"account": "SK-100", "reason": "여행"}
        return outgoing.send(member, "SKY", points=points, **about, acting_staff=SYSTEM)

    return run_in_unit_of_work(work)


RATES = st.builds(
    Rate,
    id=st.just("r"),
    direction=st.just("in"),
    starts_on=st.just(TODAY),
    theirs=st.integers(1, 500),
    ours=st.integers(1, 500),
)


@given(RATES, st.integers(1, 10**6))
def test_an_exchange_never_makes_points_and_takes_no_more_than_it_gives(rate: Rate, points: int) -> None:
    out = go_out(points, rate)
    assert 0 <= out.ours <= points
    assert out.ours * rate.theirs // rate.ours == out.theirs, "what is taken is worth what the partner is told"
    if out.theirs:
        assert (out.ours - 1) * rate.theirs // rate.ours < out.theirs, "a point less would not do"
    assert come_in(out.theirs, rate).ours <= points, "there and back is no gain"


def test_the_rate_of_a_day_is_the_latest_that_has_begun() -> None:
    rates = [Rate(str(day), "in", date(2026, 1, day), day, 1) for day in (1, 10, 20)]
    found = [rate_on(rates, "in", date(2026, 1, day)) for day in (1, 9, 10, 31)]
    assert [rate.theirs for rate in found if rate] == [1, 1, 10, 20]
    assert rate_on(rates, "in", date(2025, 12, 31)) is None
    assert rate_on(rates, "out", date(2026, 1, 31)) is None
    assert [owed(999, 1_500), owed(1_000, None)] == [1_498, None]


def test_what_a_partner_sends_is_given_once(member: str, systems: Systems) -> None:
    first = systems.transfer("A-1")
    assert (first.status_code, first.get_json()) == (200, {"reference": "A-1", "outcome": "done", "points": 500})
    assert systems.transfer("A-1").get_json()["outcome"] == "again"
    other = systems.transfer("A-1", points=999)
    assert (other.status_code, other.get_json()["code"]) == (409, "reference_taken")
    assert kinds(member) == [("transfer_in", 500)]
    books.check()


def test_the_same_reference_eight_times_at_once_is_one_transfer(app: Flask, member: str, systems: Systems) -> None:
    db.session.rollback()

    def deed() -> int:
        with app.app_context():
            return int(systems.transfer("A-1").status_code)

    assert at_once(*[deed] * 8) == [200] * 8
    assert kinds(member) == [("transfer_in", 500)]


def test_two_transfers_out_at_once_never_take_more_than_there_is(app: Flask, member: str) -> None:
    for _ in range(5):
        with unit_of_work():
            factories.points(member, 300 - balance(member))

        def deed() -> str:
            with app.app_context():
                try:
                    send(member, 200)
                except outgoing.PointsLacking:
                    return "lacking"
                return "done"

        db.session.rollback()
        assert sorted(at_once(deed, deed)) == ["done", "lacking"]
        assert balance(member) == 100
    books.check()


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"card": "8809999999999"}, "card"),
        ({"points": 0}, "points"),
        ({"points": 1}, "points"),
        ({"points": 20_002}, "points"),
        ({"on": (TODAY + timedelta(days=9)).isoformat()}, "on"),
        ({"on": "2025-12-31"}, "on"),
        ({"on": "gestern"}, "on"),
    ],
)
def test_what_cannot_be_given_is_refused_by_its_field(
    member: str, systems: Systems, data: dict[str, Any], named: str
) -> None:
    answer = systems.transfer("A-1", **data)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [named])
    assert kinds(member) == []
    assert systems.transfer("A-1").status_code == 200, "a refused reference may come again"


def test_a_member_receives_so_many_points_a_month(member: str, systems: Systems) -> None:
    answers = [systems.transfer(f"A-{each}", points=20_000).status_code for each in range(3)]
    assert answers == [200, 200, 422]
    assert balance(member) == 20_000


def test_only_what_is_signed_in_time_with_a_living_key_is_heard(
    app: Flask, systems: Systems, client: FlaskClient, sign_in: Any
) -> None:
    data = {"reference": "A-1", "card": CARD, "points": 1_000, "on": TODAY.isoformat()}
    late = systems.post("transfers", data, age=400)
    assert (late.status_code, late.get_json()["code"]) == (401, "not_timely")
    wrong = [
        systems.post("transfers", data, headers={"Dangol-Signature": "0" * 64}),
        systems.post("transfers", data, headers={"Dangol-Signature": "ä"}),
        systems.post("transfers", data, headers={"Dangol-Key": "nobody"}),
        app.test_client().post(f"/api/v1/partners/{systems.code}/transfers", json=data),
    ]
    assert {answer.status_code for answer in wrong} == {401}
    sign_in(role="admin")
    made = client.post("/api/v1/partners/SKY/keys").get_json()
    assert made["secret"] not in client.get("/api/v1/partners/SKY").get_data(as_text=True)
    assert client.post(f"/api/v1/partners/SKY/keys/{systems.key_id}/withdraw").get_json()["works"] is False
    assert systems.post("transfers", data).get_json()["code"] == "not_signed"
    systems.key_id, systems.secret = made["id"], made["secret"]
    assert systems.post("transfers", data).status_code == 200
    shown = client.get("/api/v1/partners/SKY").get_json()["keys"]
    assert [(key["works"], key["last_used_at"] is not None) for key in shown] == [(True, True), (False, False)]


def test_a_key_of_one_partner_signs_for_no_other(systems: Systems) -> None:
    with unit_of_work():
        factories.partner(code="BANK", kind="bank", issuer="새벽은행")
    systems.code = "BANK"
    assert systems.transfer("A-1").get_json()["code"] == "not_signed"


def test_points_go_out_and_come_back_to_the_lots_that_they_came_from(member: str, systems: Systems) -> None:
    with unit_of_work():
        factories.points(member, 400, expires_on=TODAY + timedelta(days=40))
        factories.points(member, 300)
    sent = send(member, 501)
    assert (sent.ours, sent.theirs, balance(member)) == (501, 751, 199)
    told = systems.post("outgoing").get_json()["items"]
    assert [(each["reference"], each["account"], each["points"]) for each in told] == [(sent.reference, "SK-100", 751)]
    answers = {"items": [{"reference": sent.reference, "outcome": "refused", "reason": "없는 회원"}]}
    outcomes = [systems.post("answers", answers).get_json()["items"][0]["outcome"] for _ in range(2)]
    assert outcomes == ["refused", "again"]
    assert kinds(member)[2:] == [("transfer_out", -501), ("transfer_back", 501)]
    query = select(customers.CustomerFacts.points).where(customers.CustomerFacts.customer_id == member)
    assert db.session.scalar(query) == 700
    late = {"items": [{"reference": sent.reference, "outcome": "done"}, {"reference": "?", "outcome": "done"}]}
    assert [each["outcome"] for each in systems.post("answers", late).get_json()["items"]] == ["unknown", "unknown"]
    assert systems.post("outgoing").get_json()["items"] == []
    books.check()


def test_a_transfer_waits_for_points_and_keeps_to_the_limits(member: str, client: FlaskClient, sign_in: Any) -> None:
    sign_in(role="manager")
    data = {"partner": "SKY", "points": 1_000, "account": "SK-1", "reason": "여행"}
    address = f"/api/v1/customers/{member}/transfers"
    poor = client.post(address, json=data)
    assert (poor.status_code, poor.get_json()["code"], poor.get_json()["balance"]) == (409, "points_lacking", 0)
    with unit_of_work():
        factories.points(member, 50_000)
    wrong: list[dict[str, Any]] = [
        {"points": 10_001},
        {"points": 0},
        {"partner": "NONE"},
        {"account": "4111111111111111"},
    ]
    assert [client.post(address, json=data | each).status_code for each in wrong] == [422, 422, 404, 422]
    assert [client.post(address, json=data | {"points": 10_000}).status_code for _ in range(3)] == [201, 201, 422]
    (latest, *_) = client.get(address).get_json()["items"]
    assert (latest["state"], latest["theirs"], latest["partner"]) == ("asked", 15_000, "SKY")
    back = client.post(f"/api/v1/transfers/{latest['id']}/reverse", json={"reason": "취소"})
    assert (back.status_code, back.get_json()["state"], balance(member)) == (200, "reversed", 40_000)
    again = client.post(f"/api/v1/transfers/{latest['id']}/reverse", json={"reason": "취소"})
    assert (again.status_code, again.get_json()["code"]) == (409, "transfer_decided")
    books.check()


def test_what_came_in_is_taken_back_by_an_admin_even_when_it_was_spent(
    member: str, systems: Systems, client: FlaskClient, sign_in: Any
) -> None:
    systems.transfer("A-1")
    with unit_of_work():
        factories.points(member, -200, kind="redeem")
        transfer_id = db.session.scalars(select(PartnerTransfer.id)).one()
    sign_in(role="manager")
    address, why = f"/api/v1/transfers/{transfer_id}/reverse", {"reason": "잘못 보냄"}
    assert client.post(address, json=why).status_code == 403
    sign_in(role="admin")
    assert client.post(address, json=why).status_code == 200
    assert (kinds(member)[-1], balance(member)) == (("transfer_back", -500), -200)
    books.check()


def test_a_merged_member_s_card_receives_and_parting_gives_it_back(member: str, systems: Systems) -> None:
    with unit_of_work():
        survivor = factories.customer().id
        merge = merges.merge(survivor, member, acting_staff=SYSTEM).id
    systems.transfer("A-1")
    assert balance(survivor) == 500
    with unit_of_work():
        merges.undo(merge, acting_staff=SYSTEM)
    assert (balance(survivor), balance(member)) == (0, 500)
    assert db.session.scalars(select(PartnerTransfer.customer_id)).all() == [member]
    books.check()


def test_of_an_erased_member_the_figures_stay(member: str, systems: Systems, client: FlaskClient, sign_in: Any) -> None:
    systems.transfer("A-1")
    sent = send(member, 200)
    before = _statement(client, sign_in)
    with unit_of_work():
        customers.erase(member)
    db.session.rollback()
    rows = db.session.execute(select(PartnerTransfer.customer_id, PartnerTransfer.account, PartnerTransfer.reason))
    assert set(rows.all()) == {(None, None, None)}
    after = _statement(client, sign_in)
    assert [line for line in after["lines"] if not line["back"]] == before["lines"]
    told = systems.post("outgoing").get_json()["items"]
    assert told == [], "nobody goes to the partner who is not known any more"
    assert db.session.get_one(PartnerTransfer, sent.id).state == "reversed"


def test_the_statement_says_what_is_owed_at_which_rates_and_for_which_units(
    member: str, systems: Systems, client: FlaskClient, sign_in: Any
) -> None:
    systems.transfer("A-1", points=4_000)
    systems.transfer("A-2", points=4_000)
    with unit_of_work():
        other = factories.unit()
        factories.points(member, 900, business_unit_id=other.id, expires_on=TODAY + timedelta(days=1))
        reversed_id = db.session.scalars(select(PartnerTransfer.id).where(PartnerTransfer.reference == "A-2")).one()
        outgoing.reverse(reversed_id, reason="시험", acting_staff=SYSTEM)
    send(member, 1_000)
    found = _statement(client, sign_in)
    lines = [(line["direction"], line["back"], line["count"], line["ours"], line["owed"]) for line in found["lines"]]
    assert lines == [("in", False, 2, 4_000, 6_000), ("out", False, 1, 1_000, -1_200), ("in", True, 1, 2_000, -3_000)]
    assert found["net"] == {"KRW": 1_800}
    went = {each["business_unit"]: each["went_out"] for each in found["units"]}
    assert (went[other.code], sum(went.values())) == (900, 1_000)
    month = TODAY.isoformat()[:7]
    text = client.get(f"/api/v1/partners/SKY/statement.csv?month={month}").get_data(as_text=True)
    assert text.count("\r\n") == 4
    assert client.get("/api/v1/partners/SKY/statement?month=2026-13").status_code == 422


def _statement(client: FlaskClient, sign_in: Any) -> dict[str, Any]:
    sign_in(role="marketer")
    found = client.get(f"/api/v1/partners/SKY/statement?month={TODAY.isoformat()[:7]}")
    assert found.status_code == 200, found.get_json()
    answer: dict[str, Any] = found.get_json()
    return answer


def test_partners_are_added_changed_and_stopped_by_an_admin(client: FlaskClient, sign_in: Any, member: str) -> None:
    sign_in(role="admin")
    with unit_of_work():
        unit = factories.unit().code
    bank = {"code": "BANK", "name": "새벽은행", "kind": "bank", "business_unit": unit, "issuer": "새벽은행"}
    wrong: list[dict[str, Any]] = [{"issuer": None}, {"business_unit": "?"}, {"code": "SKY"}, {"kind": "alliance"}]
    named = [list(client.post("/api/v1/partners", json=bank | each).get_json()["errors"]) for each in wrong]
    assert named == [["issuer"], ["business_unit"], ["code"], ["issuer"]]
    assert client.post("/api/v1/partners", json=bank).status_code == 201
    assert client.post("/api/v1/partners", json=bank | {"code": "B2"}).status_code == 422, "one issuer, one partner"
    rate = {"direction": "in", "starts_on": TODAY.isoformat(), "theirs": 1, "ours": 3}
    changed = client.post("/api/v1/partners/SKY/rates", json=rate).get_json()
    assert (changed["rate_in"]["ours"], len(changed["rates"])) == (3, 3)
    old = client.post("/api/v1/partners/SKY/rates", json=rate | {"starts_on": "2026-01-02"})
    assert list(old.get_json()["errors"]) == ["starts_on"]
    assert client.patch("/api/v1/partners/SKY", json={"state": "stopped"}).get_json()["state"] == "stopped"
    with pytest.raises(ValidationFailed), unit_of_work():
        outgoing.send(member, "SKY", points=10, account="x", reason="x", acting_staff=SYSTEM)
    assert [each["code"] for each in client.get("/api/v1/partners").get_json()["items"]] == ["BANK", "SKY"]


def test_a_file_is_taken_in_line_by_line_and_again_changes_nothing(app: Flask, member: str, tmp_path: Path) -> None:
    file, result = tmp_path / "in.csv", tmp_path / "in.csv.result.csv"
    lines = [f"F-{each},{CARD},100,{TODAY}" for each in range(450)]
    lines += [f"F-450,8809999999999,100,{TODAY}", f"F-451,{CARD},viele,{TODAY}", f"F-0,{CARD},100,{TODAY}", ""]
    file.write_text("\n".join(["reference,card,points,date", *lines]), encoding="utf-8")
    command = ["partners", "transfers", str(file), "--partner", "SKY"]
    db.session.rollback()
    runner = app.test_cli_runner()
    tried = runner.invoke(args=[*command, "--dry-run"])
    assert (tried.exit_code, "refused: 2" in tried.output) == (3, True), tried.output
    assert kinds(member) == []
    done = runner.invoke(args=command)
    assert (done.exit_code, "done: 400" in done.output) == (3, True), done.output
    written = result.read_text(encoding="utf-8-sig").splitlines()
    assert written[1] == "2,F-0,done,50,,"
    assert [line.split(",")[4] for line in written[400:402] + written[451:453]] == ["", "points", "card", "points"]
    assert balance(member) == 20_000
    again = runner.invoke(args=command)
    assert "again: 401" in again.output
    assert balance(member) == 20_000
    assert runner.invoke(args=["partners", "transfers", str(result), "--partner", "SKY"]).exit_code == 1
    books.check()


def test_what_goes_out_is_written_to_a_file_and_its_answers_are_read_from_one(
    app: Flask, member: str, tmp_path: Path
) -> None:
    with unit_of_work():
        factories.points(member, 1_000)
    sent = [send(member, 100) for _ in range(2)]
    runner, target = app.test_cli_runner(), tmp_path / "out.csv"
    command = ["partners", "outgoing", "--partner", "SKY", "--to", str(target)]
    db.session.rollback()
    assert runner.invoke(args=command).exit_code == 0
    assert len(target.read_text(encoding="utf-8-sig").splitlines()) == 3
    assert runner.invoke(args=command).exit_code == 1, "nothing is written over"
    target.unlink()
    assert "0 transfers" in runner.invoke(args=command).output
    answers = tmp_path / "answers.csv"
    answers.write_text(f"reference,outcome,reason\n{sent[0].reference},done,\n{sent[1].reference},refused,모름\n")
    told = runner.invoke(args=["partners", "answers", str(answers), "--partner", "SKY"])
    assert told.exit_code == 0, told.output
    assert balance(member) == 900
    printed = runner.invoke(args=["partners", "statement", "--partner", "SKY", "--month", TODAY.isoformat()[:7]])
    assert printed.output.count("out,") == 2
    books.check()


def test_points_from_a_partner_expire_and_its_name_stands_in_the_history(
    member: str, systems: Systems, client: FlaskClient, sign_in: Any
) -> None:
    systems.transfer("A-1")
    sign_in(role="manager")
    page = client.get(f"/api/v1/customers/{member}/points").get_json()
    (item,) = page["items"]
    assert (item["kind"], item["partner"], item["partner_latin"]) == ("transfer_in", "하늘항공", "Sky Air")
    assert item["expires_on"] == page["expiring"][0]["on"]


def test_a_bank_ties_tokens_to_members_and_no_payment_card_is_kept(
    app: Flask, member: str, client: FlaskClient, sign_in: Any, tablet: Tablet, tmp_path: Path
) -> None:
    with unit_of_work():
        factories.partner(code="BANK", kind="bank", issuer="새벽은행")
        factories.product(sku="A1", price=None)
        other = factories.customer(cards=["C-2"])
        for name, kind, issuer in (("기본", "base", None), ("은행", "bonus", "새벽은행")):
            rule = {"name": name, "kind": kind, "card_issuer": issuer, "rate": 100, "starts_on": date(2026, 1, 1)}
            db.session.add(EarningRule(**rule))
    file = tmp_path / "cards.csv"
    lines = ["token,card", f"tok_1,{CARD}", f"4111111111111111,{CARD}", "tok_1,C-2", "tok_2,nobody", f"tok_1,{CARD}"]
    file.write_text("\n".join(lines), encoding="utf-8")
    db.session.rollback()
    command = ["partners", "cards", str(file), "--partner", "BANK"]
    assert app.test_cli_runner().invoke(args=[*command, "--dry-run"]).exit_code == 3
    assert tokens(member) == []
    told = app.test_cli_runner().invoke(args=command)
    assert (told.exit_code, "done: 1" in told.output, "again: 1" in told.output) == (3, True, True), told.output
    assert tokens(member) == [("tok_1", "새벽은행")]
    assert tokens(other.id) == []
    assert "4111111111111111" not in (tmp_path / "cards.csv.result.csv").read_text()
    refused = app.test_cli_runner().invoke(args=["partners", "cards", str(file), "--partner", "SKY"])
    assert refused.exit_code == 1
    at = f"{TODAY}T00:00:00Z"
    sold = [{"sku": "A1", "quantity": 1, "amount": 10_000}]
    sale = {"customer_id": member, "currency": "KRW", "occurred_at": at, "lines": sold}
    tablet.push({"id": new_id(), "kind": "sale.log", "at": at, "seq": 1, "data": sale})
    assert kinds(member) == [("earn", 200)], "the bank's card earns as much again"
    sign_in(role="admin")
    (found,) = client.get("/api/v1/customers?q=tok_1").get_json()["items"]
    assert found["id"] == member


def tokens(member: str) -> list[Any]:
    """The bank's cards of a member."""
    db.session.rollback()
    query = select(Card.number, Card.issuer).where(Card.customer_id == member, Card.kind == "bank")
    return [tuple(row) for row in db.session.execute(query)]


def test_a_unit_that_keeps_its_own_shows_no_transfers_of_its_members_to_others(
    member: str, systems: Systems, client: FlaskClient, sign_in: Any
) -> None:
    with unit_of_work():
        home, elsewhere = factories.store(), factories.store()
        db.session.get_one(Customer, member).home_store_id = home.id
        home.business_unit.shares = "own"
    systems.transfer("A-1")
    found = []
    for store in (home, elsewhere):
        sign_in(role="marketer", store_id=store.id)
        items = client.get("/api/v1/partners/SKY/transfers").get_json()["items"]
        found.append([item["reference"] for item in items])
    assert found == [["A-1"], []]
