"""Chance that can be repeated."""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, Generic, TypeVar

from backend.unify import time_part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

T = TypeVar("T")


class Weighted(Generic[T]):
    """Values, each as likely as its weight says."""

    def __init__(self, *pairs: tuple[T, float]) -> None:
        self.values = [value for value, _ in pairs]
        self._limits = list(accumulate(weight for _, weight in pairs))

    def pick(self, chance: Random) -> T:
        """One of the values."""
        return self.values[bisect(self._limits, chance.random() * self._limits[-1])]


def dice(seed: int, purpose: str) -> Random:
    """The chance of a seed for one purpose, so that more of one thing does not change another."""
    return Random(f"{seed}:{purpose}")  # noqa: S311 - invented data, no secret


def one_of(chance: Random, values: Sequence[T]) -> T:
    """One of the values, each as likely."""
    return values[int(chance.random() * len(values))]


def id_at(chance: Random, moment: datetime) -> str:
    """A UUIDv7 as it would have been made at `moment`."""
    digits = f"{chance.getrandbits(76):019x}"
    return f"{time_part(moment)}-7{digits[:3]}-{'89ab'[int(digits[3], 16) & 3]}{digits[4:7]}-{digits[7:19]}"
