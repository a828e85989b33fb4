"""What members are worth: margin on what they will spend within a horizon, in money of today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backend.insight.statistics.bgnbd import distinct

if TYPE_CHECKING:
    from backend.insight.statistics.bgnbd import BgNbd
    from backend.insight.statistics.gamma_gamma import GammaGamma
    from backend.insight.statistics.histories import Floats, Summary

_YEAR = 365.25
_PERIOD = 30


@dataclass(frozen=True)
class Terms:
    """How many days ahead, at which rate a year later money is worth less, and which share of spend is earned."""

    days: int = 365
    annual_discount: float = 0.1
    margin: float = 1.0

    def __post_init__(self) -> None:
        if self.days <= 0 or self.annual_discount <= -1 or not 0 <= self.margin <= 1:
            message = "A horizon is longer than 0 days, a discount above -1, and a margin from 0 to 1."
            raise ValueError(message)


def lifetime_value(buying: BgNbd, spending: GammaGamma, summary: Summary, terms: Terms) -> Floats:
    """Discounted margin of each member, shape (members,), in the unit of spend. `buying` is a model of days.

    The horizon is cut into periods of 30 days (the last may be shorter); what is bought within one is discounted from
    its middle.
    """
    pairs = distinct(summary.frequency, summary.age)
    worth, before, begin = np.zeros(len(pairs.age)), np.zeros(len(pairs.age)), 0
    while begin < terms.days:
        end = min(begin + _PERIOD, terms.days)
        purchases = buying.expected_alive(end, pairs)
        worth += (purchases - before) * (1 + terms.annual_discount) ** (-(begin + end) / 2 / _YEAR)
        before, begin = purchases, end
    alive = buying.alive(summary.frequency, summary.recency, summary.age)
    return terms.margin * alive * worth[pairs.back] * spending.expected(summary.frequency, summary.spend)
