"""What the models say of members on a day, from the sales that were known then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from backend.consent import standing
from backend.core.db import parts
from backend.insight.statistics import refresh
from backend.insight.statistics.histories import Histories, histories
from backend.insight.statistics.lifetime_value import Terms
from backend.insight.statistics.reasons import Reasons, explain
from backend.sales import main_currency, purchase_days

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

_AT_ONCE = 1_000


@dataclass(frozen=True)
class Known:
    """Everybody's purchase days until a day; `ids` names the members in the order of the histories."""

    ids: list[str]
    histories: Histories
    currency: str


@dataclass(frozen=True)
class Prediction:
    """What is said of one member. `alive` and `returns` (by horizon in days) are chances, `worth` is in minor units.

    What no model says is None or missing.
    """

    customer_id: str
    alive: float | None
    worth: float | None
    returns: dict[int, float]
    reasons: list[dict[str, Any]]


def read(as_of: date, *, currency: str | None = None) -> Known:
    """Read everybody's purchase days until `as_of`, money in `currency`: that of most sales unless one is named."""
    money = currency or main_currency()
    numbers: dict[str, int] = {}
    members, days, spend = [], [], []
    for each in purchase_days(as_of, currency=money):
        members.append(numbers.setdefault(each.customer_id, len(numbers)))
        days.append(each.day.toordinal())
        spend.append(each.spend)
    found = histories(np.array(members, np.int64), np.array(days, np.int32), np.array(spend, np.int64))
    return Known(list(numbers), found, money)


def predict(as_of: date, *, terms: Terms | None = None, currency: str | None = None) -> Iterator[Prediction]:
    """Fit all models on what was known on `as_of` and say of each member who agreed to profiling what they say."""
    known, day = read(as_of, currency=currency), as_of.toordinal()
    if not known.ids:
        return
    models = refresh.fit(known.histories, day)
    said = refresh.say(models, known.histories, terms or Terms())
    why = {
        horizon: explain(known.histories, day, judged.model, said.returning[horizon])
        for horizon, judged in models.returning.items()
        if judged.model is not None and horizon in said.returning
    }
    agreed = _agreed(known.ids)
    for place, customer_id in enumerate(known.ids):
        if customer_id in agreed:
            yield _prediction(customer_id, place, said, why)


def _agreed(ids: list[str]) -> set[str]:
    return {
        customer_id
        for some in parts(ids, _AT_ONCE)
        for customer_id, permission in standing(some, "profiling").items()
        if permission.allowed
    }


def _prediction(customer_id: str, place: int, said: refresh.Said, why: dict[int, Reasons]) -> Prediction:
    first = next(iter(why.values()), None)
    reasons = [] if first is None else [each._asdict() for each in first.of(place)]
    return Prediction(
        customer_id,
        None if said.alive is None else float(said.alive[place]),
        None if said.worth is None else float(said.worth[place]),
        {horizon: float(scores.probability[place]) for horizon, scores in said.returning.items()},
        reasons,
    )
