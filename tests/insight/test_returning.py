from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import pytest

from backend.insight.statistics import refresh, returning
from backend.insight.statistics.backtest import backtest
from backend.insight.statistics.features import GROUPS, NAMES, features
from backend.insight.statistics.fitting import NotFitted
from backend.insight.statistics.histories import Histories, histories
from backend.insight.statistics.lifetime_value import Terms
from backend.insight.statistics.reasons import explain
from tests.insight.shops import FIRST_DAY, one, shop

if TYPE_CHECKING:
    from backend.insight.statistics.returning import Returning

_DAY = FIRST_DAY + 240
_HORIZON = 28


@pytest.fixture(scope="module")
def whole() -> Histories:
    return shop()


@pytest.fixture(scope="module")
def model(whole: Histories) -> Returning:
    return returning.fit(whole, _DAY, _HORIZON)


def test_a_model_knows_nothing_of_what_came_after_its_day(whole: Histories, model: Returning) -> None:
    assert returning.fit(whole.until(_DAY), _DAY, _HORIZON) == model


def test_features_refuse_histories_that_know_the_future(whole: Histories, model: Returning) -> None:
    with pytest.raises(ValueError, match="leak the future"):
        features(whole, _DAY, _HORIZON, model.pool)


def test_it_learns_from_cut_days_whose_outcome_is_known(whole: Histories) -> None:
    cuts = returning.cut_days(whole, _DAY, _HORIZON)
    assert cuts == sorted(cuts)
    assert cuts[-1] == _DAY - _HORIZON
    assert cuts[0] >= int(whole.days.min()) + 42


def test_it_ranks_and_calibrates_better_than_recency(whole: Histories) -> None:
    judged = backtest(whole, FIRST_DAY + 299, _HORIZON)
    assert [each.day for each in judged] == [FIRST_DAY + 271 - 14 * back for back in range(4, -1, -1)]
    assert np.mean([each.gain for each in judged]) > 0.005
    assert np.mean([each.brier - each.brier_floor for each in judged]) < 0
    assert 0.7 < np.mean([each.slope for each in judged]) < 1.4


def test_effects_add_up_to_the_chance(whole: Histories, model: Returning) -> None:
    known = whole.until(_DAY)
    scores = model.scores(known, _DAY)
    odds = model.intercept + scores.effects.sum(axis=1)
    assert scores.probability == pytest.approx(1 / (1 + np.exp(-odds)))
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(NAMES)


def test_scores_do_not_depend_on_who_else_is_scored(whole: Histories, model: Returning) -> None:
    known = whole.until(_DAY)
    alone = np.concatenate([model.scores(part, _DAY).probability for part in known.parts(7)])
    assert alone == pytest.approx(model.scores(known, _DAY).probability)
    assert len(model.scores(known.until(0), _DAY).probability) == 0


def test_who_is_silent_for_longer_is_less_likely_to_return(model: Returning) -> None:
    rhythm = one([_DAY - 100 + 10 * each for each in range(11)])
    chances = [float(model.scores(rhythm, _DAY + silent).probability[0]) for silent in (10, 30, 60, 120)]
    assert chances == sorted(chances, reverse=True)


def test_reasons_name_the_usual_gap_and_the_days_late(model: Returning) -> None:
    late = one([_DAY - 21 * each - 32 for each in range(8)], spend=500)
    found = explain(late, _DAY, model, model.scores(late, _DAY), most=3).of(0)
    assert [abs(each.effect) for each in found] == sorted((abs(each.effect) for each in found), reverse=True)
    numbers = {each.code: each.numbers for each in found}
    assert numbers["rhythm"] == {"usual_gap": 21, "silence": 32, "late": 11, "own": 1}
    assert numbers["spend"] == {"recent": 500, "usual": 500}
    assert 0 < numbers["frequency"]["alive"] <= 1


def test_who_has_no_rhythm_yet_is_told_everyones(model: Returning) -> None:
    new = one([_DAY - 9])
    reasons = explain(new, _DAY, model, model.scores(new, _DAY), most=3).of(0)
    rhythm = next(each.numbers for each in reasons if each.code == "rhythm")
    assert (rhythm["usual_gap"], rhythm["silence"], rhythm["own"]) == (model.pool.gap, 9, 0)


def test_a_stored_model_comes_back_the_same(model: Returning) -> None:
    assert returning.restored(asdict(model)) == model


def test_little_history_gives_no_model() -> None:
    with pytest.raises(NotFitted):
        returning.fit(shop(days=60), FIRST_DAY + 80, _HORIZON)


def test_everything_is_fitted_judged_and_said_at_once(whole: Histories) -> None:
    day = FIRST_DAY + 299
    models = refresh.fit(whole, day)
    said = refresh.say(models, whole, Terms())
    assert models.returning[28].release.released
    assert set(said.returning) == {each for each, judged in models.returning.items() if judged.release.released}
    assert said.alive is not None
    assert said.worth is not None
    assert len(said.worth) == len(said.alive) == len(whole)
    stake = refresh.at_stake(said.returning[28].probability, said.worth)
    assert (stake >= 0).all()
    assert (stake <= said.worth).all()


@pytest.mark.parametrize("members", [0, 1])
def test_a_shop_without_history_has_no_models_and_says_nothing(members: int) -> None:
    none = np.zeros(members, dtype=np.int64)
    known = histories(none, (none + FIRST_DAY).astype(np.int32), none + 500)
    models = refresh.fit(known, FIRST_DAY)
    said = refresh.say(models, known, Terms())
    assert (models.buying, models.spending, said.alive, said.worth, said.returning) == (None, None, None, None, {})
    assert models.returning[28].release.reasons == ("little_history",)
