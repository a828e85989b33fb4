"""`lift_coverage`: how often the 95 % interval of a lift contains the effect that was put in, over 1,000 campaigns.

Each is drawn anew: an audience, some of whom are held out, who buy with a known chance and spend with a heavy tail
(log-normal); the campaign brings more buyers. One line for each figure and audience; floors are what the textbook's
intervals reach on the same draws (Wald for shares, Welch for means). It is well between 93 and 97 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt
from typing import TYPE_CHECKING

import numpy as np

from backend.campaigns.effect.statistics import Interval, Sums, dispersed, newcombe, welch
from tests.bench.harness import report

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CAMPAIGNS = 1_000
_LEAST, _MOST = 93.0, 97.0
_Z = 1.959963984540054
_MIDDLE = 10.0


@dataclass(frozen=True)
class Audience:
    """How many are treated and held out, the share of the latter who buy, the lift in it, and the tail of spending."""

    name: str
    treated: int
    held_out: int
    base: float
    lift: float
    tail: float

    @property
    def spend_lift(self) -> float:
        """The true difference in mean spend."""
        return self.lift * exp(_MIDDLE + self.tail**2 / 2)


_AUDIENCES = (
    Audience("large", 90_000, 10_000, 0.10, 0.01, 1.3),
    Audience("usual", 9_000, 1_000, 0.20, 0.03, 1.3),
    Audience("heavy", 9_000, 1_000, 0.20, 0.03, 1.6),
    Audience("small", 1_600, 400, 0.25, 0.05, 1.0),
)


def main() -> bool:
    """Simulate; print two lines an audience; return whether all ended between the two targets."""
    reached = [_coverage(audience) for audience in _AUDIENCES]
    return all(reached)


def _coverage(audience: Audience) -> bool:
    draw = np.random.default_rng(20_261_123)
    shares, spends = [0, 0], [0, 0]
    for _ in range(_CAMPAIGNS):
        treated = _spent(draw, audience.treated, audience.base + audience.lift, audience.tail)
        held_out = _spent(draw, audience.held_out, audience.base, audience.tail)
        buyers = (int((treated > 0).sum()), len(treated)), (int((held_out > 0).sum()), len(held_out))
        sums = _sums(treated), _sums(held_out)
        for place, found in enumerate((newcombe(*buyers), _wald(*buyers))):
            shares[place] += found.low <= audience.lift <= found.high
        for place, found in enumerate((dispersed(*sums), welch(*sums))):
            spends[place] += found.low <= audience.spend_lift <= found.high
    of_shares = _line(f"share_{audience.name}", *shares)
    return _line(f"spend_{audience.name}", *spends) and of_shares


def _line(name: str, hits: int, plain: int) -> bool:
    value, floor = 100 * hits / _CAMPAIGNS, 100 * plain / _CAMPAIGNS
    ok = _LEAST <= value <= _MOST
    name = f"lift_coverage_{name}"
    return report(name, value=value, unit="%", floor=floor, ratio=value / floor, target=_LEAST, ok=ok)


def _spent(draw: np.random.Generator, members: int, chance: float, tail: float) -> NDArray[np.int64]:
    spent = np.zeros(members, dtype=np.int64)
    buyers = draw.binomial(members, chance)
    # A purchase is a whole number of minor units, and at least one.
    spent[:buyers] = np.maximum(draw.lognormal(_MIDDLE, tail, buyers).round(), 1)
    return spent


def _sums(spent: NDArray[np.int64]) -> Sums:
    return Sums(len(spent), int(spent.sum()), int(np.dot(spent, spent)))


def _wald(first: tuple[int, int], second: tuple[int, int]) -> Interval:
    one, other = first[0] / first[1], second[0] / second[1]
    half = _Z * sqrt(one * (1 - one) / first[1] + other * (1 - other) / second[1])
    return Interval(one - other, one - other - half, one - other + half)


if __name__ == "__main__":
    raise SystemExit(not main())
