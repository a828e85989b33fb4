from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from backend.insight.statistics import gamma_gamma
from backend.insight.statistics.bgnbd import BgNbd
from backend.insight.statistics.fitting import NotFitted
from backend.insight.statistics.gamma_gamma import GammaGamma
from backend.insight.statistics.histories import Summary
from backend.insight.statistics.lifetime_value import Terms, lifetime_value
from tests.insight.cdnow import cdnow

_POSITIVE = st.floats(0.1, 20)
_DATA = gamma_gamma.spending(cdnow().frequency[:600], cdnow().spend[:600])
_SPENDING = GammaGamma(6.25, 3.74, 1_544.0, 0.0, 0)
_BUYING = BgNbd(0.24, 30.9, 0.79, 2.43, 0.0, 0)


def test_cdnow_gives_the_parameters_of_the_note() -> None:
    members = cdnow()
    found = gamma_gamma.fit(members.frequency, members.spend)
    assert (found.p, found.q, found.gamma) == pytest.approx((6.25, 3.74, 15.44), abs=0.01)
    assert found.members == 946


@given(st.tuples(_POSITIVE, _POSITIVE, _POSITIVE))
def test_the_gradient_is_that_of_finite_differences(parameters: tuple[float, ...]) -> None:
    at = np.array(parameters)
    found = gamma_gamma.log_likelihood(at, _DATA)[1]
    near = approx_fprime(at, lambda each: gamma_gamma.log_likelihood(each, _DATA)[0], 1e-7 * at)
    assert found == pytest.approx(near, rel=1e-3, abs=0.05)


def test_the_unit_of_money_changes_only_the_scale() -> None:
    members = cdnow()
    dollars = gamma_gamma.fit(members.frequency, members.spend)
    cents = gamma_gamma.fit(members.frequency, members.spend * 100)
    assert (cents.p, cents.q, cents.gamma) == pytest.approx((dollars.p, dollars.q, dollars.gamma * 100), rel=1e-3)


def test_the_more_purchases_the_more_counts_her_own_mean() -> None:
    everyone = 6.25 * 1_544 / 2.74
    found = _SPENDING.expected([0, 1, 5, 50, 5_000], [0, 9_000, 9_000, 9_000, 9_000])
    assert found[0] == pytest.approx(everyone)
    assert (np.diff(found) > 0).all()
    assert found[-1] == pytest.approx(9_000, rel=0.001)


@pytest.mark.parametrize(("frequency", "spend"), [([], []), ([0, 0], [0, 0]), ([3], [100]), ([2, 2], [0, -5])])
def test_too_few_who_spent_twice_give_no_model(frequency: list[int], spend: list[float]) -> None:
    with pytest.raises(NotFitted):
        gamma_gamma.fit(np.array(frequency), np.array(spend))


def summary(silence: int = 10) -> Summary:
    return Summary(np.array([4]), np.array([200]), np.array([200 + silence]), np.array([3_000.0]))


def test_lifetime_value_without_discount_is_purchases_by_spend_by_margin() -> None:
    known = summary()
    bought = _BUYING.expected(365, known.frequency, known.recency, known.age)
    wanted = 0.3 * bought * _SPENDING.expected(known.frequency, known.spend)
    assert lifetime_value(_BUYING, _SPENDING, known, Terms(365, 0.0, 0.3)) == pytest.approx(wanted)


def test_lifetime_value_of_one_period_is_discounted_from_its_middle() -> None:
    plain, discounted = (lifetime_value(_BUYING, _SPENDING, summary(), Terms(30, rate, 1.0))[0] for rate in (0.0, 0.21))
    assert discounted == pytest.approx(plain / 1.21 ** (15 / 365.25))


def test_lifetime_value_falls_with_discount_and_silence_and_grows_with_the_horizon() -> None:
    worth = [lifetime_value(_BUYING, _SPENDING, summary(), Terms(365, rate))[0] for rate in (0.0, 0.1, 0.3)]
    assert worth == sorted(worth, reverse=True)
    silent = [lifetime_value(_BUYING, _SPENDING, summary(each), Terms())[0] for each in (1, 100, 400)]
    assert silent == sorted(silent, reverse=True)
    longer = [lifetime_value(_BUYING, _SPENDING, summary(), Terms(each))[0] for each in (20, 45, 365)]
    assert longer == sorted(longer)


@pytest.mark.parametrize("terms", [(0, 0.1, 1.0), (365, -1.0, 1.0), (365, 0.1, 1.5), (365, 0.1, -0.1)])
def test_terms_that_mean_nothing_are_refused(terms: tuple[int, float, float]) -> None:
    with pytest.raises(ValueError, match="horizon"):
        Terms(*terms)
