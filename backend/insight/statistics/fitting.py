"""Maximum likelihood of positive parameters, shared by the models that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

if TYPE_CHECKING:
    from collections.abc import Callable

    from backend.insight.statistics.histories import Floats

_BOUND = 6.0
"""Logarithms of parameters stay this close to where they begin.

Members who never leave, or who are all alike, would send them to infinity; four hundred times as much says the same of
them, and sums of powers of it can still be written down.
"""


class NotFitted(ValueError):
    """The data do not determine the parameters of the model."""


def maximise(
    likelihood: Callable[[Floats], tuple[float, Floats]], start: Floats, weight: float
) -> tuple[Floats, float]:
    """The parameters that maximise `likelihood`, and its value there.

    `likelihood` takes positive parameters of shape (parameters,) and gives the log-likelihood with its gradient by
    them. The search runs on their logarithms, and on the mean over `weight` members, by L-BFGS-B. NotFitted when it
    fails.
    """

    def negative(logarithms: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logarithms)
        value, gradient = likelihood(parameters)
        return -value / weight, -gradient * parameters / weight

    begin = np.log(start)
    bounds = [(each - _BOUND, each + _BOUND) for each in begin]
    options = {"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500, "maxcor": 20}
    found = minimize(negative, begin, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    if not np.isfinite(found.fun) or not np.isfinite(found.x).all() or found.nit >= options["maxiter"]:
        raise NotFitted(str(found.message))
    return np.exp(found.x), -float(found.fun) * weight
