"""What the models say of members on a day, from the sales that were known then."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import select

from backend.core.db import db, end_read, parts, table_of
from backend.core.one_of import one_of
from backend.customers import Customer
from backend.insight.scoring.permitted import permitted
from backend.insight.scoring.saying import Sayings, sayings
from backend.insight.scoring.sentences import sentence
from backend.insight.statistics import refresh
from backend.insight.statistics.histories import Histories, histories
from backend.insight.statistics.lifetime_value import Terms
from backend.sales import main_currency, purchase_days

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

_AT_ONCE = 2_000
_customer = table_of(Customer).c
_KEYS = select(_customer.id, _customer.source_key).where(one_of(_customer.id, "ids"), _customer.source_key.is_not(None))


@dataclass(frozen=True)
class Known:
    """Everybody's purchase days until a day; `ids` names the members in the order of the histories, ascending."""

    ids: list[str]
    histories: Histories
    currency: str


@dataclass(frozen=True)
class Reason:
    """What moved her chance: `effect` in log odds, below 0 where a return gets less likely; `sentence` is English."""

    code: str
    effect: float
    numbers: dict[str, float]
    sentence: str


@dataclass(frozen=True)
class Prediction:
    """What is said of one member, as her stored score says it; `source_key` where she was imported.

    Chances are 0 to 1, `worth` and `stake` in minor units of `currency`. What no model says is None.
    """

    customer_id: str
    source_key: str | None
    as_of: date
    alive: float | None
    expected_28: float | None
    expected_56: float | None
    return_28: float | None
    return_56: float | None
    worth: int | None
    stake: int | None
    currency: str
    reasons: tuple[Reason, ...]


def read(as_of: date, *, currency: str | None = None) -> Known:
    """Read everybody's purchase days until `as_of`, money in `currency`: that of most sales unless one is named."""
    money = currency or main_currency()
    numbers: dict[str, int] = {}
    members, days, spend = array("q"), array("l"), array("q")
    for each in purchase_days(as_of, currency=money):
        members.append(numbers.setdefault(each.customer_id, len(numbers)))
        days.append(each.day.toordinal())
        spend.append(each.spend)
    end_read()
    ids = sorted(numbers)
    # Members of whom something came back are read last: by their place among all of them, ids ascend.
    places = np.empty(len(ids), np.int64)
    places[[numbers[each] for each in ids]] = np.arange(len(ids))
    who = places[np.frombuffer(members, np.int64)] if ids else np.zeros(0, np.int64)
    found = histories(who, np.array(days, np.int32), np.array(spend, np.int64))
    return Known(ids, found, money)


def predict(as_of: date, *, terms: Terms | None = None, currency: str | None = None) -> Iterator[Prediction]:
    """Fit all models on what was known on `as_of` and say of each member who agreed to profiling what they say."""
    known = read(as_of, currency=currency)
    if not known.ids:
        return
    models = refresh.fit(known.histories, as_of.toordinal())
    said = sayings(models, known, terms or Terms())
    for some in parts(range(len(known.ids)), _AT_ONCE):
        ids = known.ids[some[0] : some[-1] + 1]
        allowed, keys = permitted(ids), _keys(ids)
        for place in some:
            if known.ids[place] in allowed:
                yield _prediction(place, as_of, said, keys.get(known.ids[place]))


def _keys(ids: Sequence[str]) -> dict[str, str]:
    return {row[0]: row[1] for row in db.session.execute(_KEYS, {"ids": ids})}


def _prediction(place: int, as_of: date, said: Sayings, source_key: str | None) -> Prediction:
    row = said.row(place)
    currency = row["currency"]
    row["reasons"] = tuple(
        Reason(**each, sentence=sentence(each["code"], each["numbers"], currency=currency, language="en"))
        for each in row["reasons"]
    )
    expected = {f"expected_{days}": float(values[place]) for days, values in said.expected.items()}
    values: dict[str, Any] = dict.fromkeys(("expected_28", "expected_56")) | expected | row
    return Prediction(source_key=source_key, as_of=as_of, **values)
