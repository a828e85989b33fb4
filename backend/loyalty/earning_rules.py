"""The rules that say what sales earn: added and retired, never edited, so that what was given can be explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.loyalty import access
from backend.loyalty.models import EarningRule
from backend.organization import BusinessUnit, Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.core.audit import Actor


def all_rules() -> Sequence[EarningRule]:
    """Those in force or to come first, each group by its first day."""
    query = select(EarningRule).options(joinedload(EarningRule.business_unit), joinedload(EarningRule.store))
    return db.session.scalars(
        query.order_by(EarningRule.retired_at.is_not(None), EarningRule.starts_on.desc(), EarningRule.id)
    ).all()


def add(data: dict[str, Any], *, acting_staff: Actor) -> str:
    """Add a rule as `EarningRuleData` read it; its id. Raises `ValidationFailed` for an unknown unit or store."""
    rule = EarningRule(**placed(data), created_by=acting_staff.staff_id)
    db.session.add(rule)
    db.session.flush()
    detail = {"name": rule.name, "rate": rule.rate}
    audit.record(acting_staff, "points.rule", subject_kind="earning_rule", subject_id=rule.id, detail=detail)
    return rule.id


def placed(data: dict[str, Any]) -> dict[str, Any]:
    """What `EarningRuleData` read with ids for codes. Raises `ValidationFailed` for an unknown unit or store."""
    data = dict(data)
    unit, store = data.pop("business_unit", None), data.pop("store", None)
    errors = {}
    unit_id = db.session.scalar(select(BusinessUnit.id).where(BusinessUnit.code == unit)) if unit else None
    store_id = db.session.scalar(select(Store.id).where(Store.code == store)) if store else None
    if unit and unit_id is None:
        errors["business_unit"] = ["There is no business unit with this code."]
    if store and store_id is None:
        errors["store"] = ["There is no store with this code."]
    if errors:
        raise ValidationFailed(errors)
    return data | {"business_unit_id": unit_id, "store_id": store_id}


def retire(rule_id: str, *, acting_staff: Actor) -> None:
    """Let a rule give nothing to sales from now on; a second time changes nothing. Raises `NotFound`."""
    rule = access.rule(rule_id)
    if rule.retired_at is None:
        rule.retired_at = clock.now()
        audit.record(acting_staff, "points.rule_retired", subject_kind="earning_rule", subject_id=rule.id)
