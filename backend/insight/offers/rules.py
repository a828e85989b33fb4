"""What to offer next to a basket, from facts that a tablet holds, too: `pwa/src/lib/offers` says the same.

`tests/contract/suggestions.json` holds both to it. Everything is a whole number; who asks reads the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from backend.insight.offers.tastes import likes, may_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SUGGESTIONS: Final = 3
"""So many are offered at most."""
STEADY: Final = 20
"""Thousandths: two of the hundredths that people are told."""


class Kind(IntEnum):
    """Why an article stands in a row of pairings."""

    TOGETHER = 0
    NEXT = 1
    POPULAR = 2


class Partner(NamedTuple):
    """What goes with an article: `share` of its buyers in thousandths, `lift` in hundredths, counted from `members`."""

    sku: str
    kind: int
    share: int
    lift: int
    members: int


def says_the_same(known: Sequence[Sequence[Any]], counted: Sequence[Sequence[Any]]) -> bool:
    """Whether a row of partners may stay as it is: the same ones, none of whose shares moved by more than `STEADY`.

    Counts move a little every night, and every row would go to every tablet for it.
    """
    before, after = ({(sku, kind): share for sku, kind, share, *_ in each} for each in (known, counted))
    return before.keys() == after.keys() and all(abs(after[each] - before[each]) <= STEADY for each in after)


class Article(NamedTuple):
    """What of an article decides; `unit` is the code of the business unit that alone sells it."""

    sku: str
    name: str
    name_latin: str | None
    brand: str | None
    category: str | None
    unit: str | None

    @property
    def words(self) -> str:
        """All that it is called."""
        return " ".join(filter(None, (self.name, self.name_latin, self.brand, self.category)))


@dataclass(frozen=True)
class Asked:
    """For whom. `basket`: the articles of her last purchase, or where `now`, of the one that is being made.

    `preferences` are (kind, value); `unit` is where it would be sold. `barred` are categories that an allergy rules out
    (see `barred_by`).
    """

    basket: Sequence[str]
    now: bool = False
    preferences: Sequence[tuple[str, str]] = ()
    unit: str | None = None
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Suggestion:
    """An article with its reason: a code, and what is told with it.

    `together`, `next`: `of` is the article of the basket, `share` in thousandths. `liked`: `value` is the preference.
    `popular`: nothing.
    """

    sku: str
    reason: dict[str, Any]


@dataclass(frozen=True)
class _Candidate:
    article: Article
    score: int
    reason: dict[str, Any]
    liked: str | None


# She who buys now is offered what goes with it. For a later visit what is bought next says four times as much as what
# is bought with it (the figures are in the README); what everybody buys competes by the share of everybody's days.
_WEIGHTS: Final[dict[bool, dict[int, int]]] = {
    True: {Kind.TOGETHER: 1},
    False: {Kind.NEXT: 4, Kind.TOGETHER: 1, Kind.POPULAR: 4},
}
_CODES: Final = {Kind.TOGETHER: "together", Kind.NEXT: "next", Kind.POPULAR: "popular"}


def barred_by(preferences: Iterable[tuple[str, str]], articles: Iterable[Article]) -> frozenset[str]:
    """The categories of all articles that an allergy may mean: what is made beside them is not offered, either."""
    allergies = [value for kind, value in preferences if kind == "allergy"]
    if not allergies:
        return frozenset()
    return frozenset(
        article.category
        for article in articles
        if article.category and any(may_mean(value, article.words) for value in allergies)
    )


def suggest(
    asked: Asked,
    pairings: Mapping[str, Sequence[Partner]],
    popular: Sequence[Partner],
    articles: Mapping[str, Article],
) -> list[Suggestion]:
    """At most three articles that are not in the basket, of different categories where there are such.

    `pairings` of the articles in the basket, `popular` of the unit, `articles` for whatever these name: one that is
    missing is sold no more. What she likes comes first, then the likeliest.
    """
    found = _candidates(asked, pairings, popular, articles)
    found.sort(key=lambda each: (each.liked is None, -each.score, each.article.sku))
    chosen: list[_Candidate] = []
    categories: set[str] = set()
    for each in found:
        if each.article.category not in categories:
            chosen.append(each)
            categories.update(filter(None, [each.article.category]))
    chosen = (chosen + [each for each in found if each not in chosen])[:SUGGESTIONS]
    return [Suggestion(each.article.sku, each.reason) for each in chosen]


def _candidates(
    asked: Asked,
    pairings: Mapping[str, Sequence[Partner]],
    popular: Sequence[Partner],
    articles: Mapping[str, Article],
) -> list[_Candidate]:
    """Each article once, for its strongest reason; that everybody buys it is told only where nothing else is."""
    weights = _WEIGHTS[asked.now]
    best: dict[str, tuple[int, dict[str, Any]]] = {}
    for of in asked.basket:
        for sku, kind, share, _, _ in pairings.get(of, ()):
            score = share * weights.get(kind, 0)
            if score > best.get(sku, (0,))[0]:
                best[sku] = score, {"code": _CODES[Kind(kind)], "of": of, "share": share}
    for sku, kind, share, _, _ in popular:
        score = share * weights.get(kind, 0)
        known, reason = best.get(sku, (0, {"code": _CODES[Kind.POPULAR]}))
        if score > known:
            best[sku] = score, reason
    return [
        _Candidate(articles[sku], score, {"code": "liked", "value": liked} if liked else reason, liked)
        for sku, (score, reason) in best.items()
        if sku not in asked.basket and sku in articles and _may_offer(articles[sku], asked)
        for liked in [_liked(articles[sku], asked)]
    ]


def _may_offer(article: Article, asked: Asked) -> bool:
    if asked.unit is not None and article.unit not in {None, asked.unit}:
        return False
    if article.category in asked.barred:
        return False
    return not any(
        may_mean(value, article.words) for kind, value in asked.preferences if kind in {"dislike", "allergy"}
    )


def _liked(article: Article, asked: Asked) -> str | None:
    """The first preference that names it."""
    return next((value for kind, value in asked.preferences if kind == "like" and likes(value, article.words)), None)
