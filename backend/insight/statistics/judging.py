"""How good predictions were, once it is known what came: plain measures, and whether a model may be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logit

from backend.insight.statistics import logistic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.insight.statistics.histories import Flags, Floats

_BINS = 10
_NEARLY = 1e-9
_RIDGE = 1e-6
_FEWEST = 50
"""Fewer members who return, or who do not, judge nothing."""
_SLOPES = (0.75, 1.33)
_HALF, _FIRST = 0.5, 100


@dataclass(frozen=True)
class Judgement:
    """Figures of predictions made on `day` for the `horizon` days that followed, of `members`.

    `slope` and `intercept`: of a logistic regression of what came on the predicted log odds; 1 and 0 are perfect, a
    slope below 1 is overconfident. `floor`: the AUC of "most recent first"; `rival`: of BG/NBD's expected purchases.
    `brier_floor`: the Brier score of everyone's mean chance. `precision_half`: of the shortest list that catches half
    of the regular members who did not return, the least likely first; `precision_first`: of its first hundred; NaN
    where there are too few. `floor_half`, `floor_first`: the same of the list by silence, the longest first.
    """

    day: int
    horizon: int
    members: int
    returned: int
    auc: float
    floor: float
    rival: float
    slope: float
    intercept: float
    brier: float
    brier_floor: float
    calibration_error: float
    precision_half: float
    precision_first: float
    floor_half: float
    floor_first: float

    @property
    def gain(self) -> float:
        """How much AUC is gained over "most recent first"."""
        return self.auc - self.floor


@dataclass(frozen=True)
class Release:
    """Whether a model is used, and why not: codes of `decide`."""

    released: bool
    reasons: tuple[str, ...]


def decide(judgements: Sequence[Judgement]) -> Release:
    """Whether a model that was judged so may be used. One that loses to a simple rule is not.

    Reasons against: `few_outcomes`; `loses_to_recency` (mean AUC no better than "most recent first"); `loses_to_mean`
    (mean Brier score no better than giving everyone the mean); `miscalibrated` (mean slope outside 0.75 to 1.33).
    """
    enough = [each for each in judgements if min(each.returned, each.members - each.returned) >= _FEWEST]
    if not enough:
        return Release(released=False, reasons=("few_outcomes",))
    against = {
        "loses_to_recency": _mean([each.gain for each in enough]) <= 0,
        "loses_to_mean": _mean([each.brier - each.brier_floor for each in enough]) >= 0,
        "miscalibrated": not _SLOPES[0] <= _mean([each.slope for each in enough]) <= _SLOPES[1],
    }
    reasons = tuple(reason for reason, holds in against.items() if holds)
    return Release(released=not reasons, reasons=reasons)


def auc(scores: Floats, outcomes: Floats) -> float:
    """The share of pairs, one with the outcome and one without, that scores put in order; ties count half.

    Both of shape (members,). NaN where all outcomes are the same.
    """
    _, at, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[at]
    happened = float(outcomes.sum())
    pairs = happened * (len(outcomes) - happened)
    if pairs == 0:
        return float("nan")
    return float(ranks[outcomes > 0].sum() - happened * (happened + 1) / 2) / pairs


def calibration(chances: Floats, outcomes: Floats) -> tuple[float, float]:
    """Slope and intercept of a logistic regression of outcomes on the log odds of `chances`."""
    odds = logit(np.clip(chances, _NEARLY, 1 - _NEARLY))
    intercept, slope = logistic.fit(odds[:, None], outcomes, _RIDGE)
    return float(slope), float(intercept)


def brier(chances: Floats, outcomes: Floats) -> float:
    """Mean squared difference of chances and outcomes."""
    return float(((chances - outcomes) ** 2).mean())


def calibration_error(chances: Floats, outcomes: Floats) -> float:
    """Mean difference of chance and frequency over ten groups of equal count, by chance, weighted by their counts."""
    groups = np.array_split(np.argsort(chances, kind="stable"), _BINS)
    off = [len(group) * abs(float((chances[group] - outcomes[group]).mean())) for group in groups if len(group)]
    return sum(off) / len(chances)


def precision_at_recall(scores: Floats, outcomes: Floats, recall: float) -> float:
    """Precision of the shortest list, the highest scores first, that catches the share `recall` of the outcomes."""
    caught = np.cumsum(outcomes[np.argsort(-scores, kind="stable")])
    if not len(caught) or caught[-1] == 0:
        return float("nan")
    at = int(np.searchsorted(caught, recall * caught[-1] - _NEARLY))
    return float(caught[at]) / (at + 1)


def precision_of_first(scores: Floats, outcomes: Floats, count: int) -> float:
    """The share with the outcome of the `count` highest scores; NaN where there are fewer."""
    if len(scores) < count:
        return float("nan")
    return float(outcomes[np.argsort(-scores, kind="stable")[:count]].mean())


@dataclass(frozen=True)
class Predicted:
    """What is judged, each of shape (members,), and what it is judged against.

    Chances of return; days since the last purchase; purchases that BG/NBD expects within the horizon; who is regular.
    """

    day: int
    horizon: int
    chances: Floats
    silence: Floats
    expected: Floats
    regular: Flags


def judge(predicted: Predicted, returned: Floats) -> Judgement:
    """Figures of predictions whose outcomes are `returned` (1 or 0), shape (members,)."""
    chances, regular = predicted.chances, predicted.regular
    slope, intercept = calibration(chances, returned)
    gone, risk, silence = 1 - returned[regular], 1 - chances[regular], predicted.silence[regular]
    return Judgement(
        day=predicted.day,
        horizon=predicted.horizon,
        members=len(returned),
        returned=int(returned.sum()),
        auc=auc(chances, returned),
        floor=auc(-predicted.silence, returned),
        rival=auc(predicted.expected, returned),
        slope=slope,
        intercept=intercept,
        brier=brier(chances, returned),
        brier_floor=brier(np.full(len(returned), returned.mean()), returned),
        calibration_error=calibration_error(chances, returned),
        precision_half=precision_at_recall(risk, gone, _HALF),
        precision_first=precision_of_first(risk, gone, _FIRST),
        floor_half=precision_at_recall(silence, gone, _HALF),
        floor_first=precision_of_first(silence, gone, _FIRST),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
