"""`insight_backtest`: who returns within 28 and 56 days, said on days of the past of The Complete Journey.

On each of the last five fortnightly days whose outcome the data know, everything is fitted on what lies before it and
judged by what follows: the figures are means over these days, and each day's stand on stderr. One line a figure; floors
are what "most recent first" reaches (AUC, gain of the list), a perfect 1 (slope), or the target (error).

Regular members: at least four purchase days and a median gap of at most 56 days, on that day. The list: regular
members by their chance of return within 28 days, the lowest first. `precision_half`: of the shortest list that has half
of those who do not return. `precision_100`: of its first hundred.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import date
from statistics import fmean
from typing import TYPE_CHECKING

from backend.insight.statistics.backtest import backtest
from tests.bench.harness import report
from tests.bench.journey import journey

if TYPE_CHECKING:
    from backend.insight.statistics.judging import Judgement

_LAST_DAY = date(2017, 9, 30).toordinal()
_AUC = {28: 0.875, 56: 0.872}
_SLOPES = (0.85, 1.15)
_ERROR = 0.025
_PRECISION_HALF, _PRECISION_FIRST = 0.47, 0.63


def main() -> bool:
    """Judge; print a line a figure; return whether every target was reached."""
    histories = journey()
    reached = []
    for horizon, target in _AUC.items():
        judged = backtest(histories, _LAST_DAY, horizon)
        _tell(judged)
        reached += [_auc(judged, target), _slope(judged), _error(judged)]
        if horizon == min(_AUC):
            reached += [_lists(judged)]
    return all(reached)


def _tell(judged: list[Judgement]) -> None:
    for each in judged:
        figures = {name: round(value, 4) for name, value in dataclasses.asdict(each).items()}
        print(json.dumps(figures | {"day": str(date.fromordinal(each.day))}), file=sys.stderr)


def _auc(judged: list[Judgement], target: float) -> bool:
    value, floor = fmean(each.auc for each in judged), fmean(each.floor for each in judged)
    return _line("auc", judged, value, floor, target, ok=value >= target)


def _slope(judged: list[Judgement]) -> bool:
    value = fmean(each.slope for each in judged)
    return _line("slope", judged, value, 1.0, _SLOPES[0], ok=_SLOPES[0] <= value <= _SLOPES[1])


def _error(judged: list[Judgement]) -> bool:
    value = fmean(each.calibration_error for each in judged)
    return _line("ece", judged, value, _ERROR, _ERROR, ok=value <= _ERROR)


def _lists(judged: list[Judgement]) -> bool:
    half, half_floor = fmean(each.precision_half for each in judged), fmean(each.floor_half for each in judged)
    first, first_floor = fmean(each.precision_first for each in judged), fmean(each.floor_first for each in judged)
    reached = [
        _line("precision_half", judged, half, half_floor, _PRECISION_HALF, ok=half >= _PRECISION_HALF),
        _line("precision_100", judged, first, first_floor, _PRECISION_FIRST, ok=first >= _PRECISION_FIRST),
    ]
    return all(reached)


def _line(figure: str, judged: list[Judgement], value: float, floor: float, target: float, *, ok: bool) -> bool:
    name = f"insight_backtest_{figure}_{judged[0].horizon}"
    return report(name, value=value, unit="", floor=floor, ratio=value / floor, target=target, ok=ok)


if __name__ == "__main__":
    raise SystemExit(not main())
