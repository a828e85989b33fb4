"""The chance that a member returns within so many days: a calibrated logistic regression on features of her history.

Trained on cut days of the past: features from what was known on the cut day, outcomes from the days that followed. All
of it lies on or before the day of the fit. The last cut days are held out and calibrate the rest (Platt 1999).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from backend.insight.statistics import bgnbd, logistic
from backend.insight.statistics.features import GROUPS, NAMES, Pool, features, pooled
from backend.insight.statistics.fitting import NotFitted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.insight.statistics.histories import Floats, Histories

_LEAST_HISTORY = 42
_BETWEEN_CUTS = 7
_MOST_CUTS = 26
_HELD_OUT = 2
_FEWEST_CUTS = 4
_MOST_ROWS = 400_000
"""Of more members a sample is trained on: six coefficients do not get better by more."""
_RIDGE = 3.0
_PART = 100_000
"""So many members at a time keep the arrays in between small."""


@dataclass(frozen=True)
class Scores:
    """Chances of return, shape (members,), and what moved them, shape (members, reasons), as `features.GROUPS`.

    An effect is in log odds, against the average member of the training: below 0 it makes her return less likely.
    """

    probability: Floats
    effects: Floats


@dataclass(frozen=True)
class Returning:
    """A fitted model. `means`, `scales` and `coefficients` belong to `features.NAMES`; calibration is worked in."""

    horizon: int
    fitted_on: int
    rows: int
    pool: Pool
    intercept: float
    means: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]

    def scores(self, histories: Histories, day: int) -> Scores:
        """Scores at `day`, with which `histories` must end."""
        if not len(histories):
            return Scores(np.zeros(0), np.zeros((0, len(GROUPS))))
        parts = [self._scores(part, day) for part in histories.parts(_PART)]
        return Scores(
            np.concatenate([part.probability for part in parts]), np.concatenate([part.effects for part in parts])
        )

    def _scores(self, histories: Histories, day: int) -> Scores:
        rows = features(histories, day, self.horizon, self.pool)
        effects = (rows - np.array(self.means)) / np.array(self.scales) * np.array(self.coefficients)
        positions = [[NAMES.index(name) for name in names] for names in GROUPS.values()]
        by_reason = np.column_stack([effects[:, each].sum(axis=1) for each in positions])
        return Scores(expit(self.intercept + effects.sum(axis=1)), by_reason)


def fit(histories: Histories, day: int, horizon: int, buying: bgnbd.BgNbd | None = None) -> Returning:
    """The model for returns within `horizon` days, as it could be fitted on `day`: later purchases are not looked at.

    `buying`: a BG/NBD of days fitted on or before that day; fitted here when it is not given. NotFitted where there
    are fewer than four weekly cut days whose outcome is known.
    """
    known = histories.until(day)
    cuts = cut_days(known, day, horizon)
    if buying is None:
        summary = known.summary(day)
        buying = bgnbd.fit(summary.frequency, summary.recency, summary.age)
    pool = pooled(known, buying)
    sample = known.every(-(-len(known) * len(cuts) // _MOST_ROWS))
    tables = [features(sample.until(cut), cut, horizon, pool) for cut in cuts]
    outcomes = [sample.bought_after(cut, horizon) for cut in cuts]
    rows, returned = np.concatenate(tables[:-_HELD_OUT]), np.concatenate(outcomes[:-_HELD_OUT])
    means, scales = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-9)
    found = logistic.fit((rows - means) / scales, returned, _RIDGE)
    held_out = found[0] + (np.concatenate(tables[-_HELD_OUT:]) - means) / scales @ found[1:]
    shift, slope = logistic.fit(held_out[:, None], np.concatenate(outcomes[-_HELD_OUT:]), 1.0)
    intercept, coefficients = float(shift + slope * found[0]), slope * found[1:]
    trained = sum(len(each) for each in outcomes)
    return Returning(horizon, day, trained, pool, intercept, _plain(means), _plain(scales), _plain(coefficients))


def restored(stored: Mapping[str, Any]) -> Returning:
    """The model of which `dataclasses.asdict` made `stored`, also after a way through JSON."""
    pool = dict(stored["pool"])
    pool["buying"] = bgnbd.BgNbd(**pool["buying"])
    columns = {name: tuple(stored[name]) for name in ("means", "scales", "coefficients")}
    return Returning(**{**stored, **columns, "pool": Pool(**pool)})


def cut_days(known: Histories, day: int, horizon: int) -> list[int]:
    """The days to learn from, the earliest first: a week apart, their outcome known on `day`. NotFitted below four."""
    begin = int(known.days.min()) + _LEAST_HISTORY if len(known) else day
    cuts = list(range(day - horizon, begin - 1, -_BETWEEN_CUTS))[:_MOST_CUTS]
    if len(cuts) < _FEWEST_CUTS:
        message = "There is too little history to learn who returns."
        raise NotFitted(message)
    return cuts[::-1]


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
