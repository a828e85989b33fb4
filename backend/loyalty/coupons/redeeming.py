"""Codes at the till. What a batch of sales needs is read at once; then each sale is worked out on plain values.

A sale is taken whatever its codes are: a code that is not good is flagged. Each code has one valid use, that of the
sale which came first: codes are locked, in one order, until the commit, and a unique index holds it in any case.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, insert, select, update

from backend.core.bulk import insert_rows
from backend.core.db import db, table_of
from backend.core.ids import new_id
from backend.core.one_of import one_of
from backend.customers import CustomerFacts
from backend.loyalty.coupons import rules
from backend.loyalty.coupons.models import Coupon, CouponCode, CouponUse
from backend.loyalty.coupons.rules import Basket, Issued, Terms

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_code, _coupon, _use = table_of(CouponCode), table_of(Coupon), table_of(CouponUse)
_facts = table_of(CustomerFacts).c
_ISSUED = tuple(_code.c[name] for name in Issued.__dataclass_fields__)
_TERMS = tuple(_coupon.c[name] for name in Terms.__dataclass_fields__)
_CODES = (
    select(*_ISSUED, *_TERMS)
    .join(_coupon, _coupon.c.id == _code.c.coupon_id)
    .where(one_of(_code.c.code, "codes"))
    .order_by(_code.c.code)
    .with_for_update(of=_code, key_share=True)
)
_USED = select(_use.c.code).where(one_of(_use.c.code, "codes"), _use.c.state == "counted")
_GRADES = select(_facts.customer_id, _facts.grade).where(one_of(_facts.customer_id, "ids"))
_BY_MEMBER = (
    select(_use.c.coupon_id, _use.c.customer_id, func.count())
    .where(one_of(_use.c.customer_id, "ids"), one_of(_use.c.coupon_id, "coupons"), _use.c.state == "counted")
    .group_by(_use.c.coupon_id, _use.c.customer_id)
)
_MULTIPLIERS = select(_use.c.sale_id, _use.c.coupon_id, _use.c.multiplier).where(
    one_of(_use.c.sale_id, "sales"), _use.c.state == "counted", _use.c.multiplier.is_not(None)
)
_INSERT = insert(_use)


class Redeemed(NamedTuple):
    """What became of a sale's codes: flags for the sale, and {coupon: percent} that its points are multiplied by."""

    flags: set[str]
    multipliers: dict[str, int]


NOTHING = Redeemed(set(), {})


@dataclass
class Redeeming:
    """What was known of the codes before the batch. It moves on while the batch's sales are taken in order."""

    issued: dict[str, Issued] = field(default_factory=dict)
    terms: dict[str, Terms] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    grades: dict[str, str | None] = field(default_factory=dict)
    by_member: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def redeem(
        self, sale_id: str, codes: Sequence[str], basket: Basket, *, owner_id: str | None, came_back: bool
    ) -> Redeemed:
        """Take a sale's codes, in their order. Of a sale that `came_back` whole they are good again at once."""
        if not codes:
            return NOTHING
        known = [self.issued[code] for code in codes if code in self.issued]
        flags = {"unknown_coupon"} if len(known) < len(codes) else set()
        why, good = self._wrong(known, basket)
        terms = [self.terms[each.coupon_id] for each in good]
        worth = dict(zip((each.code for each in good), rules.worths(terms, basket.lines), strict=True))
        multipliers = {each.id: each.value or 0 for each in terms if each.kind == "multiplier"}
        for each in known:
            state = "flagged" if why[each.code] else "returned" if came_back else "counted"
            made: dict[str, Any] = {"id": new_id(), "sale_id": sale_id, "code": each.code, "coupon_id": each.coupon_id}
            made |= {"customer_id": basket.customer_id, "owner_id": owner_id, "currency": basket.currency}
            made |= {"state": state, "flags": sorted(why[each.code]), "worth": worth.get(each.code, 0)}
            made |= {"multiplier": multipliers.get(each.coupon_id) if each in good else None, "used_at": basket.at}
            self.rows.append(made)
            if state == "counted":
                self.used.add(each.code)
                self.by_member[each.coupon_id, basket.customer_id or ""] += 1
            flags |= why[each.code]
        if not rules.stack(terms):
            flags.add("coupons_do_not_stack")
        return Redeemed(flags, multipliers)

    def _wrong(self, known: Sequence[Issued], basket: Basket) -> tuple[dict[str, set[str]], list[Issued]]:
        """{code: what is wrong with it}, and those with which nothing is."""
        why: dict[str, set[str]] = {}
        good: list[Issued] = []
        for each in known:
            uses = self.by_member[each.coupon_id, basket.customer_id or ""]
            uses += sum(other.coupon_id == each.coupon_id for other in good)
            used = each.code in self.used
            # One use too many is one reason, not two.
            found = rules.wrong(self.terms[each.coupon_id], each, basket, uses=0 if used else uses)
            why[each.code] = found | {"coupon_already_used"} if used else found
            if not why[each.code]:
                good.append(each)
        return why, good


def read(codes: Collection[str], customer_ids: Collection[str]) -> Redeeming:
    """What is known of these codes and of whoever brings them; asks nothing where there are none."""
    wanted = sorted(code for code in codes if rules.is_code(code))
    found = Redeeming()
    if not wanted:
        return found
    width = len(_ISSUED)
    for row in db.session.execute(_CODES, {"codes": wanted}):
        found.issued[row[0]] = Issued(*row[:width])
        found.terms[row[1]] = Terms(*row[width:])
    if not found.issued:
        return found
    found.used.update(db.session.scalars(_USED, {"codes": sorted(found.issued)}))
    ids = sorted(customer_ids)
    if ids:
        found.grades = dict(db.session.execute(_GRADES, {"ids": ids}).all())
        limited = sorted(each.id for each in found.terms.values() if each.per_member is not None)
        for coupon_id, customer_id, uses in db.session.execute(_BY_MEMBER, {"ids": ids, "coupons": limited}):
            found.by_member[coupon_id, customer_id] = uses
    return found


def keep(redeeming: Redeeming) -> None:
    """Write the uses, after their sales."""
    insert_rows(_INSERT, redeeming.rows)


def give_back(sale_id: str) -> None:
    """All of the sale came back: its codes are good again, while they last."""
    gone = update(CouponUse).where(CouponUse.sale_id == sale_id, CouponUse.state == "counted")
    db.session.execute(gone.values(state="returned"), execution_options={"synchronize_session": False})


def multipliers(sale_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """{sale: {coupon: percent}} of these sales whose points a coupon multiplied."""
    found: dict[str, dict[str, int]] = {}
    for sale_id, coupon_id, percent in db.session.execute(_MULTIPLIERS, {"sales": list(sale_ids)}):
        found.setdefault(sale_id, {})[coupon_id] = percent
    return found
