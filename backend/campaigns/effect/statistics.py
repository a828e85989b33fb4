"""Intervals and sample sizes: numbers in, numbers out. The methods and their sources are in README.md."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LEVEL, POWER = 0.95, 0.8
MOST_HELD_OUT = 5_000
"""In hundredths of a percent: beyond half of everybody, holding out more shows less again."""
_WHOLE = 10_000
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Sums:
    """Of `members` values: their sum and the sum of their squares, as exact as whole numbers."""

    members: int
    total: int
    squares: int

    @property
    def mean(self) -> float:
        """Of one member; 0 of none."""
        return self.total / self.members if self.members else 0.0

    @property
    def variance(self) -> float:
        """Of the sample, with n - 1; whole numbers are subtracted before anything is divided."""
        count = self.members
        return (count * self.squares - self.total**2) / (count * (count - 1)) if count > 1 else 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """What was found, and from where to where it may lie."""

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether all of it lies on one side of zero."""
        return self.low > 0 or self.high < 0

    def times(self, factor: float) -> Interval:
        """The same of `factor` times as much; `factor` is 0 or more."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)

    def plus(self, amount: float) -> Interval:
        """The same, moved."""
        return Interval(self.value + amount, self.low + amount, self.high + amount)


def newcombe(first: tuple[int, int], second: tuple[int, int], level: float = LEVEL) -> Interval:
    """Difference of two shares, each as (how many, of how many): Newcombe's hybrid of Wilson's intervals (1998)."""
    share, low, high = _wilson(*first, level)
    other, other_low, other_high = _wilson(*second, level)
    value = share - other
    below = sqrt((share - low) ** 2 + (other_high - other) ** 2)
    above = sqrt((high - share) ** 2 + (other - other_low) ** 2)
    return Interval(value, value - below, value + above)


def _wilson(count: int, of: int, level: float) -> tuple[float, float, float]:
    z = _normal(level)
    share = count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return share, middle - half, middle + half


def welch(first: Sums, second: Sums, level: float = LEVEL) -> Interval:
    """Difference of two means, each with the spread of its own (Welch 1947)."""
    one, other = first.variance / first.members, second.variance / second.members
    value, both = first.mean - second.mean, one + other
    if not both:
        return Interval(value, value, value)
    freedom = both * both / (one * one / (first.members - 1) + other * other / (second.members - 1))
    half = _student(level, freedom) * sqrt(both)
    return Interval(value, value - half, value + half)


def dispersed(first: Sums, second: Sums, level: float = LEVEL) -> Interval:
    """Difference of two means of spending, whose variance is taken to grow with the mean, as of more purchases alike.

    Arms are drawn at random from one audience. A few large purchases decide the mean of the smaller arm and its
    variance together, so that Welch's interval is too narrow whenever they are missing; here how much they vary (the
    variance for a unit of the mean) is learnt from both arms. Without a positive mean in both it is Welch's.
    """
    if first.mean <= 0 or second.mean <= 0:
        return welch(first, second, level)
    freedom = first.members + second.members - 2
    weighed = (each.variance / each.mean * (each.members - 1) for each in (first, second))
    dispersion = sum(weighed) / freedom
    half = _student(level, freedom) * sqrt(dispersion * (first.mean / first.members + second.mean / second.members))
    value = first.mean - second.mean
    return Interval(value, value - half, value + half)


def smallest_share(base: float, treated: int, held_out: int) -> float | None:
    """The smallest rise of the share `base` that so many would show in `POWER` of all cases; None: none would."""

    def shown(rise: float) -> bool:
        raised = base + rise
        pooled = (base * held_out + raised * treated) / (held_out + treated)
        chance = sqrt(pooled * (1 - pooled) * (1 / treated + 1 / held_out))
        apart = sqrt(raised * (1 - raised) / treated + base * (1 - base) / held_out)
        return rise >= _normal(LEVEL) * chance + _quantile(POWER) * apart

    low, high = 0.0, 1 - base
    if high <= 0 or not shown(high):
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if shown(middle) else (middle, high)
    return high


def smallest_mean(deviation: float, treated: int, held_out: int) -> float:
    """The smallest rise of a mean that so many would show in `POWER` of all cases."""
    return (_normal(LEVEL) + _quantile(POWER)) * deviation * sqrt(1 / treated + 1 / held_out)


def holdout_for(audience: int, smallest: Callable[[int, int], float | None], wanted: float) -> int | None:
    """How many hundredths of a percent to hold out so that `smallest(treated, held out)` is at most `wanted`.

    None where not even half of the audience is enough.
    """

    def enough(holdout: int) -> bool:
        held_out = audience * holdout // _WHOLE
        found = smallest(audience - held_out, held_out) if 0 < held_out < audience else None
        return (inf if found is None else found) <= wanted

    low, high = 0, MOST_HELD_OUT
    if not enough(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def shared_level(comparisons: int) -> float:
    """The level of each of several comparisons that together are wrong no more often than one (Bonferroni)."""
    return 1 - (1 - LEVEL) / max(comparisons, 1)


def _normal(level: float) -> float:
    return _quantile((1 + level) / 2)


def _quantile(share: float) -> float:
    return NormalDist().inv_cdf(share)


def _student(level: float, freedom: float) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415 - loaded where a report is asked for, not at every start

    return float(stdtrit(freedom, (1 + level) / 2))
