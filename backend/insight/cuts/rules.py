"""Fifths and medians, exact and in whole numbers. Pure."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


V = TypeVar("V", int, date)

FIFTHS = 5
FEWEST_ALIKE = 20
"""Members from which on their median says something of others."""
_MOST_ALIKE = 3


def cut_points(values: Iterable[V]) -> list[V]:
    """The least values of the second to the fifth fifth of `values`, which may repeat; empty without any.

    Whoever has `v` is in fifth 1 + ⌊5 × members strictly below v / members⌋, and in no other by these points. A fifth
    that nobody is in has the least value of the next one; the last ones, with nobody in or above, are left out.
    """
    ordered = sorted(values)
    points: list[V] = []
    members, below = len(ordered), 0
    for place, value in enumerate(ordered):
        if place and ordered[place - 1] < value:
            below = place
        while len(points) < FIFTHS - 1 and below * FIFTHS >= (len(points) + 1) * members:
            points.append(value)
    return points


def fifth(value: V, points: Sequence[V]) -> int:
    """1 to 5: in which fifth a value lies by `cut_points`."""
    return 1 + sum(not value < point for point in points)


def similar_cycles(
    units: Iterable[str], steps: Iterable[tuple[str | None, int, int]]
) -> dict[str, dict[int, tuple[int, int]]]:
    """{unit: {purchase days so far: (twice the median days to the next one, members)}} for every unit.

    `steps` are (unit, purchase days so far, days to the next one) of each member, once for each number. A unit with too
    few of its own is told what everybody does; what too few did at all is left out.
    """
    found: dict[str | None, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    everybody: dict[int, list[int]] = defaultdict(list)
    for unit, so_far, days in steps:
        if so_far <= _MOST_ALIKE:
            found[unit][so_far].append(days)
            everybody[so_far].append(days)
    medians: dict[str, dict[int, tuple[int, int]]] = {}
    for unit in sorted(set(units)):
        own = {so_far: _enough(found[unit][so_far]) or _enough(everybody[so_far]) for so_far in sorted(everybody)}
        medians[unit] = {so_far: median for so_far, median in own.items() if median is not None}
    return medians


def _enough(days: list[int]) -> tuple[int, int] | None:
    return (twice_median(days), len(days)) if len(days) >= FEWEST_ALIKE else None


def twice_median(values: Sequence[int]) -> int:
    """Twice the median of at least one value."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]
