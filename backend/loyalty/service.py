"""What sales do to points, what a person corrects, and what expires. All within the edge's unit of work."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from backend.core import audit, clock
from backend.core.db import db, table_of
from backend.core.errors import ValidationFailed
from backend.core.one_of import one_of
from backend.customers import hold
from backend.loyalty import earning, ledger
from backend.loyalty.baskets import Buyers, GivenInMonths, Sold, Worth, basket_of
from backend.loyalty.coupons import rules as coupons
from backend.loyalty.earning import Basket, Bought, Earned, Rule
from backend.loyalty.models import EarningRule, PointsEntry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from backend.core.audit import Actor

_entry, _rule = table_of(PointsEntry).c, table_of(EarningRule)
_OF_SALES = select(_entry.sale_id, _entry.kind, _entry.points, _entry.rules).where(one_of(_entry.sale_id, "sales"))
_RULES = select(*(_rule.c[name] for name in Rule.__dataclass_fields__), _rule.c.retired_at)


class Lacking(NamedTuple):
    """What the ledger lacks of a sale; `unknown_rate`: a rule would give points, if anybody knew the rate."""

    entries: list[dict[str, Any]]
    unknown_rate: bool


def missing(sales: Sequence[Sold], *, earning_too: bool = True) -> list[Lacking]:
    """For each sale the entries that the ledger lacks: what it earned and was paid with, less what came back.

    Only what differs from what is there, so that posting them (`ledger.post`) twice, or sale by sale in another order,
    comes to the same. What a sale earned stays with the rules that gave it, whatever rules there are by the time that
    something of it comes back. Without `earning_too` a sale that has not earned anything does not begin to: bringing
    something back is no reason to.
    """
    if not sales:
        return []
    written = _written([sale.sale_id for sale in sales if not sale.new])
    rules = standing_rules()
    known = Buyers({sale.customer_id for sale in sales}, [rule for rule, _ in rules])
    given = GivenInMonths(sales, [rule for rule, _ in rules])
    worth = Worth({rule.currency for rule, _ in rules})
    found = []
    for sale in sales:
        there = written.get(sale.sale_id, _Written())
        basket = basket_of(sale, known, worth.of(sale))
        live = [rule for rule, retired_at in rules if retired_at is None or sale.at < retired_at]
        unknown = any(rule.currency not in basket.worth for rule in earning.applying(live, basket))
        own = [rule for rule, _ in rules if rule.id in (there.rules or ())]
        rows = _paid(sale, there)
        if there.rules is None and earning_too:
            earned = earning.earn(live, replace(basket, given=given.to(sale)))
            given.add(sale, earned)
            earned = _multiplied(earned, sale.multipliers)
            rows += _given(sale, earned)
            there.rules = dict(earned.by_rule)
            own = [rule for rule in live if rule.id in there.rules]
        found.append(Lacking(rows + _taken_back(sale, there, own, basket), unknown))
    return found


def standing_rules() -> list[tuple[Rule, datetime | None]]:
    """Every rule, with when it was retired, if so."""
    return [(Rule(*row[:-1]), row.retired_at) for row in db.session.execute(_RULES)]


@dataclass
class _Written:
    """What the ledger says of a sale: points by kind, {rule: points} of what it earned."""

    points: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] | None = None

    def of(self, kind: str) -> int:
        return self.points.get(kind, 0)


def _written(sale_ids: Sequence[str]) -> dict[str, _Written]:
    found: dict[str, _Written] = {}
    for sale_id, kind, points, rules in db.session.execute(_OF_SALES, {"sales": sale_ids}) if sale_ids else ():
        there = found.setdefault(sale_id, _Written())
        there.points[kind] = there.of(kind) + points
        if kind == "earn":
            there.rules = dict(rules or ())
    return found


def _paid(sale: Sold, there: _Written) -> list[dict[str, Any]]:
    rows = []
    if sale.redeemed and not there.of("redeem"):
        rows.append(_row(sale, "redeem", -sale.redeemed))
    back = earning.restored(sale.redeemed, total=sale.total, refunded=sale.refunded) - there.of("restore")
    if back > 0:
        rows.append(_row(sale, "restore", back, later=True))
    return rows


def _multiplied(earned: Earned, multipliers: Mapping[str, int]) -> Earned:
    """With what coupons add: a share of their own beside those of the rules."""
    more = {coupon_id: coupons.multiplied(earned.points, percent) for coupon_id, percent in multipliers.items()}
    return replace(earned, by_rule={**earned.by_rule, **{key: points for key, points in more.items() if points}})


def _given(sale: Sold, earned: Earned) -> list[dict[str, Any]]:
    if not earned.points:
        return []
    rules = [list(each) for each in earned.by_rule.items()]
    return [_row(sale, "earn", earned.points) | {"rules": rules, "expires_on": earned.expires_on}]


def _taken_back(sale: Sold, there: _Written, own: Sequence[Rule], basket: Basket) -> list[dict[str, Any]]:
    """What of the points goes back: the rules that gave them, over what was kept, give so much less."""
    gave = there.rules
    if not sale.refunded or gave is None:
        return []
    if not gave:
        # Earned when no rules were noted yet: the share of what was paid for what came back.
        too_much = earning.restored(there.of("earn"), total=sale.total, refunded=sale.refunded) + there.of("reverse")
        return [_row(sale, "reverse", -too_much, later=True)] if too_much > 0 else []
    back = earning.restored(sale.redeemed, total=sale.total, refunded=sale.refunded)
    kept = replace(
        basket,
        lines=[Bought(line.amount - line.refunded, line.category) for line in sale.lines],
        redeemed=sale.redeemed - back,
        # As it was when they gave, whatever she is by now.
        grade=next((rule.grade for rule in own if rule.grade is not None), basket.grade),
        card_issuers={rule.card_issuer for rule in own if rule.card_issuer} or basket.card_issuers,
    )
    left = sum(min(points, gave[id_]) for id_, points in earning.earn(own, kept).by_rule.items())
    # What coupons added goes back by the same share as what they multiplied.
    by_rules = {rule.id: gave.get(rule.id, 0) for rule in own}
    by_coupons = [points for id_, points in gave.items() if id_ not in by_rules]
    left += sum(points * left // max(sum(by_rules.values()), 1) for points in by_coupons)
    too_much = sum(gave.values()) - left + there.of("reverse")
    return [_row(sale, "reverse", -too_much, later=True)] if too_much > 0 else []


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
    customer_id: str,
    points: int,
    *,
    business_unit_id: str,
    reason: str,
    expires_on: date | None,
    acting_staff: Actor,
    owner_id: str | None = None,
) -> str:
    """Give or take points by hand; the entry's id. Raises `ValidationFailed` without any, or without a reason."""
    errors = {} if points else {"points": ["There is nothing to add or take."]}
    if not reason.strip():
        errors["reason"] = ["Say why; the customer may ask."]
    if errors:
        raise ValidationFailed(errors)
    hold([customer_id])
    now = clock.now()
    values = {
        "customer_id": customer_id,
        "owner_id": owner_id,
        "kind": "adjust",
        "points": points,
        "reason": reason.strip(),
    }
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
    return str(made["id"])
