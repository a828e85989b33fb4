"""The report of random campaigns equals a plain computation in Python, also when members are merged afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from math import fsum
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backend.campaigns import CampaignMember, CampaignVariant
from backend.campaigns.effect import outcomes, service
from backend.campaigns.effect.statistics import Sums, dispersed, newcombe
from backend.care.events import Event, EventVisit
from backend.care.surveys import Survey, SurveyInvitation
from backend.consent import ConsentEntry
from backend.core.db import db, unit_of_work
from backend.core.ids import new_id
from backend.customers import Customer, merge_into
from backend.delivery import Message
from backend.loyalty.coupons import CouponUse
from backend.sales import rules
from tests import factories
from tests.campaigns import effect_world as world

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from backend.campaigns import Campaign

pytestmark = pytest.mark.usefixtures("app")
_WINDOW = 7
_ONE_DATABASE = [HealthCheck.function_scoped_fixture]
# Around both ends of the window to the microsecond, in minutes of a day otherwise.
_MOMENTS = st.sampled_from([-1, 0, 1, 10**9, _WINDOW * 86_400 * 10**6 - 1, _WINDOW * 86_400 * 10**6]) | st.integers(
    -2 * 86_400 * 10**6, 9 * 86_400 * 10**6
)


@dataclass(frozen=True)
class Sold:
    """A sale so many microseconds after the member's window began; `back`: pieces of each line that came back."""

    after: int
    amounts: tuple[int, ...]
    pieces: int
    back: tuple[int, ...]
    currency: str

    @property
    def refund(self) -> int:
        """What came back is worth."""
        pairs = zip(self.amounts, self.back, strict=False)
        return sum(rules.refund(amount, self.pieces, back) for amount, back in pairs)

    @property
    def whole(self) -> bool:
        """Whether nothing is left."""
        backs = [*self.back, *[0] * len(self.amounts)][: len(self.amounts)]
        return all(back >= self.pieces for back in backs)


@dataclass(frozen=True)
class Person:
    """A row of an audience and what became of it."""

    arm: str
    variant: int
    grade: str | None
    day: int
    sales: tuple[Sold, ...] = field(default=())
    reached: str = "no"
    refusals: tuple[tuple[int, str, bool], ...] = ()
    visits: int = 0
    score: int | None = None
    asked: bool = False
    redeems: bool = False

    @property
    def bought(self) -> list[Sold]:
        """Her purchases in her window."""
        end = _WINDOW * 86_400 * 10**6
        return [each for each in self.sales if 0 <= each.after < end and not each.whole]

    @property
    def net(self) -> int:
        """What is left of those in the campaign's currency."""
        return sum(sum(each.amounts) - each.refund for each in self.bought if each.currency == "KRW")

    @property
    def refused(self) -> bool:
        """Whether she refused marketing in her window."""
        return any(0 <= after < _WINDOW * 86_400 * 10**6 and not granted for after, _, granted in self.refusals)


_AMOUNTS = st.integers(0, 3_000_000_000) | st.integers(0, 1_000)
_SALES = st.builds(
    Sold,
    after=_MOMENTS,
    amounts=st.lists(_AMOUNTS, min_size=1, max_size=3).map(tuple),
    pieces=st.integers(1, 5),
    back=st.lists(st.integers(0, 6), max_size=3).map(tuple),
    currency=st.sampled_from(["KRW", "KRW", "KRW", "USD"]),
)
_PEOPLE = st.builds(
    Person,
    arm=st.sampled_from(["treated", "held_out", "control", "excluded"]),
    variant=st.integers(0, 1),
    grade=st.sampled_from(["gold", "silver", None]),
    day=st.integers(0, 3),
    sales=st.lists(_SALES, max_size=3).map(tuple),
    reached=st.sampled_from(["no", "delivered", "opened"]),
    refusals=st.lists(st.tuples(_MOMENTS, st.sampled_from(["by-link", "by-text"]), st.booleans()), max_size=2).map(
        tuple
    ),
    visits=st.integers(0, 2),
    score=st.none() | st.integers(1, 5),
    asked=st.booleans(),
    redeems=st.booleans(),
)


@settings(
    max_examples=40, phases=[Phase.generate], deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    people=st.lists(_PEOPLE, max_size=12),
    more=st.integers(0, 35),
    merges=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=3),
)
def test_a_report_is_what_a_plain_reader_counts(people: list[Person], more: int, merges: list[tuple[int, int]]) -> None:
    everybody = people + [_plain(number) for number in range(2 * more)]
    with unit_of_work():
        campaign, ids = _written(everybody)
    _assert_as_counted(campaign, everybody)
    with unit_of_work():
        _merge([ids[number] for number in range(len(people))], merges)
    db.session.expire_all()
    _assert_as_counted(campaign, everybody)


def _plain(number: int) -> Person:
    arm = ("treated", "held_out")[number % 2]
    sale = Sold(1, (1_000 * number,), 1, (), "KRW")
    return Person(arm, 0, None, 0, (sale,) if number % 3 else ())


def _written(people: Sequence[Person]) -> tuple[Campaign, list[str]]:
    store, coupon = factories.store(), factories.coupon()
    made = world.campaign(window_days=_WINDOW, coupon_id=coupon.id)
    db.session.add_all([CampaignVariant(campaign_id=made.id, number=n, label=f"안 {n}", fields={}) for n in (0, 1)])
    survey = Survey(name="만족도", business_unit_id=store.business_unit_id, questions=[])
    db.session.add(survey)
    db.session.flush()
    times = {"starts_at": world.BEGAN, "ends_at": world.BEGAN + world.DAY}
    event = Event(name="행사", store_id=store.id, campaign_id=made.id, survey_id=survey.id, **times)
    db.session.add(event)
    db.session.flush()
    ids = []
    for person in people:
        row = _row(made, person, store.id, coupon)
        _happened(row, person, store.id, event, survey, coupon.id)
        ids.append(row.customer_id)
    db.session.flush()
    return made, ids


def _row(made: Campaign, person: Person, store_id: str, coupon: Any) -> CampaignMember:
    whose = factories.customer().id
    began = world.BEGAN + person.day * world.DAY
    message = None
    if person.arm == "treated" and person.reached != "no":
        message = Message(channel="sms", purpose="marketing", customer_id=whose, body="안내", state="delivered")
        message.delivered_at = began
        message.opened_at = began if person.reached == "opened" else None
        db.session.add(message)
        db.session.flush()
    return world.member(
        made,
        person.arm,
        whose,
        variant=person.variant if person.arm == "treated" else None,
        grade=person.grade,
        store_id=store_id,
        entered_on=date(2026, 9, 1 + person.day),
        from_at=began,
        message_id=message.id if message else None,
        coupon_code=factories.code(coupon, whose) if person.arm == "treated" else None,
    )


def _happened(row: CampaignMember, person: Person, store_id: str, event: Event, survey: Survey, coupon_id: str) -> None:
    began, whose = row.from_at, row.customer_id
    assert began is not None
    sales = []
    for each in person.sales:
        at = began + timedelta(microseconds=each.after)
        made = world.sale(store_id, whose, at, *each.amounts, pieces=each.pieces, currency=each.currency)
        if any(each.back):
            world.give_back(made, *enumerate(each.back[: len(each.amounts)]), whole=each.whole)
        sales.append(made)
    for after, wording, granted in person.refusals:
        at = began + timedelta(microseconds=after)
        about = {"purpose": "marketing", "granted": granted, "wording_version": wording, "occurred_at": at}
        db.session.add(ConsentEntry(customer_id=whose, **about))
    for _ in range(person.visits):
        db.session.add(EventVisit(event_id=event.id, customer_id=whose, how="card", seen_at=began))
    if person.asked:
        asked = SurveyInvitation(survey_id=survey.id, customer_id=whose, event_id=event.id, expires_at=began)
        asked.token_hash, asked.score = new_id(), person.score
        asked.answered_at = began if person.score else None
        db.session.add(asked)
    if person.redeems and row.coupon_code and sales:
        use = {"coupon_id": coupon_id, "state": "counted", "currency": "KRW", "worth": 3_000, "used_at": began}
        db.session.add(CouponUse(sale_id=sales[0].id, code=row.coupon_code, customer_id=whose, **use))


def _merge(ids: list[str], merges: list[tuple[int, int]]) -> None:
    gone: set[str] = set()
    for one, other in merges:
        if max(one, other) >= len(ids) or one == other or {ids[one], ids[other]} & gone:
            continue
        merge_into(db.session.get_one(Customer, ids[one]), db.session.get_one(Customer, ids[other]))
        gone.add(ids[other])


def _assert_as_counted(campaign: Campaign, people: Sequence[Person]) -> None:
    report = service.report(campaign, margin=40)
    treated, held_out = _of(people, "treated"), _of(people, "held_out")
    assert [arm | {"mean": None} for arm in report["arms"]] == [_arm("treated", treated), _arm("held_out", held_out)]
    for arm, members in zip(report["arms"], (treated, held_out), strict=True):
        assert arm["mean"] == (fsum(each.net for each in members) / len(members) if members else None)
    _assert_stages(report, treated)
    _assert_left_out(report, (("treated", treated), ("held_out", held_out)))
    refusals = report["refusals"]
    assert refusals["treated"] == _count(treated, lambda each: each.refused)
    assert refusals["held_out"] == _count(held_out, lambda each: each.refused)
    for name in ("variant", "grade"):
        group = next(each for each in report["groups"] if each["kind"] == name)
        assert sum(item["treated"]["net"] for item in group["items"]) == sum(each.net for each in treated)
    _assert_sums(campaign, treated, held_out)
    _assert_lift(report["lift"], treated, held_out)


def _assert_stages(report: dict[str, Any], treated: Sequence[Person]) -> None:
    found = {stage["stage"]: stage["members"] for stage in report["stages"]}
    asked = [each for each in treated if each.asked]
    answered = [each for each in asked if each.score]
    assert found == {
        "exposed": len(treated),
        "delivered": _count(treated, lambda each: each.reached != "no"),
        "clicked": _count(treated, lambda each: each.reached == "opened"),
        "visited": _count(treated, lambda each: each.visits > 0),
        "bought": _count(treated, lambda each: bool(each.bought)),
        "redeemed": _count(treated, lambda each: each.redeems and bool(each.sales)),
        "satisfied": _count(asked, lambda each: (each.score or 0) >= 4) if asked else None,
    }
    scores = [each.score or 0 for each in answered]
    mean = sum(scores) / len(scores) if scores else None
    assert report["satisfaction"]["mean"] == (mean if mean is None else pytest.approx(mean))
    assert (report["satisfaction"]["asked"], report["satisfaction"]["answered"]) == (len(asked), len(answered))


def _assert_left_out(report: dict[str, Any], arms: Sequence[tuple[str, Sequence[Person]]]) -> None:
    plain = []
    for arm, people in arms:
        abroad = [sale for each in people for sale in each.bought if sale.currency == "USD"]
        if abroad:
            net = sum(sum(sale.amounts) - sale.refund for sale in abroad)
            plain.append({"arm": arm, "currency": "USD", "sales": len(abroad), "net": net})
    assert report["left_out"] == plain


def _assert_sums(campaign: Campaign, treated: Sequence[Person], held_out: Sequence[Person]) -> None:
    cells = outcomes.by_cell(campaign)
    for name, people in (("treated", treated), ("held_out", held_out)):
        bought = outcomes.together(each for cell, each in cells.items() if cell.arm == name)
        squares = sum(each.net**2 for each in people)
        # Squares of three thousand million are beyond what a double holds of their sums to the last digit.
        assert bought.spend.squares == pytest.approx(squares, rel=1e-12)
        if all(each.net < 2**31 for each in people):
            assert bought.spend.squares == squares


def _assert_lift(lift: dict[str, Any], treated: Sequence[Person], held_out: Sequence[Person]) -> None:
    buyers = [_count(people, lambda each: bool(each.bought)) for people in (treated, held_out)]
    if min(len(treated), len(held_out)) < 30:
        reason = "too_few" if held_out else lift["share"]["reason"]
        assert lift["share"]["reason"] == reason
        assert lift["share"]["value"] is None
        return
    share = newcombe((buyers[0], len(treated)), (buyers[1], len(held_out)))
    assert (lift["share"]["low"], lift["share"]["high"]) == (share.low, share.high)
    assert lift["buyers"]["value"] == pytest.approx(share.value * len(treated))
    if min(buyers) < 10:
        assert lift["spend"]["reason"] == "too_few_buyers"
        return
    spend = dispersed(_sums(treated), _sums(held_out))
    assert lift["spend"]["low"] == pytest.approx(spend.low, rel=1e-9)
    assert lift["amount"]["high"] == pytest.approx(spend.high * len(treated), rel=1e-9)


def _sums(people: Sequence[Person]) -> Sums:
    return Sums(len(people), sum(each.net for each in people), sum(each.net**2 for each in people))


def _of(people: Sequence[Person], arm: str) -> list[Person]:
    return [each for each in people if each.arm == arm]


def _count(people: Sequence[Person], which: Callable[[Person], bool]) -> int:
    return sum(map(which, people))


def _arm(name: str, people: Sequence[Person]) -> dict[str, Any]:
    buyers = _count(people, lambda each: bool(each.bought))
    return {
        "arm": name,
        "members": len(people),
        "buyers": buyers,
        "share": buyers / len(people) if people else None,
        "sales": sum(len(each.bought) for each in people),
        "net": sum(each.net for each in people),
        "mean": None,
    }
