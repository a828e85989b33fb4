"""Intervals and sample sizes against statsmodels, to the digits, and on draws with a known effect."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.power import NormalIndPower, TTestIndPower, normal_power_het
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from backend.campaigns.effect import statistics
from backend.campaigns.effect.statistics import Sums, dispersed, newcombe, welch

_COUNTS = st.integers(1, 5_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
_AMOUNTS = st.lists(st.integers(0, 10**9), min_size=3, max_size=60).filter(lambda values: len(set(values)) > 1)


def sums(values: list[int]) -> Sums:
    return Sums(len(values), sum(values), sum(value * value for value in values))


@settings(deadline=None)
@given(first=_COUNTS, second=_COUNTS, level=st.sampled_from([0.8, 0.95, 0.99]))
def test_the_interval_of_two_shares_is_that_of_statsmodels(
    first: tuple[int, int], second: tuple[int, int], level: float
) -> None:
    found = newcombe(first, second, level)
    low, high = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff", alpha=1 - level)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9, abs=1e-12)
    assert found.low <= found.value <= found.high


@settings(deadline=None)
@given(first=_AMOUNTS, second=_AMOUNTS)
def test_the_interval_of_two_means_is_welch_s_of_statsmodels(first: list[int], second: list[int]) -> None:
    found = welch(sums(first), sums(second))
    compared = CompareMeans(DescrStatsW(np.array(first, float)), DescrStatsW(np.array(second, float)))
    low, high = compared.tconfint_diff(usevar="unequal")
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-6, abs=1e-6)


@settings(deadline=None)
@given(values=_AMOUNTS)
def test_with_equal_means_the_dispersed_interval_is_student_s_of_statsmodels(values: list[int]) -> None:
    # Where both arms have one mean, a variance that grows with the mean is one variance for both.
    raised = [1 + value for value in values]
    found = dispersed(sums(raised), sums(raised))
    described = DescrStatsW(np.array(raised, float))
    compared = CompareMeans(described, described)
    low, high = compared.tconfint_diff(usevar="pooled")
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-6)


def test_where_an_arm_bought_nothing_the_interval_of_means_is_welch_s() -> None:
    some, nothing = sums([5, 10, 20]), Sums(40, 0, 0)
    assert dispersed(some, nothing) == welch(some, nothing)
    assert welch(nothing, nothing).high == 0


@pytest.mark.parametrize("base", [0.02, 0.2, 0.5, 0.9])
@pytest.mark.parametrize(("treated", "held_out"), [(9_000, 1_000), (500, 500), (99_000, 1_000)])
def test_the_smallest_rise_of_a_share_is_seen_in_four_of_five_campaigns(
    base: float, treated: int, held_out: int
) -> None:
    rise = statistics.smallest_share(base, treated, held_out)
    assert rise is not None
    raised = base + rise
    pooled = (base * held_out + raised * treated) / (held_out + treated)
    chance = sqrt(pooled * (1 - pooled) * (1 / treated + 1 / held_out))
    apart = sqrt(raised * (1 - raised) / treated + base * (1 - base) / held_out)
    # Of both tails the other one is nothing at this distance.
    power = normal_power_het(rise, 1, 0.025, std_null=chance, std_alternative=apart, alternative="larger")
    assert power == pytest.approx(0.8, abs=1e-6)


def test_the_smallest_rise_of_a_mean_has_the_power_that_statsmodels_says() -> None:
    rise = statistics.smallest_mean(30_000, 9_000, 1_000)
    power = NormalIndPower().power(rise / 30_000, 9_000, 0.05, ratio=1_000 / 9_000)
    assert power == pytest.approx(0.8, abs=1e-6)
    assert TTestIndPower().power(rise / 30_000, 9_000, 0.05, ratio=1_000 / 9_000) == pytest.approx(0.8, abs=1e-3)


def test_the_hold_out_for_a_lift_is_the_least_that_shows_it() -> None:
    def smallest(treated: int, held_out: int) -> float:
        return statistics.smallest_mean(30_000, treated, held_out)

    needed = statistics.holdout_for(10_000, smallest, 3_000)
    assert needed is not None
    assert smallest(10_000 - needed, needed) <= 3_000 < smallest(10_000 - needed + 1, needed - 1)
    assert statistics.holdout_for(10_000, smallest, 1_000) is None


def test_no_rise_is_seen_of_a_share_that_everybody_has() -> None:
    assert statistics.smallest_share(1.0, 100, 100) is None
    assert statistics.smallest_share(0.9, 5, 5) is None


@pytest.mark.parametrize("tail", [1.0, 1.3])
def test_intervals_contain_a_known_effect_as_often_as_they_say(tail: float) -> None:
    draw = np.random.default_rng(7)
    lift, hits = 0.05 * np.exp(10 + tail**2 / 2), [0, 0]
    for _ in range(400):
        treated, held_out = (_spent(draw, *arm, tail) for arm in ((4_500, 0.25), (500, 0.20)))
        counts = [(int((each > 0).sum()), len(each)) for each in (treated, held_out)]
        means = [Sums(len(each), int(each.sum()), int(np.dot(each, each))) for each in (treated, held_out)]
        found_shares, found_means = newcombe(counts[0], counts[1]), dispersed(means[0], means[1])
        for place, (found, true) in enumerate(((found_shares, 0.05), (found_means, lift))):
            hits[place] += found.low <= true <= found.high
    # Of 400 at 95 %, 99.9 of 100 runs hit between 366 and 393.
    assert 366 <= hits[0] <= 393
    assert 366 <= hits[1] <= 393


def _spent(draw: np.random.Generator, members: int, chance: float, tail: float) -> Any:
    spent = np.zeros(members, dtype=np.int64)
    buyers = draw.binomial(members, chance)
    spent[:buyers] = draw.lognormal(10, tail, buyers).round()
    return spent
