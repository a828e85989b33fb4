from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.insight.statistics.cycles import median_gaps, regular
from backend.insight.statistics.histories import Histories, histories
from tests.insight.shops import one

Sale = tuple[int, int, int]
_SALES = st.lists(st.tuples(st.integers(0, 6), st.integers(700_000, 700_060), st.integers(-500, 9_000)), max_size=60)


def made(sales: list[Sale]) -> Histories:
    members, days, spend = (np.array([sale[at] for sale in sales], dtype=np.int64) for at in range(3))
    return histories(members, days.astype(np.int32), spend)


def by_hand(sales: list[Sale]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for member, day, spend in sorted(sales):
        found[member][day] += spend
    return {member: dict(days) for member, days in found.items()}


def told(known: Histories) -> dict[int, dict[int, int]]:
    return {
        int(member): {int(day): int(spend) for day, spend in zip(known.days[a:b], known.spend[a:b], strict=True)}
        for member, a, b in zip(known.members, known.offsets[:-1], known.offsets[1:], strict=True)
    }


@given(_SALES)
def test_sales_in_any_order_become_each_members_purchase_days_with_their_sums(sales: list[Sale]) -> None:
    assert told(made(sales)) == by_hand(sales)
    assert told(made(sales[::-1])) == by_hand(sales)


@given(_SALES, st.integers(699_990, 700_070))
def test_histories_cut_at_a_day_are_those_of_the_sales_until_that_day(sales: list[Sale], day: int) -> None:
    assert told(made(sales).until(day)) == by_hand([sale for sale in sales if sale[1] <= day])


@given(_SALES, st.integers(699_990, 700_070), st.integers(1, 30))
def test_who_bought_after_a_day_is_said_of_those_known_on_it(sales: list[Sale], day: int, days: int) -> None:
    known = made(sales)
    later = {member for member, on, _ in sales if day < on <= day + days}
    wanted = [float(member in later) for member in known.until(day).members]
    assert known.bought_after(day, days).tolist() == wanted


@given(_SALES)
def test_the_summary_counts_repeat_days_and_means_their_spend(sales: list[Sale]) -> None:
    known, day = made(sales), 700_060
    summary = known.summary(day)
    for at, days in enumerate(by_hand(sales).values()):
        on = sorted(days)
        assert (summary.frequency[at], summary.recency[at], summary.age[at]) == (
            len(on) - 1,
            on[-1] - on[0],
            day - on[0],
        )
        repeats = [days[each] for each in on[1:]]
        assert summary.spend[at] == pytest.approx(sum(repeats) / len(repeats) if repeats else 0)


def test_a_summary_before_the_last_purchase_is_refused() -> None:
    with pytest.raises(ValueError, match="leak the future"):
        one([700_000, 700_010]).summary(700_005)


@given(_SALES, st.integers(1, 4))
def test_parts_one_after_the_other_are_the_whole(sales: list[Sale], size: int) -> None:
    known = made(sales)
    joined = {member: days for part in known.parts(size) for member, days in told(part).items()}
    assert joined == told(known)
    assert [int(member) for member in known.every(size).members] == sorted(by_hand(sales))[::size]


@given(_SALES)
def test_median_gaps_are_the_medians_of_each_members_gaps(sales: list[Sale]) -> None:
    for found, days in zip(median_gaps(made(sales)), by_hand(sales).values(), strict=True):
        gaps = np.diff(sorted(days))
        assert found == np.median(gaps) if len(gaps) else np.isnan(found)


@pytest.mark.parametrize(
    ("days", "wanted"),
    [([0], False), ([0, 7, 14], False), ([0, 7, 14, 21], True), ([0, 56, 112, 168], True), ([0, 57, 114, 171], False)],
)
def test_regular_is_who_has_four_days_and_returns_within_eight_weeks(days: list[int], wanted: bool) -> None:
    assert regular(one([700_000 + day for day in days])).tolist() == [wanted]
