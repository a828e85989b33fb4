"""What the facts of one member say on a day. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from backend.insight.rules import REGULAR_DAYS, Rhythm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Certainty = Literal["high", "fair", "borrowed"]
_MANY_GAPS = 8
FAVOURITES = 3


class Favourite(NamedTuple):
    """Something she often chooses: `share` of all her sales, hours or pieces, 0 to 1."""

    name: str
    share: float


@dataclass(frozen=True)
class Facts:
    """One member's facts: the columns of `MemberFacts` as it holds them, and the business unit of her home store."""

    customer_id: str
    days: Mapping[str, int]
    stores: Mapping[str, Sequence[int]]
    hours: Mapping[str, int]
    goods: Mapping[str, Sequence[int]]
    unit: str | None

    @property
    def purchase_days(self) -> list[date]:
        """Ascending."""
        return sorted(date.fromisoformat(day) for day in self.days)

    @property
    def spend(self) -> dict[str, int]:
        """Minor units by currency."""
        total: dict[str, int] = defaultdict(int)
        for key, (_, amount, *_) in self.stores.items():
            total[key.rpartition("|")[2]] += amount
        return dict(total)


def gaps_of(days: Sequence[date]) -> list[int]:
    """Days between purchase days (distinct, ascending)."""
    return [(later - earlier).days for earlier, later in pairwise(days)]


def rhythm_of(days: Sequence[date], similar: Mapping[int, tuple[int, int]]) -> tuple[Rhythm, Certainty | None]:
    """Her rhythm by her purchase days, or by that of members alike, and how sure it is; None where none is known.

    `high`: eight gaps or more, of which half lie within a quarter of their median.
    """
    gaps = gaps_of(days)
    own = len(days) >= REGULAR_DAYS
    ordered = sorted(gaps)
    borrowed = similar.get(len(days))
    twice = ordered[(len(gaps) - 1) // 2] + ordered[len(gaps) // 2] if own else borrowed[0] if borrowed else None
    rhythm = Rhythm(days[-1] if days else None, gaps[-1] if gaps else None, len(days), twice)
    if twice is None:
        return rhythm, None
    if not own:
        return rhythm, "borrowed"
    close = sum(abs(2 * gap - twice) * 4 <= twice for gap in gaps)
    return rhythm, "high" if len(gaps) >= _MANY_GAPS and 2 * close >= len(gaps) else "fair"


def favourites(counts: Mapping[str, int]) -> list[Favourite]:
    """The three most frequent, with their share of all; by name among equals."""
    total = sum(counts.values())
    most = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:FAVOURITES]
    return [Favourite(name, count / total) for name, count in most if count > 0]
