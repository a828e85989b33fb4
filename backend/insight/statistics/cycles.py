"""A member's own rhythm: the gaps between her purchase days, and who is regular."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from backend.insight.statistics.histories import Flags, Floats, Histories, Whole

_GAP_BITS = 24
REGULAR_DAYS = 4
"""A member has a cycle of her own from so many purchase days on."""
REGULAR_GAP = 56
"""Who usually takes longer than this is not regular: her silence within the horizons that are judged tells nothing."""


class Gaps(NamedTuple):
    """Days between consecutive purchase days, shape (gaps,), and the position of each one's member."""

    days: Whole
    rows: Whole


def gaps(histories: Histories) -> Gaps:
    """All gaps, members one after the other and oldest first."""
    rows = histories.rows
    inside = rows[1:] == rows[:-1]
    return Gaps(np.diff(histories.days)[inside].astype(np.int64), rows[1:][inside])


def median_gaps(histories: Histories) -> Floats:
    """The median gap of each member in days, shape (members,); NaN with one purchase day only."""
    if not len(histories):
        return np.zeros(0)
    found = gaps(histories)
    if not len(found.days):
        return np.full(len(histories), np.nan)
    ordered = np.sort((found.rows << _GAP_BITS) | found.days) & (2**_GAP_BITS - 1)
    counts = histories.counts - 1
    begins = np.cumsum(counts) - counts
    last = len(ordered) - 1
    lower = ordered[np.minimum(begins + np.maximum(counts - 1, 0) // 2, last)]
    upper = ordered[np.minimum(begins + counts // 2, last)]
    return np.where(counts > 0, (lower + upper) / 2, np.nan)


def regular(histories: Histories) -> Flags:
    """Who has at least four purchase days and a median gap of at most 56 days, shape (members,)."""
    with np.errstate(invalid="ignore"):
        return (histories.counts >= REGULAR_DAYS) & (median_gaps(histories) <= REGULAR_GAP)
