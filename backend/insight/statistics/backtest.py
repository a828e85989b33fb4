"""What a model would have said on days of the past, judged by what came after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from backend.insight.statistics import returning
from backend.insight.statistics.cycles import regular
from backend.insight.statistics.judging import Predicted, judge

if TYPE_CHECKING:
    from backend.insight.statistics.histories import Histories
    from backend.insight.statistics.judging import Judgement

CUTS = 5
BETWEEN_CUTS = 14


def backtest(histories: Histories, day: int, horizon: int, cuts: int = CUTS) -> list[Judgement]:
    """Judgements of the last `cuts` days, a fortnight apart and the earliest first, whose outcome is known on `day`.

    For each of them the model is fitted anew on what was known then, everything in it included. NotFitted where the
    history does not reach so far back.
    """
    last = day - horizon
    return [_judged(histories, last - BETWEEN_CUTS * back, horizon) for back in range(cuts - 1, -1, -1)]


def _judged(histories: Histories, cut: int, horizon: int) -> Judgement:
    known = histories.until(cut)
    model = returning.fit(known, cut, horizon)
    summary = known.summary(cut)
    expected = model.pool.buying.expected(horizon, summary.frequency, summary.recency, summary.age)
    silence = (cut - known.last).astype(np.float64)
    predicted = Predicted(cut, horizon, model.scores(known, cut).probability, silence, expected, regular(known))
    return judge(predicted, histories.bought_after(cut, horizon))
