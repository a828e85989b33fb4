"""What of a history up to a day tells whether its member returns: one row of numbers a member.

Lengths are in beats: the median gap of all members, but at least a week. A shop where people buy daily and one where
they buy each season are so described by the same features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtr

from backend.insight.statistics.cycles import gaps

if TYPE_CHECKING:
    from backend.insight.statistics.bgnbd import BgNbd
    from backend.insight.statistics.histories import Floats, Histories

NAMES = (
    "gaps_odds",
    "gaps_odds_by_visits",
    "recent_gaps_odds",
    "silence_squared",
    "recent_spend",
    "expected_purchases",
)
"""The columns, in this order; what each is stands in README.md."""
GROUPS = {
    "rhythm": ("gaps_odds", "gaps_odds_by_visits", "recent_gaps_odds", "silence_squared"),
    "spend": ("recent_spend",),
    "frequency": ("expected_purchases",),
}
"""Reasons, and the columns whose effects they add up."""
_WEEK = 7
_FADING_BEATS = 8
"""Gaps of so long ago count 1/e of today's; spend is forgotten more slowly, as it varies more."""
_FADING_SPEND_BEATS = 13
_PRIOR_MEAN, _PRIOR_SPREAD = 2.0, 3.0
_RECENT_MEAN, _RECENT_SPREAD = 1.0, 2.0
"""As many gaps of the average member are mixed into each one's own: with two gaps nobody has a rhythm yet."""
_AVERAGE_VISITS = 2.5
_SMALL = 1e-3
_SMALL_SPEND = 0.15
_SMALL_PURCHASES = 0.05


@dataclass(frozen=True)
class Pool:
    """What is known of all members together.

    `buying`: BG/NBD of days. `mean` and `variance` of the logarithms of all gaps in days, `gap` their median, `beat`
    the same but at least a week. `spend`: mean of a purchase day in minor units.
    """

    buying: BgNbd
    mean: float
    variance: float
    gap: float
    beat: float
    spend: float


def pooled(histories: Histories, buying: BgNbd) -> Pool:
    """The pool of these histories; they have at least one gap when `buying` could be fitted on them."""
    days = gaps(histories).days
    counts = np.bincount(days)
    logarithms = np.log(np.maximum(np.arange(len(counts)), 1))
    mean = float(counts @ logarithms) / len(days)
    variance = float(counts @ (logarithms - mean) ** 2) / len(days)
    median = float(np.searchsorted(np.cumsum(counts), len(days) / 2))
    spend = float(np.maximum(histories.spend, 0).mean())
    return Pool(buying, mean, max(variance, _SMALL), median, max(median, float(_WEEK)), max(spend, 1.0))


class Moments(NamedTuple):
    """Weighted sums over a member's gaps, each of shape (members,): weights, logarithms, their squares."""

    weights: Floats
    logarithms: Floats
    squares: Floats


def features(histories: Histories, day: int, horizon: int, pool: Pool) -> Floats:
    """Shape (members, len(NAMES)). `histories` end with `day` (ValueError otherwise); `horizon` in days."""
    summary = histories.summary(day)
    ago = (day - histories.days).astype(np.float64)
    silence = (summary.age - summary.recency).astype(np.float64)
    own, recent = _moments(histories, ago, pool.beat * _FADING_BEATS)
    odds = _gaps_odds(own, silence, horizon, pool, (_PRIOR_MEAN, _PRIOR_SPREAD))
    recent_odds = _gaps_odds(recent, silence, horizon, pool, (_RECENT_MEAN, _RECENT_SPREAD))
    expected = pool.buying.expected(horizon, summary.frequency, summary.recency, summary.age)
    columns = (
        odds,
        odds * (np.log1p(summary.frequency) - _AVERAGE_VISITS),
        recent_odds,
        np.log1p(silence) ** 2,
        _recent_spend(histories, ago, pool),
        np.log(expected + _SMALL_PURCHASES),
    )
    return np.column_stack(columns)


def _summed(histories: Histories, values: Floats) -> Floats:
    """Sums over each member's purchase days."""
    sums: Floats = np.add.reduceat(values, histories.offsets[:-1])
    return sums


def _recent_spend(histories: Histories, ago: Floats, pool: Pool) -> Floats:
    """Logarithm of faded spend, in mean purchase days of all members."""
    fading = np.exp(-ago / (pool.beat * _FADING_SPEND_BEATS))
    return np.log(_summed(histories, np.maximum(histories.spend, 0) * fading) / pool.spend + _SMALL_SPEND)


def _moments(histories: Histories, ago: Floats, fading: float) -> tuple[Moments, Moments]:
    """Of all gaps alike, and of recent ones more than of old ones. A gap is as old as the purchase that ends it."""
    starts = histories.offsets[:-1]
    days = np.diff(histories.days, prepend=0)
    days[starts] = 1
    logarithms = np.log(days)
    ends = np.ones(len(ago))
    ends[starts] = 0
    weights = np.exp(-ago / fading) * ends
    return _of(histories, ends, logarithms), _of(histories, weights, logarithms)


def _of(histories: Histories, weights: Floats, logarithms: Floats) -> Moments:
    weighted = weights * logarithms
    return Moments(_summed(histories, weights), _summed(histories, weighted), _summed(histories, weighted * logarithms))


def _gaps_odds(own: Moments, silence: Floats, horizon: int, pool: Pool, prior: tuple[float, float]) -> Floats:
    """Log odds that a gap that has lasted for `silence` ends within the horizon, were gaps lognormal as hers were."""
    mean = (own.logarithms + prior[0] * pool.mean) / (own.weights + prior[0])
    squares = own.squares - 2 * mean * own.logarithms + own.weights * mean**2
    spread = np.sqrt((squares + prior[1] * pool.variance) / (own.weights + prior[1]))
    longer = ndtr((mean - np.log(silence + 0.5)) / spread)
    beyond = ndtr((mean - np.log(silence + horizon + 0.5)) / spread)
    odds: Floats = np.log((longer - beyond + _SMALL) / (beyond + _SMALL))
    return odds
