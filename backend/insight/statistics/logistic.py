"""Logistic regression by Newton's method, with a ridge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from backend.insight.statistics.fitting import NotFitted

if TYPE_CHECKING:
    from backend.insight.statistics.histories import Floats

_STEPS = 60
_HALVINGS = 30
_SMALL = 1e-8


def fit(features: Floats, outcomes: Floats, ridge: float) -> Floats:
    """Coefficients of shape (1 + features,), the intercept first, which the `ridge` leaves alone.

    `features` of shape (rows, features), `outcomes` 0 or 1 of shape (rows,). Minimises the negative log-likelihood plus
    ridge / 2 times the squares of the coefficients. NotFitted where all outcomes are the same.
    """
    happened = float(outcomes.sum())
    if not 0 < happened < len(outcomes):
        message = "All outcomes are the same."
        raise NotFitted(message)
    design = np.column_stack((np.ones(len(features)), features))
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 0
    found = np.zeros(design.shape[1])
    found[0] = np.log(happened / (len(outcomes) - happened))
    loss = _loss(found, design, outcomes, penalty)
    for _ in range(_STEPS):
        chance = expit(design @ found)
        gradient = design.T @ (chance - outcomes) + penalty * found
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        found, better = _descended(found, step, loss, design, outcomes, penalty)
        if loss - better <= _SMALL:
            break
        loss = better
    return found


def _descended(
    found: Floats, step: Floats, loss: float, design: Floats, outcomes: Floats, penalty: Floats
) -> tuple[Floats, float]:
    """Where a step leads that is halved until it makes the loss smaller; and the loss there."""
    for _ in range(_HALVINGS):
        tried = found - step
        better = _loss(tried, design, outcomes, penalty)
        if better <= loss:
            return tried, better
        step = step / 2
    return found, loss


def _loss(found: Floats, design: Floats, outcomes: Floats, penalty: Floats) -> float:
    odds = design @ found
    return float((np.logaddexp(0, odds) - outcomes * odds).sum() + (penalty * found**2).sum() / 2)
