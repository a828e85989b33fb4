"""The models on the real sales of the shared data: the figures that insight promises."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import UTC, date, datetime
from statistics import fmean
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from backend.insight.statistics.backtest import backtest
from backend.insight.statistics.judging import decide
from tests.bench.harness import shared
from tests.bench.journey import journey

if TYPE_CHECKING:
    from backend.insight.statistics.histories import Histories

_FILE = shared("complete-journey", "sale_lines.csv.gz")
_LAST_DAY = date(2017, 9, 30).toordinal()
pytestmark = pytest.mark.skipif(not _FILE.is_file(), reason="the shared data is not here")


@pytest.fixture(scope="module")
def sold() -> Histories:
    return journey()


def test_purchase_days_are_those_of_a_plain_count_over_the_file(sold: Histories) -> None:
    days: dict[int, set[date]] = defaultdict(set)
    with gzip.open(_FILE, "rt", encoding="utf-8", newline="") as file:
        baskets = {(row["card_number"], row["sold_at"]) for row in csv.DictReader(file)}
    for card, sold_at in baskets:
        moment = datetime.fromisoformat(sold_at).replace(tzinfo=UTC)
        days[int(card)].add(moment.astimezone(ZoneInfo("America/New_York")).date())
    assert dict(zip(sold.members.tolist(), sold.counts.tolist(), strict=True)) == {
        card: len(each) for card, each in days.items()
    }
    assert sold.first.tolist() == [min(days[card]).toordinal() for card in sold.members.tolist()]
    assert sold.last.tolist() == [max(days[card]).toordinal() for card in sold.members.tolist()]
    assert int(sold.spend.sum()) == 339_930_867


@pytest.mark.parametrize(("horizon", "auc"), [(28, 0.875), (56, 0.872)])
def test_who_returns_is_said_as_well_as_promised(sold: Histories, horizon: int, auc: float) -> None:
    judged = backtest(sold, _LAST_DAY, horizon)
    assert fmean(each.auc for each in judged) >= auc
    assert fmean(each.gain for each in judged) >= 0.05
    assert fmean(each.auc - each.rival for each in judged) >= 0.01
    assert 0.85 <= fmean(each.slope for each in judged) <= 1.15
    assert fmean(each.calibration_error for each in judged) <= 0.025
    assert fmean(each.precision_half - each.floor_half for each in judged) > 0.01
    assert decide(judged).released


def test_a_judged_model_never_saw_what_it_is_judged_by(sold: Histories) -> None:
    day = _LAST_DAY - 28
    later = sold.days > day
    shuffled = np.where(later, sold.spend[::-1], sold.spend)
    other = type(sold)(sold.members, sold.offsets, sold.days, shuffled)
    assert backtest(sold, _LAST_DAY, 28, 1) == backtest(other, _LAST_DAY, 28, 1)
