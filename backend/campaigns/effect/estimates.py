"""Comparisons of arms in the shape of `EstimateSchema`: a figure with its interval, or the reason why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.campaigns.effect import sentences
from backend.campaigns.effect.statistics import LEVEL, Interval, dispersed, newcombe, shared_level

if TYPE_CHECKING:
    from collections.abc import Callable

    from backend.campaigns.effect.outcomes import Bought
    from backend.campaigns.effect.sentences import Sentence

FEW, FEW_BUYERS = 30, 10
_HEAVY = 0.25
HELD_OUT = ("대조군", "those held out")

Estimate = dict[str, Any]


def known(interval: Interval, method: str, sentence: Sentence) -> Estimate:
    """A figure with its interval."""
    return {
        "computable": True,
        "reason": None,
        "value": interval.value,
        "low": interval.low,
        "high": interval.high,
        "level": LEVEL,
        "method": method,
        "clear": interval.clear,
        "said": sentences.of_interval(sentence, interval),
    }


def unknown(reason: str) -> Estimate:
    """No figure, and why."""
    empty = dict.fromkeys(("value", "low", "high", "method"))
    about = {"computable": False, "reason": reason, "level": LEVEL, "clear": False}
    return about | empty | {"said": sentences.of_reason(reason)}


def scaled(estimate: Estimate, change: Callable[[Interval], Interval], sentence: Sentence) -> Estimate:
    """What a figure comes to, or the reason why it is not known."""
    if not estimate["computable"]:
        return estimate
    interval = Interval(estimate["value"], estimate["low"], estimate["high"])
    return known(change(interval), "scaled", sentence)


def shares(first: Bought, second: Bought, sentence: Sentence) -> Estimate:
    """The first's share of buyers less the second's."""
    if min(first.members, second.members) < FEW:
        return unknown("too_few")
    return known(newcombe(*_shares(first, second)), "newcombe", sentence)


def spends(first: Bought, second: Bought, sentence: Sentence) -> Estimate:
    """The first's mean net spend less the second's."""
    if min(first.members, second.members) < FEW:
        return unknown("too_few")
    if min(first.buyers, second.buyers) < FEW_BUYERS:
        return unknown("too_few_buyers")
    return known(dispersed(first.spend, second.spend), "dispersed", sentence)


def holds(first: Bought, second: Bought, comparisons: int) -> bool:
    """Whether their shares or their spends differ clearly even as two of so many comparisons."""
    if min(first.members, second.members) < FEW:
        return False
    level = shared_level(comparisons)
    if newcombe(*_shares(first, second), level).clear:
        return True
    return min(first.buyers, second.buyers) >= FEW_BUYERS and dispersed(first.spend, second.spend, level).clear


def heavy_tailed(*arms: Bought) -> bool:
    """Whether one member makes a quarter of the squares of an arm's spend, or more: then no interval can be trusted."""
    return any(arm.largest**2 >= _HEAVY * arm.spend.squares > 0 for arm in arms)


def _shares(first: Bought, second: Bought) -> tuple[tuple[int, int], tuple[int, int]]:
    return (first.buyers, first.members), (second.buyers, second.members)
