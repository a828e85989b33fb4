"""Versions and scores as people see them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core.db import db
from backend.customers import suspended
from backend.insight.scoring import service
from backend.insight.scoring.models import InsightModel, MemberScore
from backend.insight.scoring.permitted import permitted
from backend.insight.scoring.sentences import sentence, speaks_for_itself
from backend.sales import Sale

if TYPE_CHECKING:
    from collections.abc import Sequence

_RUN = (
    "id",
    "version",
    "as_of",
    "state",
    "problem",
    "started_at",
    "ended_at",
    "members",
    "purchases",
    "looked",
    "scored",
)
_MEANS = ("auc", "floor", "brier", "brier_floor", "slope", "calibration_error")
_SAID = ("as_of", "alive", "return_28", "return_56", "worth", "stake", "currency")


def overview() -> dict[str, Any]:
    """The version that the scores are of, the run under way, and all that are kept, the newest first."""
    current, running = service.current(), service.under_way()
    kept = db.session.scalars(select(InsightModel).order_by(InsightModel.version.desc()).limit(service.KEPT))
    return {
        "current": None if current is None else shown(current),
        "under_way": None if running is None else _run(running),
        "items": [_run(each) for each in kept],
    }


def shown(model: InsightModel) -> dict[str, Any]:
    """A version with its parameters and judgements."""
    return _run(model) | {
        "currency": model.currency,
        "buying": model.parameters.get("buying"),
        "spending": model.parameters.get("spending"),
        "horizons": [
            {"horizon": int(days), "mean": _means(said["days"]), **said, "days": [_day(each) for each in said["days"]]}
            for days, said in sorted(model.judgements.items())
        ],
    }


def forecast(customer_id: str, *, language: str) -> dict[str, Any]:
    """What is forecast of a member with its reasons in words, or why nothing is."""
    found = db.session.get(MemberScore, customer_id)
    if found is None:
        return dict.fromkeys(_SAID) | {"absence": _absence(customer_id), "reasons": []}
    reasons = [
        {
            "code": each["code"],
            "effect": each["effect"],
            "sentence": sentence(each["code"], each["numbers"], currency=found.currency, language=language),
        }
        for each in found.reasons
        if speaks_for_itself(each["code"], each["numbers"], each["effect"])
    ]
    return {name: getattr(found, name) for name in _SAID} | {"absence": None, "reasons": reasons}


def _absence(customer_id: str) -> str:
    if suspended([customer_id]):
        return "suspended"
    if not permitted([customer_id]):
        return "no_consent"
    if db.session.scalar(select(Sale.id).where(Sale.customer_id == customer_id).limit(1)) is None:
        return "no_purchases"
    current = service.current()
    return "little_history" if current is not None and not current.scored else "not_yet"


def _run(model: InsightModel) -> dict[str, Any]:
    released = sorted(int(days) for days, said in model.judgements.items() if said["released"])
    return {name: getattr(model, name) for name in _RUN} | {"released": released}


def _day(figures: dict[str, Any]) -> dict[str, Any]:
    return figures | {"day": date.fromisoformat(figures["day"])}


def _means(days: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    return {name: _mean([each[name] for each in days if each[name] is not None]) for name in _MEANS}


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
