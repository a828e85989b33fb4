"""Invented shops: members with habits, some of whom stay away for good."""

from __future__ import annotations

import numpy as np

from backend.insight.statistics.histories import Histories, histories

FIRST_DAY = 730_000


def shop(members: int = 400, days: int = 300, seed: int = 7) -> Histories:
    """Members who buy every so many days, with moods, and leave for good on a day that may lie within the `days`."""
    chance = np.random.default_rng(seed)
    who, when = [], []
    for member in range(members):
        usual, leaves = chance.lognormal(2.5, 0.8), chance.exponential(days)
        day = float(chance.integers(0, days // 3))
        while day < min(days, leaves):
            who.append(member)
            when.append(FIRST_DAY + int(day))
            day += 1 + chance.gamma(2.0, usual / 2)
        if not who or who[-1] != member:
            who.append(member)
            when.append(FIRST_DAY + int(chance.integers(0, days // 3)))
    spend = chance.gamma(3.0, 1000, len(who)).astype(np.int64)
    return histories(np.array(who), np.array(when, dtype=np.int32), spend)


def one(days: list[int], spend: int = 1000) -> Histories:
    """A single member who bought on these days."""
    return histories(np.zeros(len(days), dtype=np.int64), np.array(days, dtype=np.int32), np.full(len(days), spend))
