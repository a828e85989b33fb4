"""Why a member's chance of return is what it is: codes with numbers, of which others make sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from backend.insight.statistics.cycles import REGULAR_DAYS, median_gaps
from backend.insight.statistics.features import GROUPS

if TYPE_CHECKING:
    from backend.insight.statistics.features import Pool
    from backend.insight.statistics.histories import Floats, Histories, Whole
    from backend.insight.statistics.returning import Returning, Scores

CODES = tuple(GROUPS)
_RECENT = 56


class Reason(NamedTuple):
    """`code` of CODES; `effect` in log odds, below 0 where a return gets less likely; `numbers` as `explain` says."""

    code: str
    effect: float
    numbers: dict[str, float]


@dataclass(frozen=True)
class Reasons:
    """The reasons of all members: `order` and `effects` of shape (members, most), numbers of shape (members,)."""

    order: Whole
    effects: Floats
    numbers: dict[str, dict[str, Floats]]

    def of(self, position: int) -> tuple[Reason, ...]:
        """The reasons of one member, what moved her chance most first."""
        return tuple(
            Reason(CODES[code], float(effect), self._told(CODES[code], position))
            for code, effect in zip(self.order[position], self.effects[position], strict=True)
        )

    def _told(self, code: str, position: int) -> dict[str, float]:
        return {name: float(values[position]) for name, values in self.numbers[code].items()}


def explain(histories: Histories, day: int, model: Returning, scores: Scores, *, most: int = 3) -> Reasons:
    """The `most` reasons that moved each member's chance, and the numbers that they speak of.

    rhythm: `usual_gap` (her median gap in days, or all members' while she has fewer than four purchase days: then
    `own` is 0), `silence` (days since her last), `late` (days beyond her usual gap, 0 before). spend: mean of a
    purchase day in minor units, in the last eight weeks (`recent`, 0 without any) and ever (`usual`). frequency:
    `expected` purchases within the horizon, and the chance that she has not left (`alive`), by BG/NBD.
    """
    order = np.argsort(-np.abs(scores.effects), axis=1, kind="stable")[:, :most]
    numbers = {
        "rhythm": _rhythm(histories, day, model.pool),
        "spend": _spend(histories, day),
        "frequency": _frequency(histories, day, model),
    }
    return Reasons(order, np.take_along_axis(scores.effects, order, axis=1), numbers)


def _rhythm(histories: Histories, day: int, pool: Pool) -> dict[str, Floats]:
    own = histories.counts >= REGULAR_DAYS
    usual = np.where(own, median_gaps(histories), pool.gap)
    silence = (day - histories.last).astype(np.float64)
    return {"usual_gap": usual, "silence": silence, "late": np.maximum(silence - usual, 0), "own": own * 1.0}


def _spend(histories: Histories, day: int) -> dict[str, Floats]:
    starts = histories.offsets[:-1]
    recent = day - histories.days < _RECENT
    spent = np.add.reduceat(histories.spend * recent, starts)
    times = np.add.reduceat(recent, starts, dtype=np.int64)
    usual = np.add.reduceat(histories.spend, starts) / histories.counts
    return {"recent": spent / np.maximum(times, 1), "usual": usual}


def _frequency(histories: Histories, day: int, model: Returning) -> dict[str, Floats]:
    summary, buying = histories.summary(day), model.pool.buying
    columns = (summary.frequency, summary.recency, summary.age)
    return {"expected": buying.expected(model.horizon, *columns), "alive": buying.alive(*columns)}
