"""A truth that was written and looked through: what precision and recall are measured on."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

from sqlalchemy import select

from backend.core.db import db
from backend.unify import Progress
from backend.unify.duplicates import DuplicatePair, automatic_threshold, find_all
from tests.bench.duplicates_truth import Truth, same_phone, told, truth, write
from tests.bench.harness import fresh_app

# The rules and thresholds were chosen looking at seed 11; nothing was changed after looking at this one.
SEED = 2026
MEMBERS = 75_000

Pairs = set[tuple[str, str]]


@dataclass(frozen=True)
class Found:
    """The pairs that are one person, those that a comparison of phones finds, and those found for either threshold."""

    truth: Truth
    phone: Pairs
    review: Pairs
    automatic: Pairs

    def recall(self, pairs: Pairs) -> float:
        """How many of the true pairs are among `pairs`."""
        return len(pairs & self.truth.pairs.keys()) / len(self.truth.pairs)

    def precision(self, pairs: Pairs) -> float:
        """How many of `pairs` are true."""
        return len(pairs & self.truth.pairs.keys()) / max(len(pairs), 1)

    def tell(self, pairs: Pairs) -> None:
        """Print the recall of each kind of error to stderr."""
        figures = {"precision": round(self.precision(pairs), 4), "recall": round(self.recall(pairs), 4)}
        by_error = told(self.truth, pairs)
        print(json.dumps(figures | {"pairs": len(pairs), "recall by error": by_error}), file=sys.stderr)


def found(members: int = MEMBERS, seed: int = SEED) -> Found:
    """Look for duplicates in an invented membership."""
    return looked_through(truth(members, seed=seed))


def looked_through(made: Truth) -> Found:
    """Write a truth into a fresh database and look for duplicates in it."""
    with fresh_app():
        write(made)
        find_all(Progress("duplicates"))
        sure = automatic_threshold()
        query = select(DuplicatePair.first_id, DuplicatePair.second_id, DuplicatePair.score)
        rows = db.session.execute(query).all()
    review = {(first, second) for first, second, _ in rows}
    automatic = {(first, second) for first, second, score in rows if score >= sure}
    return Found(made, same_phone(made), review, automatic)
