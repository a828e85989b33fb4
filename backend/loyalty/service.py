"""What sales do to points, what a person corrects, and what expires. All within the edge's unit of work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core import audit, clock
from backend.core.db import db, table_of
from backend.core.errors import ValidationFailed
from backend.core.one_of import one_of
from backend.customers import Card, CustomerFacts, hold
from backend.loyalty import earning, ledger
from backend.loyalty.earning import Basket, Bought, Rule
from backend.loyalty.models import EarningRule, PointsEntry

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from backend.core.audit import Actor

_entry, _rule = table_of(PointsEntry).c, table_of(EarningRule)
_facts, _card = table_of(CustomerFacts).c, table_of(Card).c
_OF_SALES = select(_entry.sale_id, _entry.kind, _entry.points, _entry.rules, _entry.expires_on).where(
    one_of(_entry.sale_id, "sales")
)
_RULES = select(*(_rule.c[name] for name in Rule.__dataclass_fields__), _rule.c.retired_at)
_GRADES = select(_facts.customer_id, _facts.grade).where(one_of(_facts.customer_id, "ids"))
_ISSUERS = select(_card.customer_id, _card.issuer).where(one_of(_card.customer_id, "ids"), _card.issuer.is_not(None))


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line: what was paid for it, what of that was given back for what came back, and the article's category."""

    amount: int
    refunded: int
    category: str | None


@dataclass(frozen=True, slots=True)
class Sold:
    """A known customer's sale as it stands. `at` is when it happened, never later than it was heard of.

    `new`: nothing is in the ledger for it yet. `changed_at` and `changed_on`: when something came back, if so.
    """

    sale_id: str
    customer_id: str
    owner_id: str | None
    business_unit_id: str
    store_id: str
    at: datetime
    day: date
    lines: Sequence[SoldLine]
    redeemed: int
    rate: str | None
    new: bool = True
    changed_at: datetime | None = None
    changed_on: date | None = None

    @property
    def total(self) -> int:
        """What was paid."""
        return sum(line.amount for line in self.lines)

    @property
    def refunded(self) -> int:
        """What was given back."""
        return sum(line.refunded for line in self.lines)


def missing(sales: Sequence[Sold]) -> list[list[dict[str, Any]]]:
    """For each sale the entries that the ledger lacks: what it earned and was paid with, less what came back.

    Only what differs from what is there, so that posting them (`ledger.post`) twice, or sale by sale in another order,
    comes to the same. What a sale earned stays with the rules that gave it, whatever rules there are by the time that
    something of it comes back.
    """
    if not sales:
        return []
    written = _written([sale.sale_id for sale in sales if not sale.new])
    rules = [(Rule(*row[:-1]), row.retired_at) for row in db.session.execute(_RULES)]
    known = _Buyers({sale.customer_id for sale in sales}, asked=bool(rules))
    found = []
    for sale in sales:
        there = written.get(sale.sale_id, _Written())
        found.append(_paid(sale, there) + _earned(sale, there, rules, known))
    return found


@dataclass
class _Written:
    """What the ledger says of a sale: points by kind, {rule: points} of what it earned and until when."""

    points: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] | None = None
    expires_on: date | None = None

    def of(self, kind: str) -> int:
        return self.points.get(kind, 0)


class _Buyers:
    """What rules ask of the members who bought."""

    def __init__(self, ids: Collection[str], *, asked: bool) -> None:
        self.grades: dict[str, str | None] = {}
        self.issuers: dict[str, set[str]] = {}
        if asked:
            wanted = {"ids": sorted(ids)}
            self.grades = dict(db.session.execute(_GRADES, wanted).all())
            for customer_id, issuer in db.session.execute(_ISSUERS, wanted):
                self.issuers.setdefault(customer_id, set()).add(issuer)


def _written(sale_ids: Sequence[str]) -> dict[str, _Written]:
    found: dict[str, _Written] = {}
    for sale_id, kind, points, rules, expires_on in (
        db.session.execute(_OF_SALES, {"sales": sale_ids}) if sale_ids else ()
    ):
        there = found.setdefault(sale_id, _Written())
        there.points[kind] = there.of(kind) + points
        if kind == "earn":
            there.rules, there.expires_on = dict(rules or ()), expires_on
    return found


def _paid(sale: Sold, there: _Written) -> list[dict[str, Any]]:
    rows = []
    if sale.redeemed and not there.of("redeem"):
        rows.append(_row(sale, "redeem", -sale.redeemed))
    back = earning.restored(sale.redeemed, total=sale.total, refunded=sale.refunded) - there.of("restore")
    if back > 0:
        rows.append(_row(sale, "restore", back, later=True))
    return rows


def _earned(
    sale: Sold, there: _Written, rules: Sequence[tuple[Rule, datetime | None]], known: _Buyers
) -> list[dict[str, Any]]:
    rows = []
    gave = there.rules
    if gave is None:
        live = [rule for rule, retired_at in rules if retired_at is None or sale.at < retired_at]
        earned = earning.earn(live, _basket(sale, known, kept_only=False))
        gave = dict(earned.by_rule)
        if earned.points:
            row = _row(sale, "earn", earned.points)
            rows.append(row | {"rules": list(map(list, gave.items())), "expires_on": earned.expires_on})
    if sale.refunded and gave:
        own = [rule for rule, _ in rules if rule.id in gave]
        kept = earning.earn(own, _basket(sale, known, kept_only=True, as_given=own))
        too_much = sum(gave.values()) - sum(min(points, gave[id_]) for id_, points in kept.by_rule.items())
        if too_much + there.of("reverse") > 0:
            rows.append(_row(sale, "reverse", -too_much - there.of("reverse"), later=True))
    return rows


def _basket(sale: Sold, known: _Buyers, *, kept_only: bool, as_given: Sequence[Rule] = ()) -> Basket:
    """The sale as rules see it: as it was sold, or what of it was kept, to the rules that gave points when it was."""
    lines = [Bought(line.amount - (line.refunded if kept_only else 0), line.category) for line in sale.lines]
    redeemed = sale.redeemed
    if kept_only:
        redeemed -= earning.restored(sale.redeemed, total=sale.total, refunded=sale.refunded)
    grade = next((rule.grade for rule in as_given if rule.grade is not None), known.grades.get(sale.customer_id))
    issuers = {rule.card_issuer for rule in as_given if rule.card_issuer} or known.issuers.get(sale.customer_id, set())
    return Basket(sale.business_unit_id, sale.store_id, sale.day, lines, redeemed, sale.rate, grade, issuers)


def _row(sale: Sold, kind: str, points: int, *, later: bool = False) -> dict[str, Any]:
    return ledger.entry(
        customer_id=sale.customer_id,
        owner_id=sale.owner_id,
        kind=kind,
        points=points,
        business_unit_id=sale.business_unit_id,
        sale_id=sale.sale_id,
        occurred_at=(sale.changed_at if later else None) or sale.at,
        business_day=(sale.changed_on if later else None) or sale.day,
    )


def adjust(
    customer_id: str, points: int, *, business_unit_id: str, reason: str, expires_on: date | None, acting_staff: Actor
) -> None:
    """Give or take points by hand. Raises `ValidationFailed` without any, or without a reason."""
    errors = {} if points else {"points": ["There is nothing to add or take."]}
    if not reason.strip():
        errors["reason"] = ["Say why; the customer may ask."]
    if errors:
        raise ValidationFailed(errors)
    hold([customer_id])
    now = clock.now()
    values = {"customer_id": customer_id, "kind": "adjust", "points": points, "reason": reason.strip()}
    made = ledger.entry(
        **values,
        business_unit_id=business_unit_id,
        staff_id=acting_staff.staff_id,
        occurred_at=now,
        business_day=now.date(),
        expires_on=expires_on if points > 0 else None,
    )
    ledger.post([made])
    detail = {"points": points, "entry": made["id"]}
    audit.record(acting_staff, "points.adjust", subject_kind="customer", subject_id=customer_id, detail=detail)
