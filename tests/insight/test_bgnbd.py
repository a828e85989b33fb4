from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.special import gammaln, hyp2f1

from backend.insight.statistics import bgnbd
from backend.insight.statistics.bgnbd import BgNbd
from backend.insight.statistics.fitting import NotFitted
from tests.insight.cdnow import cdnow

_POSITIVE = st.floats(0.05, 20)
_MODELS = st.builds(BgNbd, _POSITIVE, _POSITIVE, _POSITIVE, _POSITIVE, st.just(0.0), st.just(0))
_DATA = bgnbd.compress(*(each[:300] for each in cdnow()[:3]))


def test_cdnow_gives_the_parameters_of_the_paper() -> None:
    members = cdnow()
    found = bgnbd.fit(members.frequency, members.recency, members.age)
    assert (found.r, found.alpha, found.a, found.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=0.0005)
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    assert found.members == 2357


def test_the_member_of_the_paper_is_expected_as_it_says() -> None:
    paper = BgNbd(0.243, 4.414, 0.793, 2.426, 0.0, 0)
    assert paper.expected(39, [2.0], [30.43], [38.86])[0] == pytest.approx(1.226, abs=0.001)


@given(st.tuples(_POSITIVE, _POSITIVE, _POSITIVE, _POSITIVE))
def test_the_gradient_is_that_of_finite_differences(parameters: tuple[float, ...]) -> None:
    at = np.array(parameters)
    found = bgnbd.log_likelihood(at, _DATA)[1]
    near = approx_fprime(at, lambda each: bgnbd.log_likelihood(each, _DATA)[0], 1e-7 * at)
    assert found == pytest.approx(near, rel=1e-3, abs=0.05)


def test_members_grouped_are_as_likely_as_one_by_one() -> None:
    r, alpha, a, b = 0.3, 5.0, 0.9, 2.0
    members = cdnow()
    total = 0.0
    for x, last, now in zip(members.frequency, members.recency, members.age, strict=True):
        stayed = gammaln(b + x) + gammaln(a + b) - gammaln(b) - gammaln(a + b + x)
        own = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + stayed
        left = a / (b + x - 1) * (alpha + last) ** -(r + x) if x else 0.0
        total += own + np.log((alpha + now) ** -(r + x) + left)
    data = bgnbd.compress(*members[:3])
    assert bgnbd.log_likelihood(np.array([r, alpha, a, b]), data)[0] == pytest.approx(total)


@given(_MODELS, st.integers(1, 60), st.floats(0, 200), st.floats(0, 200), st.floats(0.1, 100))
def test_the_longer_the_silence_the_less_alive(model: BgNbd, x: int, last: float, rest: float, more: float) -> None:
    first, second = model.alive([x, x], [last, last], [last + rest, last + rest + more])
    assert 0 <= second <= first <= 1


def test_without_a_repeat_everybody_is_alive() -> None:
    assert BgNbd(0.2, 4.0, 0.8, 0.5, 0.0, 0).alive([0, 0], [0, 0], [1, 500]).tolist() == [1, 1]


@settings(deadline=None)
@given(_MODELS, st.integers(0, 400), st.floats(0, 300), st.sampled_from([0.5, 28.0, 365.0]))
def test_expected_purchases_are_the_integral_of_the_expected_rate(
    model: BgNbd, x: int, now: float, days: float
) -> None:
    def rate(since: float) -> float:
        faded = hyp2f1(model.r + x + 1, model.a, model.a + model.b + x, -since / (model.alpha + now))
        return float((model.r + x) / (model.alpha + now) * faded)

    # Where the integral itself cannot be had, there is nothing to compare with.
    wanted, sure = quad(rate, 0, days, full_output=1, limit=200)[:2]
    found = model.expected_alive(days, bgnbd.distinct(np.array([x]), np.array([now])))[0]
    assert np.isfinite(found)
    if np.isfinite(wanted) and sure < 1e-6 * wanted:
        assert found == pytest.approx(wanted, rel=1e-3)


@pytest.mark.parametrize("frequency", [10, 1_000, 100_000])
def test_many_purchases_neither_overflow_nor_lose_their_digits(frequency: int) -> None:
    model = BgNbd(0.25, 4.4, 0.8, 2.4, 0.0, 0)
    found = model.expected(7, [frequency], [360], [362])[0]
    rate = (model.r + frequency) / (model.alpha + 362) * 7
    assert 0 < found < rate


def test_expected_purchases_pass_through_the_singular_value_without_a_jump() -> None:
    below, at, above = (
        BgNbd(0.3, 5.0, a, 2.0, 0.0, 0).expected(30, [4], [90], [100])[0] for a in (0.9999, 1.0, 1.0001)
    )
    assert below > at > above
    assert below - above < 1e-3


def test_members_who_never_leave_are_fitted_too() -> None:
    chance = np.random.default_rng(3)
    age = np.full(800, 300)
    frequency = chance.poisson(chance.gamma(2.0, 3.0, 800))
    recency = np.where(frequency > 0, 300 - chance.integers(0, 3, 800), 0)
    model = bgnbd.fit(frequency, recency, age)
    assert (model.alive(frequency, recency, age) > 0.9).all()


def test_invented_members_give_back_the_parameters_they_were_made_of() -> None:
    chance = np.random.default_rng(5)
    truth, members = (0.8, 20.0, 0.6, 5.0), 20_000
    rate, leaving = chance.gamma(truth[0], 1 / truth[1], members), chance.beta(truth[2], truth[3], members)
    frequency, recency, day = np.zeros(members), np.zeros(members), np.zeros(members)
    there = np.ones(members, dtype=np.bool_)
    while there.any():
        day += chance.exponential(1, members) / rate
        there &= day < 300
        frequency[there] += 1
        recency[there] = day[there]
        there &= chance.random(members) >= leaving
    found = bgnbd.fit(frequency, recency, np.full(members, 300.0))
    assert (found.r, found.alpha, found.a, found.b) == pytest.approx(truth, rel=0.1)


@pytest.mark.parametrize("members", [0, 1, 5])
def test_nobody_who_bought_twice_gives_no_model(members: int) -> None:
    none = np.zeros(members, dtype=np.int64)
    with pytest.raises(NotFitted):
        bgnbd.fit(none, none, none + 9)
