"""Invented purchases of many members, as BG/NBD and Gamma-Gamma say that people buy: sales in any order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from backend.insight.statistics.histories import Days, Floats, Whole

LAST_DAY = date(2025, 12, 31).toordinal()
_DAYS = 730
_SHAPE, _SCALE = 1.0, 20.0
_LEAVING, _STAYING = 0.8, 8.0
_SPEND_SHAPE, _SPEND_SPREAD, _SPEND_SCALE = 6.0, 4.0, 15_000.0


@dataclass(frozen=True)
class Purchases:
    """Sales: whose (a number), on which day (an ordinal), for how much (minor units); each of shape (sales,)."""

    members: Whole
    days: Days
    spend: Whole

    def save(self, path: Path) -> None:
        """Write them for another process."""
        np.savez(path, members=self.members, days=self.days, spend=self.spend)

    @classmethod
    def load(cls, path: Path) -> Purchases:
        """Read what `save` wrote."""
        with np.load(path) as file:
            return cls(file["members"], file["days"], file["spend"])


def purchases(members: int, sales: int, seed: int = 2026) -> Purchases:
    """`sales` sales of `members` members within two years that end with LAST_DAY, each of whom has at least one.

    Members join on any day, buy at their own rate and leave for good after any purchase. Repeats beyond `sales` are
    left away at random; what is missing to it are second sales on a day that has one.
    """
    chance = np.random.default_rng(seed)
    joined = chance.integers(0, _DAYS, members)
    owners, days = _bought(chance, joined)
    order = np.lexsort((chance.random(len(owners)), days > joined[owners]))[:sales]
    owners, days = owners[order], days[order]
    missing = sales - len(owners)
    again = chance.integers(0, len(owners), missing)
    owners, days = np.append(owners, owners[again]), np.append(days, days[again])
    spend = _spent(chance, members, owners)
    shuffled = chance.permutation(sales)
    first = LAST_DAY - _DAYS + 1
    return Purchases(owners[shuffled], (days[shuffled] + first).astype(np.int32), spend[shuffled])


def _bought(chance: np.random.Generator, joined: Whole) -> tuple[Whole, Whole]:
    """Members and days since the begin: each round is the next purchase of those who are still there."""
    rate = chance.gamma(_SHAPE, 1 / _SCALE, len(joined))
    leaving = chance.beta(_LEAVING, _STAYING, len(joined))
    there, day = np.arange(len(joined)), joined.astype(np.float64)
    owners, days = [there], [joined.astype(np.int64)]
    stayed = np.ones(len(joined), dtype=np.bool_)
    while len(there := there[stayed]):
        day = day[stayed] + 1 + chance.exponential(1, len(there)) / rate[there]
        inside = day < _DAYS
        there, day = there[inside], day[inside]
        owners.append(there)
        days.append(day.astype(np.int64))
        stayed = chance.random(len(there)) >= leaving[there]
    return np.concatenate(owners), np.concatenate(days)


def _spent(chance: np.random.Generator, members: int, owners: Whole) -> Whole:
    rate: Floats = chance.gamma(_SPEND_SPREAD, 1 / _SPEND_SCALE, members)
    return (chance.gamma(_SPEND_SHAPE, 1, len(owners)) / rate[owners]).astype(np.int64) + 1
