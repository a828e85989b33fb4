"""All models of a shop at once: fitted, judged on days of the past, and what they say of every member."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backend.insight.statistics import bgnbd, gamma_gamma, returning
from backend.insight.statistics.backtest import backtest
from backend.insight.statistics.fitting import NotFitted
from backend.insight.statistics.judging import Release, decide
from backend.insight.statistics.lifetime_value import lifetime_value

if TYPE_CHECKING:
    from backend.insight.statistics.bgnbd import BgNbd
    from backend.insight.statistics.gamma_gamma import GammaGamma
    from backend.insight.statistics.histories import Floats, Histories
    from backend.insight.statistics.judging import Judgement
    from backend.insight.statistics.lifetime_value import Terms
    from backend.insight.statistics.returning import Returning, Scores

HORIZONS = (28, 56)
_JUDGED_MEMBERS = 50_000
"""Of more members a sample is judged: the AUC of so many is sure to three digits."""


@dataclass(frozen=True)
class Judged:
    """A model of returns, how it would have done, and whether it may be used. None where it could not be fitted."""

    model: Returning | None
    judgements: tuple[Judgement, ...]
    release: Release


@dataclass(frozen=True)
class Models:
    """The models of `day`; what could not be fitted is None."""

    day: int
    buying: BgNbd | None
    spending: GammaGamma | None
    returning: dict[int, Judged]


@dataclass(frozen=True)
class Said:
    """What the models say of every member, each of shape (members,); what no model says is None."""

    alive: Floats | None
    worth: Floats | None
    returning: dict[int, Scores]


def fit(histories: Histories, day: int) -> Models:
    """All models as they can be fitted on `day`."""
    known = histories.until(day)
    summary = known.summary(day)
    buying = spending = None
    try:
        buying = bgnbd.fit(summary.frequency, summary.recency, summary.age)
        spending = gamma_gamma.fit(summary.frequency, summary.spend)
    except NotFitted:
        pass
    return Models(day, buying, spending, {horizon: _judged(known, day, horizon, buying) for horizon in HORIZONS})


def _judged(known: Histories, day: int, horizon: int, buying: BgNbd | None) -> Judged:
    """The model of a horizon, judged on days of which enough history lies before them."""
    try:
        model = returning.fit(known, day, horizon, buying)
        judgements = tuple(backtest(known.every(-(-len(known) // _JUDGED_MEMBERS)), day, horizon))
    except NotFitted:
        return Judged(None, (), Release(released=False, reasons=("little_history",)))
    return Judged(model, judgements, decide(judgements))


def say(models: Models, histories: Histories, terms: Terms) -> Said:
    """What the models say of `histories`, which end with their day. A model that was not released says nothing."""
    summary = histories.summary(models.day)
    buying, spending = models.buying, models.spending
    alive = worth = None
    if buying is not None:
        alive = buying.alive(summary.frequency, summary.recency, summary.age)
        worth = None if spending is None else lifetime_value(buying, spending, summary, terms)
    chances = {
        horizon: judged.model.scores(histories, models.day)
        for horizon, judged in models.returning.items()
        if judged.model is not None and judged.release.released
    }
    return Said(alive, worth, chances)


def at_stake(chance: Floats, worth: Floats) -> Floats:
    """What is lost if who may not return does not: (1 - chance) of what she is worth, in its unit, shape (members,)."""
    return np.asarray((1 - chance) * worth)
