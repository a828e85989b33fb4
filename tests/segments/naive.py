"""Rules answered member by member in plain Python, from rows as the ORM reads them and from the JSON as it stands."""

# ruff: noqa: D102 - Its methods are called as the conditions are.

from __future__ import annotations

from calendar import isleap
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from backend.consent import rules as consents
from backend.consent import standing
from backend.consent.ledger import children, statements
from backend.core.db import db
from backend.customers import Card, Customer, CustomerFacts, IdentityDocument, LifeEvent, Preference, Trip
from backend.insight import MemberScore, SimilarCycle
from backend.insight.members.profile import rhythm_of
from backend.loyalty import Grade, MemberGrade, PointsLot
from backend.loyalty.coupons import Coupon, CouponCode, CouponUse
from backend.organization import Store
from backend.sales import Sale
from backend.segments import Segment, SegmentMember, SegmentVersion

if TYPE_CHECKING:
    from backend.segments.language import Asked


class Naive:
    """Everything that is there, read once."""

    def __init__(self, asked: Asked) -> None:
        db.session.rollback()
        self.asked, self.today = asked, asked.now.astimezone(ZoneInfo(asked.zone)).date()
        self.members = {each.id: each for each in db.session.scalars(select(Customer))}
        self.facts = {each.customer_id: each for each in db.session.scalars(select(CustomerFacts))}
        self.stores = {each.id: each for each in db.session.scalars(select(Store))}
        self.ranks = {each.code: each.rank for each in db.session.scalars(select(Grade))}
        self.scores = {each.customer_id: each for each in db.session.scalars(select(MemberScore))}
        self.segments = {each.id: each for each in db.session.scalars(select(Segment))}
        self.rules = {each.segment_id: each.rule for each in db.session.scalars(select(SegmentVersion))}
        self.of: dict[type, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        histories: tuple[Any, ...] = (
            Card,
            IdentityDocument,
            Preference,
            LifeEvent,
            Trip,
            MemberGrade,
            PointsLot,
            Sale,
            SegmentMember,
        )
        for model in (*histories, CouponCode, CouponUse):
            for row in db.session.scalars(select(model)):
                self.of[model][row.customer_id].append(row)
        self.coupons = {each.id: each for each in db.session.scalars(select(Coupon))}
        self.used = {each.code for rows in self.of[CouponUse].values() for each in rows if each.state == "counted"}
        self.said = statements(list(self.members), "marketing")
        self.children = children(self.members)
        self.profiled = {
            each for each, permitted in standing(list(self.members), "profiling").items() if permitted.allowed
        }
        self.similar: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
        for row in db.session.scalars(select(SimilarCycle)):
            self.similar[row.unit][row.purchase_days] = (row.cycle_twice, row.members)

    def ids(self, tree: dict[str, Any]) -> set[str]:
        """Whom the rule means."""
        return {each for each, member in self.members.items() if self.holds(tree, member)}

    def holds(self, tree: dict[str, Any], member: Customer) -> bool:
        if "all" in tree:
            return all(self.holds(each, member) for each in tree["all"])
        if "any" in tree:
            return any(self.holds(each, member) for each in tree["any"])
        if "not" in tree:
            return not self.holds(tree["not"], member)
        found: bool = getattr(self, tree["is"])(member, tree["op"], tree["value"], tree)
        return found

    # Fields of the member.

    def sex(self, member: Customer, op: str, value: Any, _tree: Any) -> bool:
        return _named(member.sex, op, value)

    def language(self, member: Customer, op: str, value: Any, _tree: Any) -> bool:
        return _named(member.language, op, value)

    def nationality(self, member: Customer, op: str, value: Any, _tree: Any) -> bool:
        return _named(member.nationality, op, value)

    def district(self, member: Customer, op: str, value: Any, _tree: Any) -> bool:
        return _named(member.district, op, value)

    def home_store(self, member: Customer, op: str, value: Any, _tree: Any) -> bool:
        return _named(member.home_store_id, op, value)

    def home_unit(self, member: Customer, op: str, value: Any, _tree: Any) -> bool:
        store = self.stores.get(member.home_store_id or "")
        return _named(store.business_unit_id if store else None, op, value)

    def age(self, member: Customer, op: str, value: int, _tree: Any) -> bool:
        born, today = member.birth_date, self.today
        if born is None:
            return False
        return _fits(today.year - born.year - ((today.month, today.day) < (born.month, born.day)), op, value)

    def birthday_month(self, member: Customer, _op: str, value: Any, _tree: Any) -> bool:
        return member.birth_date is not None and str(member.birth_date.month) in _listed(value)

    def birthday(self, member: Customer, op: str, value: int, _tree: Any) -> bool:
        return member.birth_date is not None and any(
            _returns(member.birth_date, day) for day in self._coming(op, value)
        )

    def joined(self, member: Customer, op: str, value: str, _tree: Any) -> bool:
        begin = self._begin(date.fromisoformat(value))
        return member.created_at >= begin if op == "since" else member.created_at < begin

    def joined_days(self, member: Customer, op: str, value: int, _tree: Any) -> bool:
        begin = self._begin(self.today - timedelta(days=value))
        return member.created_at >= begin if op == "within" else member.created_at < begin

    def phone(self, member: Customer, _op: str, value: bool, _tree: Any) -> bool:
        return (member.phone is not None) == value

    def email(self, member: Customer, _op: str, value: bool, _tree: Any) -> bool:
        return (member.email is not None) == value

    def birth_date(self, member: Customer, _op: str, value: bool, _tree: Any) -> bool:
        return (member.birth_date is not None) == value

    # What she has.

    def card(self, member: Customer, op: str, value: Any, _tree: Any) -> bool:
        return any(each.business_unit_id in _listed(value) for each in self.of[Card][member.id]) == (op == "has")

    def partner_card(self, member: Customer, op: str, value: Any, _tree: Any) -> bool:
        return any(each.issuer in _listed(value) for each in self.of[Card][member.id]) == (op == "has")

    def passport(self, member: Customer, _op: str, value: bool, _tree: Any) -> bool:
        return bool(self.of[IdentityDocument][member.id]) == value

    def preference(self, member: Customer, op: str, value: Any, tree: Any) -> bool:
        known = {each.value for each in self.of[Preference][member.id] if each.kind == tree["kind"]}
        return bool(known & set(_listed(value))) == (op == "has")

    def grade(self, member: Customer, op: str, value: str, _tree: Any) -> bool:
        facts = self.facts.get(member.id)
        grade = facts.grade if facts else None
        if op in {"is", "is_not"}:
            return (grade == value) == (op == "is")
        return grade is not None and _fits(self.ranks[grade], op, self.ranks[value])

    def grade_entered(self, member: Customer, op: str, value: int, _tree: Any) -> bool:
        facts = self.facts.get(member.id)
        since = [each.since for each in self.of[MemberGrade][member.id] if facts and each.code == facts.grade]
        return _span(min(since, default=None), op, self.today - timedelta(days=value))

    def points(self, member: Customer, op: str, value: int, _tree: Any) -> bool:
        facts = self.facts.get(member.id)
        return _fits(facts.points if facts else 0, op, value)

    def points_expiring(self, member: Customer, op: str, value: int, tree: Any) -> bool:
        last = self.today + timedelta(days=tree["days"])
        lots = self.of[PointsLot][member.id]
        return _fits(
            sum(each.open for each in lots if each.expires_on and self.today <= each.expires_on <= last), op, value
        )

    def marketing_consent(self, member: Customer, _op: str, value: bool, tree: Any) -> bool:
        said = self.said.get(member.id, [])
        state = consents.marketing_state(said, channel=tree["channel"], sender_id=tree["unit"])
        return (state.granted and member.id not in self.children) == value

    def profiling_consent(self, member: Customer, _op: str, value: bool, _tree: Any) -> bool:
        return (member.id in self.profiled) == value

    # What is coming.

    def life_event(self, member: Customer, op: str, value: int, tree: Any) -> bool:
        return any(
            tree.get("kind") in {None, event.kind}
            and any(
                _returns(event.day, day) and event.day <= day if event.yearly else event.day == day
                for day in self._coming(op, value)
            )
            for event in self.of[LifeEvent][member.id]
        )

    def trip(self, member: Customer, op: str, value: int, tree: Any) -> bool:
        end = self._begin(self.today + timedelta(days=value + 1))
        begin = self.asked.now if op == "coming" else self._begin(self.today + timedelta(days=value))
        trips = self.of[Trip][member.id]
        return any(begin <= each.departs_at < end and tree.get("to") in {None, each.to_airport} for each in trips)

    # Purchases.

    def purchase_count(self, member: Customer, op: str, value: int, tree: Any) -> bool:
        return _fits(len(self._bought(member, tree)), op, value)

    def purchase_days(self, member: Customer, op: str, value: int, tree: Any) -> bool:
        return _fits(len({each.business_day for each in self._bought(member, tree)}), op, value)

    def purchase_sum(self, member: Customer, op: str, value: int, tree: Any) -> bool:
        total = 0
        for sale in self._sales(member, tree):
            if sale.currency == tree["currency"]:
                whole = not any(tree.get(name) for name in ("product", "brand", "category"))
                total += sale.net if whole else sum(_left(sale, line)[1] for line in _lines(sale, tree))
        return _fits(total, op, value)

    def purchase_pieces(self, member: Customer, op: str, value: int, tree: Any) -> bool:
        lines = ((sale, line) for sale in self._sales(member, tree) for line in _lines(sale, tree))
        return _fits(sum(_left(sale, line)[0] for sale, line in lines), op, value)

    def last_purchase(self, member: Customer, op: str, value: int, tree: Any) -> bool:
        last = max((each.business_day for each in self._bought(member, tree)), default=None)
        return _span(last, op, self.today - timedelta(days=value))

    def first_purchase(self, member: Customer, op: str, value: int, tree: Any) -> bool:
        first = min((each.business_day for each in self._bought(member, tree)), default=None)
        return _span(first, op, self.today - timedelta(days=value))

    def cycle(self, member: Customer, op: str, value: int, _tree: Any) -> bool:
        twice = self._rhythm(member, borrowed=False).cycle_twice
        return twice is not None and _fits(twice, op, 2 * value)

    def overdue(self, member: Customer, op: str, value: int, _tree: Any) -> bool:
        rhythm = self._rhythm(member, borrowed=False)
        if rhythm.cycle_twice is None:
            return False
        return _fits(rhythm.silence(self.today) * 200, op, value * rhythm.cycle_twice)

    def state(self, member: Customer, op: str, value: Any, _tree: Any) -> bool:
        return _named(self._rhythm(member, borrowed=True).state(self.today), op, value)

    def return_chance(self, member: Customer, op: str, value: int, tree: Any) -> bool:
        score = self.scores.get(member.id)
        chance = getattr(score, f"return_{tree['days']}") if score else None
        return chance is not None and _fits(chance, op, value / 100)

    def worth(self, member: Customer, op: str, value: int, tree: Any) -> bool:
        return self._scored(member, "worth", op, value, tree)

    def stake(self, member: Customer, op: str, value: int, tree: Any) -> bool:
        return self._scored(member, "stake", op, value, tree)

    # Coupons and segments.

    def coupon(self, member: Customer, op: str, value: str, _tree: Any) -> bool:
        if op == "used":
            uses = self.of[CouponUse][member.id]
            return any(each.coupon_id == value and each.state == "counted" for each in uses)
        hers = [each for each in self.of[CouponCode][member.id] if each.coupon_id == value]
        if op == "received":
            return bool(hers)
        coupon = self.coupons[value]
        unused = [each for each in hers if each.code not in self.used]
        over = [min(day for day in (each.good_until, coupon.ends_on, date.max) if day) < self.today for each in unused]
        return any(over) if op == "expired" else coupon.state != "stopped" and not all(over)

    def segment(self, member: Customer, op: str, value: str, _tree: Any) -> bool:
        if self.segments[value].kind == "rule":
            inside = self.holds(self.rules[value], member)
        else:
            inside = any(each.segment_id == value for each in self.of[SegmentMember][member.id])
        return inside == (op == "in")

    # Parts of the above.

    def _coming(self, op: str, days: int) -> list[date]:
        return [self.today + timedelta(days=each) for each in range(0 if op == "coming" else days, days + 1)]

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.asked.zone))

    def _sales(self, member: Customer, tree: Any) -> list[Sale]:
        """Hers of which something is left, as far as the rule means them by place and time."""
        found = []
        for sale in self.of[Sale][member.id]:
            unit, day = self.stores[sale.store_id].business_unit_id, sale.business_day
            if (
                not any(each.whole for each in sale.returns)
                and unit not in self.asked.hidden
                and sale.store_id in _listed(tree.get("store") or sale.store_id)
                and unit in _listed(tree.get("unit") or unit)
                and day
                >= self.today - timedelta(days=tree.get("within_days") or 0 if "within_days" in tree else 99_999)
                and tree.get("from", "") <= day.isoformat() < tree.get("until", "~")
            ):
                found.append(sale)
        return found

    def _bought(self, member: Customer, tree: Any) -> list[Sale]:
        if not any(tree.get(name) for name in ("product", "brand", "category")):
            return self._sales(member, tree)
        return [
            sale for sale in self._sales(member, tree) if any(_left(sale, line)[0] > 0 for line in _lines(sale, tree))
        ]

    def _rhythm(self, member: Customer, *, borrowed: bool) -> Any:
        """By what everybody's facts hold: not what a unit keeps to itself."""
        sales = [each for each in self.of[Sale][member.id] if not any(back.whole for back in each.returns)]
        days = {each.business_day for each in sales if self.stores[each.store_id].business_unit.shares != "own"}
        store = self.stores.get(member.home_store_id or "")
        similar = self.similar[store.business_unit.code] if borrowed and store else {}
        return rhythm_of(sorted(days), similar)[0]

    def _scored(self, member: Customer, name: str, op: str, value: int, tree: Any) -> bool:
        score = self.scores.get(member.id)
        known = getattr(score, name) if score and score.currency == tree["currency"] else None
        return known is not None and _fits(known, op, value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _named(known: str | None, op: str, value: Any) -> bool:
    return (known in _listed(value)) == (op == "is")


def _fits(known: float, op: str, value: float) -> bool:
    return {"at_least": known >= value, "at_most": known <= value, "is": known == value}[op]


def _span(day: date | None, op: str, limit: date) -> bool:
    return day is not None and (day >= limit if op == "within" else day < limit)


def _returns(remembered: date, day: date) -> bool:
    """Whether a yearly day is remembered on a day."""
    same = (remembered.month, remembered.day) == (day.month, day.day)
    leap = (remembered.month, remembered.day) == (2, 29) and (day.month, day.day) == (2, 28) and not isleap(day.year)
    return same or leap


def _lines(sale: Sale, tree: Any) -> list[Any]:
    found = []
    for line in sale.lines:
        product = line.product
        wanted = {
            "product": line.product_id,
            "brand": product and product.brand,
            "category": product and product.category,
        }
        if all(known is not None and known in _listed(tree[name]) for name, known in wanted.items() if tree.get(name)):
            found.append(line)
    return found


def _left(sale: Sale, line: Any) -> tuple[int, int]:
    """The articles and the money of a line that did not come back."""
    back = min(sale.articles_back.get(line.position, 0), max(line.quantity, 0))
    refund = line.amount * back // line.quantity if back and line.amount >= 0 else 0
    return line.quantity - back, line.amount - refund
