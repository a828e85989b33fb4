"""BG/NBD: how often members buy, whether they still do, and how often they will.

Fader, Hardie & Lee, "Counting Your Customers" the Easy Way (Marketing Science 24, 2005): while active a member buys at
a rate λ that is gamma distributed (shape r, scale 1/α), and after each repeat purchase leaves for good with a
probability p that is beta distributed (a, b). Times are in any unit; r, a and b have none, α is in that unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit, gammaln, hyp2f1, psi

from backend.insight.statistics.fitting import NotFitted, maximise

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from backend.insight.statistics.histories import Floats, Whole

_NEAR_ONE = 1e-5
"""Closer to 1 the general formula of `expected` divides nothing by nothing; a step aside costs as much, relatively."""
_NEAR_NOTHING = 1e-9
_NEAR_POLE = 0.9
_MOST_TERMS, _LEAST_TERM = 20_000, 1e-15
_FEWEST = 2


@dataclass(frozen=True)
class BgNbd:
    """A fitted model: its parameters, and the log-likelihood of the members it was fitted on."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    members: int

    def alive(self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Floats:
        """Probability that a member has not left. 1 without a repeat purchase, by the model."""
        x, last, now = (np.asarray(each, dtype=np.float64) for each in (frequency, recency, age))
        with np.errstate(divide="ignore"):
            left = np.log(self.a) - np.log(np.maximum(self.b + x - 1, 0))
        odds = left + (self.r + x) * (np.log(self.alpha + now) - np.log(self.alpha + last))
        return np.where(x > 0, expit(-odds), 1.0)

    def expected(self, days: float, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Floats:
        """Expected purchases of each member in the next `days` (in the unit of the fit), shape (members,)."""
        pairs = distinct(np.asarray(frequency), np.asarray(age))
        return self.alive(frequency, recency, age) * self.expected_alive(days, pairs)[pairs.back]

    def expected_alive(self, days: float, pairs: Pairs) -> Floats:
        """The same of those who have not left, shape (pairs,).

        Equation 10 of the paper, with Euler's transformation of the hypergeometric function: its parameters then stay
        small or grow in the denominator only, so that it neither overflows nor loses its digits for a large frequency.
        """
        delta = self.a - 1 if abs(self.a - 1) > _NEAR_ONE else _NEAR_ONE
        z = days / (self.alpha + pairs.age + days)
        total = self.b + pairs.frequency + delta
        total[np.abs(total) < _NEAR_NOTHING] = _NEAR_NOTHING
        series = gauss(self.b + delta - self.r, delta, total, z)
        purchases: Floats = total / delta * (1 - np.exp(delta * np.log1p(-z)) * series)
        return purchases


class Pairs(NamedTuple):
    """Distinct frequencies with ages, each of shape (pairs,), and which pair is whose, shape (members,)."""

    frequency: Floats
    age: Floats
    back: Whole


@dataclass(frozen=True)
class Compressed:
    """Distinct (x, t_x, T) with how many members have each; the columns as positions in their distinct values."""

    counts: Floats
    frequencies: Floats
    recencies: Floats
    ages: Floats
    at_frequency: Whole
    at_recency: Whole
    at_age: Whole


def fit(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> BgNbd:
    """The model that makes these members likeliest; each argument of shape (members,). NotFitted without repeats."""
    data = compress(np.asarray(frequency), np.asarray(recency), np.asarray(age))
    if not (data.frequencies > 0).any() or float(data.counts.sum()) < _FEWEST:
        message = "Nobody bought twice."
        raise NotFitted(message)
    members = float(data.counts.sum())
    middle = float((data.ages[data.at_age] * data.counts).sum()) / members
    start = np.array([0.5, max(middle / 4, 1e-3), 0.5, 2.0])
    best, value = maximise(lambda parameters: log_likelihood(parameters, data), start, members)
    r, alpha, a, b = (float(each) for each in best)
    return BgNbd(r, alpha, a, b, value, int(members))


def compress(frequency: Floats | Whole, recency: Floats | Whole, age: Floats | Whole) -> Compressed:
    """Group members alike: the likelihood costs as much as there are distinct ones."""
    columns = [np.unique(each, return_inverse=True) for each in (frequency, recency, age)]
    (frequencies, at_frequency), (recencies, at_recency), (ages, at_age) = columns
    keys = (at_frequency * len(recencies) + at_recency) * len(ages) + at_age
    distinct, counts = np.unique(keys, return_counts=True)
    rest, at_age = np.divmod(distinct, len(ages))
    at_frequency, at_recency = np.divmod(rest, len(recencies))
    columns_of = (each.astype(np.float64) for each in (counts, frequencies, recencies, ages))
    weights, frequencies, recencies, ages = columns_of
    return Compressed(weights, frequencies, recencies, ages, at_frequency, at_recency, at_age)


def gauss(first: float, second: float, third: Floats, z: Floats) -> Floats:
    """The hypergeometric function 2F1 at `third` and `z` (0 to 1), each of shape (pairs,).

    scipy's, but its sum of powers where z is near 1: there scipy changes to formulas that are infinite for some whole
    parameters.
    """
    value: Floats = hyp2f1(first, second, third, np.minimum(z, _NEAR_POLE))
    rest = np.flatnonzero((z >= _NEAR_POLE) | ~np.isfinite(value))
    value[rest] = 1.0
    term = np.ones(len(rest))
    for step in range(_MOST_TERMS):
        if not len(rest):
            break
        term = term * ((first + step) * (second + step) / ((third[rest] + step) * (step + 1)) * z[rest])
        value[rest] += term
        going = np.abs(term) > _LEAST_TERM * np.abs(value[rest])
        rest, term = rest[going], term[going]
    return value


def log_likelihood(parameters: Floats, data: Compressed) -> tuple[float, Floats]:
    """Log-likelihood (equation 6) of `parameters` (r, α, a, b), and its gradient by them, shape (4,).

    Functions of one column are computed for its distinct values only, and looked up.
    """
    r, alpha, a, b = parameters
    x, weight = data.frequencies, data.counts
    members = float(weight.sum())
    by_frequency = np.bincount(data.at_frequency, weight, len(x))
    log_age, log_last = np.log(alpha + data.ages), np.log(alpha + data.recencies)
    repeat = x > 0
    leaving = np.where(repeat, np.log(a) - np.log(np.where(repeat, b + x - 1, 1)), -np.inf)
    shape = (r + x)[data.at_frequency]
    age_term, last_term = log_age[data.at_age], log_last[data.at_recency]
    odds = leaving[data.at_frequency] + shape * (age_term - last_term)
    gone = expit(odds)
    mixed = np.logaddexp(0, odds) - shape * age_term
    own = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    own += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    value = float(own @ by_frequency + mixed @ weight)

    weighted = gone * weight
    gone_by_frequency = np.bincount(data.at_frequency, weighted, len(x))
    mean_log = float(age_term @ weight - (age_term - last_term) @ weighted)
    inverse = 1 / (alpha + data.ages)[data.at_age]
    inverse += gone * (1 / (alpha + data.recencies)[data.at_recency] - inverse)
    together = psi(a + b) - psi(a + b + x)
    gradient = [
        (psi(r + x) - psi(r)) @ by_frequency + members * np.log(alpha) - mean_log,
        members * r / alpha - (shape * inverse) @ weight,
        together @ by_frequency + gone_by_frequency.sum() / a,
        (together + psi(b + x) - psi(b)) @ by_frequency
        - (gone_by_frequency / np.where(repeat, b + x - 1, 1))[repeat].sum(),
    ]
    return value, np.array(gradient)


def distinct(frequency: Floats | Whole, age: Floats | Whole) -> Pairs:
    """The distinct pairs: what depends on nothing else is computed once for each."""
    frequencies, at_frequency = np.unique(frequency, return_inverse=True)
    ages, at_age = np.unique(age, return_inverse=True)
    keys, back = np.unique(at_frequency * len(ages) + at_age, return_inverse=True)
    first, second = np.divmod(keys, len(ages))
    return Pairs(frequencies[first].astype(np.float64), ages[second].astype(np.float64), back)
