"""Gamma-Gamma: what a member spends on a purchase day in the long run.

Fader & Hardie, "The Gamma-Gamma Model of Monetary Value" (2013): spend of a purchase day is gamma distributed (shape
p), its rate gamma distributed among members (shape q, scale 1/γ), independent of how often they buy. Spend is in any
unit; p and q have none, γ is in that unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, psi

from backend.insight.statistics.fitting import NotFitted, maximise

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from backend.insight.statistics.histories import Floats, Whole

_FEWEST = 2


@dataclass(frozen=True)
class GammaGamma:
    """A fitted model: its parameters, and the log-likelihood of the members it was fitted on."""

    p: float
    q: float
    gamma: float
    log_likelihood: float
    members: int

    def expected(self, frequency: ArrayLike, spend: ArrayLike) -> Floats:
        """Expected mean spend of a purchase day, shape (members,), in the unit of the fit.

        `spend` is the mean of `frequency` purchase days; with none of them it is the mean of all members. A mean below
        0, as returns leave one, counts as 0. For q ≤ 1 the mean of all members does not exist, and who has no purchase
        day gets infinity: `fit` gives no such model.
        """
        x, mean = np.asarray(frequency, dtype=np.float64), np.maximum(np.asarray(spend, dtype=np.float64), 0)
        weight = self.p * x + self.q - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(weight > 0, self.p * (self.gamma + x * mean) / weight, np.inf)


@dataclass(frozen=True)
class Spending:
    """Members with repeat purchase days of positive mean spend: what the likelihood needs."""

    frequencies: Floats
    by_frequency: Floats
    frequency: Floats
    spend: Floats
    at_frequency: Whole


def fit(frequency: ArrayLike, spend: ArrayLike) -> GammaGamma:
    """The model that makes the mean `spend` of `frequency` repeat purchase days likeliest; each of shape (members,).

    Members without repeat purchase day, or whose mean is not above 0, say nothing about it and are left out. NotFitted
    where fewer than two are left, or where spend differs so much that it has no mean.
    """
    data = spending(np.asarray(frequency), np.asarray(spend, dtype=np.float64))
    if len(data.spend) < _FEWEST:
        message = "Fewer than two members have a repeat purchase day."
        raise NotFitted(message)
    unit = float(data.spend.mean())
    scaled = Spending(data.frequencies, data.by_frequency, data.frequency, data.spend / unit, data.at_frequency)
    members = float(len(data.spend))
    best, value = maximise(lambda parameters: log_likelihood(parameters, scaled), np.array([2.0, 3.0, 1.0]), members)
    p, q, gamma = (float(each) for each in best)
    if q <= 1:
        message = "Spend differs so much between members that it has no mean."
        raise NotFitted(message)
    return GammaGamma(p, q, gamma * unit, value - members * float(np.log(unit)), int(members))


def spending(frequency: Floats | Whole, spend: Floats) -> Spending:
    """Leave out who says nothing, and group by frequency."""
    told = (frequency > 0) & (spend > 0)
    values, at_frequency, counts = np.unique(frequency[told], return_inverse=True, return_counts=True)
    frequencies = values.astype(np.float64)
    return Spending(frequencies, counts.astype(np.float64), frequencies[at_frequency], spend[told], at_frequency)


def log_likelihood(parameters: Floats, data: Spending) -> tuple[float, Floats]:
    """Log-likelihood (equation 1a of the note) of `parameters` (p, q, γ), and its gradient by them, shape (3,)."""
    p, q, gamma = parameters
    x, weight = data.frequencies, data.by_frequency
    members = float(weight.sum())
    total = data.frequency * data.spend
    logarithm = np.log(gamma + total)
    sums = np.bincount(data.at_frequency, logarithm, len(x))
    log_total, log_spend = float(data.frequency @ np.log(total)), float(np.log(data.spend).sum())
    own = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
    value = float(own @ weight) + p * log_total - log_spend - float((p * x + q) @ sums)
    together = psi(p * x + q)
    gradient = [
        (x * (together - psi(p * x))) @ weight + log_total - x @ sums,
        (together - psi(q)) @ weight + members * np.log(gamma) - sums.sum(),
        members * q / gamma - ((p * data.frequency + q) / (gamma + total)).sum(),
    ]
    return value, np.array(gradient)
