"""The CDNOW members of Fader, Hardie & Lee (2005), in weeks and dollars. The file's first line names its source."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FILE = Path(__file__).parent / "data" / "cdnow_summary.csv.gz"


class Cdnow(NamedTuple):
    """Each of shape (2357,)."""

    frequency: NDArray[np.float64]
    recency: NDArray[np.float64]
    age: NDArray[np.float64]
    spend: NDArray[np.float64]


def cdnow() -> Cdnow:
    """Read the file."""
    with gzip.open(_FILE, "rt", encoding="utf-8", newline="") as file:
        file.readline()
        rows = list(csv.DictReader(file))
    return Cdnow(*(np.array([float(row[name]) for row in rows]) for name in ("x", "t_x", "T", "zbar")))
