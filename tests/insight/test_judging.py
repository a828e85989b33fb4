from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.insight.statistics import judging, logistic
from backend.insight.statistics.fitting import NotFitted
from backend.insight.statistics.judging import Judgement, Predicted, decide, judge

if TYPE_CHECKING:
    from numpy.typing import NDArray


def floats(values: list[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("scores", "outcomes", "wanted"),
    [
        ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], 1.0),
        ([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1], 0.0),
        ([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1], 0.5),
        ([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.75),
        ([0.3, 0.3, 0.7], [0, 1, 1], 0.75),
    ],
)
def test_auc_is_the_share_of_pairs_in_order(scores: list[float], outcomes: list[float], wanted: float) -> None:
    assert judging.auc(floats(scores), floats(outcomes)) == pytest.approx(wanted)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=40))
def test_auc_equals_counting_every_pair(rows: list[tuple[int, bool]]) -> None:
    pairs = [(a > b) + (a == b) / 2 for a, yes in rows if yes for b, no in rows if not no]
    found = judging.auc(floats([score for score, _ in rows]), floats([float(each) for _, each in rows]))
    assert found == pytest.approx(sum(pairs) / len(pairs)) if pairs else math.isnan(found)


def test_calibration_of_chances_that_are_true_is_one_and_nothing() -> None:
    chances = np.repeat([0.2, 0.5, 0.8], 1_000)
    outcomes = np.concatenate([np.arange(1_000) < count for count in (200, 500, 800)]).astype(np.float64)
    assert judging.calibration(chances, outcomes) == pytest.approx((1, 0), abs=1e-5)
    odds = np.log(chances / (1 - chances))
    sharper = 1 / (1 + np.exp(-(2 * odds + 1)))
    assert judging.calibration(sharper, outcomes) == pytest.approx((0.5, -0.5), abs=1e-5)


def test_brier_and_calibration_error_of_a_small_table() -> None:
    chances, outcomes = floats([0.0, 0.5, 1.0, 0.5]), floats([0, 1, 1, 0])
    assert judging.brier(chances, outcomes) == pytest.approx(0.125)
    assert judging.calibration_error(chances, outcomes) == pytest.approx(0.25)
    tens = np.repeat(np.arange(10) / 10, 10)
    exact = (np.tile(np.arange(10), 10) < np.repeat(np.arange(10), 10)).astype(np.float64)
    assert judging.calibration_error(tens, exact) == pytest.approx(0)
    assert judging.calibration_error(tens + 0.05, exact) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("outcomes", "recall", "wanted"),
    [([1, 1, 0, 0], 0.5, 1.0), ([0, 1, 0, 1], 0.5, 0.5), ([0, 0, 1, 1], 1.0, 0.5), ([0, 0, 0, 1], 0.5, 0.25)],
)
def test_precision_where_the_list_has_caught_a_share(outcomes: list[float], recall: float, wanted: float) -> None:
    assert judging.precision_at_recall(floats([4, 3, 2, 1]), floats(outcomes), recall) == pytest.approx(wanted)


def test_a_list_with_nothing_to_catch_has_no_precision() -> None:
    assert math.isnan(judging.precision_at_recall(floats([1, 2]), floats([0, 0]), 0.5))
    assert math.isnan(judging.precision_of_first(floats([1, 2]), floats([0, 1]), 3))
    assert judging.precision_of_first(floats([1, 2, 3]), floats([0, 1, 1]), 2) == 1


def test_a_judgement_names_what_recency_alone_reaches() -> None:
    chances, silence = floats([0.9, 0.8, 0.6, 0.3, 0.2]), floats([1, 9, 2, 3, 30])
    expected = floats([3, 2, 1, 1, 0])
    predicted = Predicted(700_000, 28, chances, silence, expected, np.array([True] * 5))
    found = judge(predicted, floats([1, 1, 0, 1, 0]))
    assert (found.members, found.returned) == (5, 3)
    assert found.auc == pytest.approx(5 / 6)
    assert found.floor == pytest.approx(4 / 6)
    assert found.rival == pytest.approx(5.5 / 6)
    assert found.gain == pytest.approx(1 / 6)
    assert found.brier_floor == pytest.approx(0.24)
    assert (found.precision_half, found.floor_half) == (1, 1)
    assert math.isnan(found.precision_first)


_GOOD = Judgement(
    day=700_000,
    horizon=28,
    members=1_000,
    returned=800,
    auc=0.88,
    floor=0.81,
    rival=0.86,
    slope=1.0,
    intercept=0.0,
    brier=0.1,
    brier_floor=0.16,
    calibration_error=0.01,
    precision_half=0.5,
    precision_first=0.6,
    floor_half=0.4,
    floor_first=0.5,
)


@pytest.mark.parametrize(
    ("judgements", "reasons"),
    [
        ([_GOOD], ()),
        ([_GOOD, replace(_GOOD, auc=0.75)], ()),
        ([replace(_GOOD, auc=0.8)], ("loses_to_recency",)),
        ([replace(_GOOD, auc=0.81)], ("loses_to_recency",)),
        ([replace(_GOOD, brier=0.17)], ("loses_to_mean",)),
        ([replace(_GOOD, slope=0.5)], ("miscalibrated",)),
        ([replace(_GOOD, slope=math.nan)], ("miscalibrated",)),
        ([replace(_GOOD, auc=0.7, slope=2.0)], ("loses_to_recency", "miscalibrated")),
        ([replace(_GOOD, returned=49)], ("few_outcomes",)),
        ([replace(_GOOD, returned=960)], ("few_outcomes",)),
        ([], ("few_outcomes",)),
    ],
)
def test_a_model_that_loses_to_a_simple_rule_is_not_released(
    judgements: list[Judgement], reasons: tuple[str, ...]
) -> None:
    found = decide(judgements)
    assert (found.released, found.reasons) == (not reasons, reasons)


def test_logistic_regression_finds_the_odds_of_a_table() -> None:
    group = np.repeat([0.0, 1.0], 100)[:, None]
    outcomes = np.concatenate([np.arange(100) < count for count in (20, 60)]).astype(np.float64)
    intercept, slope = logistic.fit(group, outcomes, 0.0)
    assert (intercept, intercept + slope) == pytest.approx((math.log(20 / 80), math.log(60 / 40)))


def test_logistic_regression_survives_what_separates_and_what_repeats() -> None:
    column = np.linspace(-1, 1, 40)
    found = logistic.fit(np.column_stack((column, column)), (column > 0).astype(np.float64), 0.1)
    assert np.isfinite(found).all()
    assert found[1] == pytest.approx(found[2])


def test_outcomes_that_are_all_the_same_teach_nothing() -> None:
    with pytest.raises(NotFitted):
        logistic.fit(np.zeros((5, 1)), np.ones(5), 1.0)
