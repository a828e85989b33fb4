"""`insight_offers`: whether a member buys what would be offered to her, on days of the past of The Complete Journey.

On each judged day the pairings are counted on what lies before it, as the worker does at night, and every member who
buys again is offered three articles by the rule, from the first five lines of her last basket, as a tablet has them.
It is a hit if one of the three, which the last basket had not, is in her next purchase day (or within 28 days). The
floor is to offer everybody the most bought articles that her last basket had not. Means over the days; each day's
figures stand on stderr, with those of a cosine between the buyers of articles, which knows no more than the rule.

Constants were chosen on 30 April and 31 May 2017; the judged days come after them.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from backend.core.db import db
from backend.insight.offers import counting
from backend.insight.offers.rules import SUGGESTIONS, Article, Asked, suggest
from backend.unify import Progress, import_directory
from tests.bench.baskets import articles, baskets, by_member
from tests.bench.harness import fresh_app, report, shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.baskets import Basket

_DAYS = (date(2017, 6, 30), date(2017, 7, 31), date(2017, 8, 31))
_WITHIN = timedelta(days=28)
_TARGET = 1.0
_UNIT = "complete-journey"
_KNOWN_LINES = 5


@dataclass(frozen=True)
class Visit:
    """A member's last basket by a day, and what she bought on her next purchase day and within 28 days."""

    last: list[str]
    next: set[str]
    soon: set[str]

    def hits(self, offered: list[str]) -> tuple[bool, bool]:
        """Whether one of the articles was new to her and was bought: the next time, and within 28 days."""
        fresh = set(offered[:SUGGESTIONS]) - set(self.last)
        return bool(fresh & self.next), bool(fresh & self.soon)


def main() -> bool:
    """Judge; print a line a figure; return whether the rule is no worse than the floor."""
    sold = baskets()
    known = {sku: Article(sku, name, None, brand, category, _UNIT) for sku, name, brand, category in articles()}
    figures: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with fresh_app():
        import_directory(shared("complete-journey"), progress=Progress("offers", shown=False))
        for day in _DAYS:
            visits = _visits(sold, day)
            ways = {
                "offers": _by_rule(day, known),
                "most_bought": _most_bought(sold, day),
                "cosine": _cosine(sold, day),
            }
            for name, offer in ways.items():
                hits = [visit.hits(offer(visit.last[:_KNOWN_LINES])) for visit in visits]
                figures[name].append((fmean(one for one, _ in hits), fmean(both for _, both in hits)))
            print(json.dumps({"day": str(day), "members": len(visits)} | _last(figures)), file=sys.stderr)
    return all([_line("next", figures, 0), _line("28", figures, 1)])


def _last(figures: dict[str, list[tuple[float, float]]]) -> dict[str, list[float]]:
    return {name: [round(each, 3) for each in days[-1]] for name, days in figures.items()}


def _line(name: str, figures: dict[str, list[tuple[float, float]]], place: int) -> bool:
    value, floor = (fmean(day[place] for day in figures[which]) for which in ("offers", "most_bought"))
    ratio = value / floor
    return report(
        f"insight_offers_{name}", value=value, unit="", floor=floor, ratio=ratio, target=_TARGET, ok=ratio >= _TARGET
    )


def _visits(sold: list[Basket], day: date) -> list[Visit]:
    found = []
    for hers in by_member(sold).values():
        before = [each for each in hers if each.day <= day]
        after = [each for each in hers if each.day > day]
        if before and after:
            following = {sku for each in after if each.day == after[0].day for sku in each.skus}
            soon = {sku for each in after if each.day <= day + _WITHIN for sku in each.skus}
            found.append(Visit(before[-1].skus, following, soon))
    return found


def _by_rule(day: date, known: dict[str, Article]) -> Callable[[list[str]], list[str]]:
    db.session.rollback()
    rows = {whose.key: partners for whose, partners in counting.count(day).items()}
    db.session.rollback()

    def offer(last: list[str]) -> list[str]:
        pairings = {sku: rows.get(f"sku:{sku}", []) for sku in last}
        return [each.sku for each in suggest(Asked(last, unit=_UNIT), pairings, rows[f"unit:{_UNIT}"], known)]

    return offer


def _most_bought(sold: list[Basket], day: date) -> Callable[[list[str]], list[str]]:
    buyers = Counter(sku for _, sku in {(each.member, sku) for each in sold if each.day <= day for sku in each.skus})
    most = [sku for sku, _ in buyers.most_common(100)]
    return lambda last: [sku for sku in most if sku not in last][:SUGGESTIONS]


def _cosine(sold: list[Basket], day: date) -> Callable[[list[str]], list[str]]:
    """The articles whose buyers are most like those of the last basket, by the cosine."""
    bought = {(each.member, sku) for each in sold if each.day <= day for sku in each.skus}
    counts = Counter(sku for _, sku in bought)
    skus = [sku for sku, buyers in counts.items() if buyers >= counting.LEAST_MEMBERS]
    columns = {sku: place for place, sku in enumerate(skus)}
    rows = {member: place for place, member in enumerate(sorted({member for member, _ in bought}))}
    matrix = np.zeros((len(rows), len(skus)), dtype=np.float32)
    for member, sku in bought:
        if sku in columns:
            matrix[rows[member], columns[sku]] = 1
    matrix /= np.sqrt(matrix.sum(axis=0))

    def offer(last: list[str]) -> list[str]:
        places = [columns[sku] for sku in last if sku in columns]
        score = matrix.T @ matrix[:, places].sum(axis=1)
        score[places] = -1
        return [skus[place] for place in np.argsort(-score)[:SUGGESTIONS]]

    return offer


if __name__ == "__main__":
    raise SystemExit(not main())
