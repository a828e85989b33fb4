"""Counting whom twenty rules mean, and asking the same by hand, in turn over the same rows."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import text

from backend.core.db import db
from backend.segments.language import Asked, count, first_figure, parse
from backend.segments.language.running import limited
from tests.bench.questions import questions

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.house_of_members import House

_ROUNDS = 3
_SECONDS = 120.0


class Took(NamedTuple):
    """The best of three, in seconds: counting by rule, by hand, and the first figure."""

    name: str
    value: float
    floor: float
    first: float


def measure(house: House) -> list[Took]:
    """Ask every question; both ways must come to the same. Each is asked once before, so that both read from memory."""
    sqlite = db.engine.dialect.name == "sqlite"
    asked = Asked(datetime.combine(house.today, datetime.min.time(), UTC).replace(hour=5))
    found = []
    for question in questions(house, sqlite=sqlite):
        rule = parse(question.rule)
        ways: list[Callable[[], int]] = [
            lambda rule=rule: count(rule, asked, seconds=_SECONDS),  # type: ignore[misc]
            lambda question=question: _by_hand(question.by_hand),  # type: ignore[misc]
            lambda rule=rule: first_figure(rule, asked, seconds=_SECONDS).members,  # type: ignore[misc]
        ]
        counted = [way() for way in ways]
        if counted[0] != counted[1]:
            message = f"{question.name}: {counted[0]} by rule, {counted[1]} by hand."
            raise RuntimeError(message)
        best = [min(times) for times in zip(*([_timed(way) for way in ways] for _ in range(_ROUNDS)), strict=True)]
        found.append(Took(question.name, *best))
        figures = f"{best[0]:7.3f} s  by hand {best[1]:7.3f} s  {best[0] / best[1]:5.2f}  first figure {best[2]:6.3f} s"
        print(f"{figures}  {counted[0]:>9,} (about {counted[2]:,})  {question.name}", file=sys.stderr, flush=True)
    return found


def _by_hand(statement: str) -> int:
    with limited(_SECONDS):
        return int(db.session.execute(text(statement)).scalar_one())


def _timed(way: Callable[[], int]) -> float:
    begun = time.perf_counter()
    way()
    took = time.perf_counter() - begun
    db.session.rollback()
    return took
