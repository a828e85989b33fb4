"""Facts, states and fifths of real purchases, against a plain computation over the CSV files."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings

from backend.core.db import db
from backend.unify import Progress, import_directory
from tests.insight.facts import plain
from tests.unify import journeys

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

pytestmark = pytest.mark.skipif(not journeys.SHARED.is_dir(), reason="the shared data is not here")

_ALL, _EVERY = 2_000_000, 40
"""Lines, and of which cards: every so many-th one."""
_STORES = ZoneInfo("America/New_York")


def purchases(folder: Path) -> tuple[dict[str, dict[date, int]], dict[str, int]]:
    """From the files alone: {card: {purchase day: cents}} and {card: baskets}."""
    days: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    baskets: dict[str, set[str]] = defaultdict(set)
    with (folder / "sale_lines.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            day = datetime.fromisoformat(line["sold_at"]).replace(tzinfo=UTC).astimezone(_STORES).date()
            cents = int((Decimal(line["sales_value"]) * 100).quantize(Decimal(1), ROUND_HALF_UP))
            days[line["card_number"]][day] += cents
            baskets[line["card_number"]].add(line["basket_id"])
    return days, {card: len(each) for card, each in baskets.items()}


def told(app: Flask, as_of: date) -> dict[str, dict[str, Any]]:
    """What the command prints, by card."""
    db.session.rollback()
    args = ["insight", "members", "--as-of", as_of.isoformat(), "--json"]
    done = app.test_cli_runner().invoke(args=args, catch_exceptions=False)
    return {each["source_key"]: each for each in map(json.loads, done.stdout.splitlines())}


def state(days: list[date], as_of: date, alike: dict[int, float]) -> str:
    """As somebody would say it with fractions of days."""
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    cycle = median(gaps) if len(days) >= 4 else alike.get(len(days))
    silence = (as_of - days[-1]).days
    if cycle is None:
        return "new"
    if silence >= 3 * cycle and silence >= 56:
        return "lapsed"
    if 3 * silence >= 5 * cycle:
        return "late"
    if silence >= cycle:
        return "due"
    if gaps and gaps[-1] >= 3 * cycle and gaps[-1] >= 56:
        return "back"
    return "new" if len(days) < 4 else "active"


def alike(days: dict[str, dict[date, int]]) -> dict[int, float]:
    """The median of how long members with one, two and three purchase days took to the next one."""
    steps: dict[int, list[int]] = defaultdict(list)
    for each in days.values():
        ordered = sorted(each)
        for place in range(min(3, len(ordered) - 1)):
            steps[place + 1].append((ordered[place + 1] - ordered[place]).days)
    return {so_far: median(gaps) for so_far, gaps in steps.items() if len(gaps) >= 20}


def fifth(value: Any, everybody: list[Any]) -> int:
    """1 + five times those strictly worse, over all, rounded down."""
    worse = [other for other in everybody if other < value]
    return 1 + 5 * len(worse) // len(everybody)


@pytest.mark.slow
@pytest.mark.parametrize("back", [0, 60])
def test_members_are_told_as_a_computation_over_the_files_tells_them(app: Flask, tmp_path: Path, back: int) -> None:
    whole = settings.get_current_profile_name() == "chaos"
    folder = journeys.real_slice(tmp_path, _ALL, every=1 if whole else _EVERY)
    quietly: Any = Progress("sales", shown=False)
    import_directory(folder, progress=quietly, profiling_consent=True)
    everything, baskets = purchases(folder)
    as_of = max(day for days in everything.values() for day in days) - timedelta(days=back)
    days = {card: {day: cents for day, cents in each.items() if day <= as_of} for card, each in everything.items()}
    days = {card: each for card, each in days.items() if each}
    found = told(app, as_of)
    assert found.keys() == days.keys()
    assert back or plain.stored() == plain.expected()
    similar = alike(days)
    last, counts = [max(each) for each in days.values()], [len(each) for each in days.values()]
    spent = [sum(each.values()) for each in days.values()]
    for card, each in days.items():
        ordered, one = sorted(each), found[card]
        assert one["spend"] == {"USD": sum(each.values())}
        assert (one["first_on"], one["last_on"]) == (ordered[0].isoformat(), ordered[-1].isoformat())
        assert one["purchase_days"] == len(ordered)
        assert back or one["sales"] == baskets[card]
        assert one["gaps"] == [(later - day).days for day, later in pairwise(ordered)]
        assert one["state"] == state(ordered, as_of, similar), card
        assert one["rfm"] == {
            "recency": fifth(ordered[-1], last),
            "frequency": fifth(len(ordered), counts),
            "money": fifth(sum(each.values()), spent),
        }
    scored = [one["scores"] for one in found.values()]
    assert all(0 < each["alive"] <= 1 and each["worth"] >= each["stake"] >= 0 for each in scored)
    assert len({one["state"] for one in found.values()}) >= (4 if back == 0 else 3)
