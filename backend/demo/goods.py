"""The invented assortment: brands that do not exist, articles with barcodes of a range that no maker has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from backend.demo.chance import dice, one_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random


_SHELVES = Path(__file__).with_name("assortment.json")
_PAIRS = Path(__file__).with_name("pairs.json")


@dataclass(frozen=True, slots=True)
class Article:
    """An article; `price` in minor units of its business unit's currency."""

    sku: str
    barcode: str
    name: str
    name_latin: str
    brand: str
    category: str
    price: int
    unit: str

    @property
    def own(self) -> str:
        """What it is called without its brand."""
        return self.name.removeprefix(f"{self.brand} ")


def assortment(seed: int) -> list[Article]:
    """Every article, always the same for a seed: each brand of a shelf makes each article of it."""
    chance = dice(seed, "goods")
    articles: list[Article] = []
    for shelf in orjson.loads(_SHELVES.read_bytes()):
        unit = shelf["business_unit"]
        for brand, brand_latin in shelf["brands"].items():
            for own, latin in shelf["articles"].items():
                number = len(articles) + 1
                articles.append(
                    Article(
                        sku=f"{unit}{number:05d}",
                        barcode=ean13(f"29{number:010d}"),
                        name=f"{brand} {own}",
                        name_latin=f"{brand_latin} {latin}",
                        brand=brand,
                        category=shelf["category"],
                        price=_price(chance, shelf["low"], shelf["high"], shelf["step"]),
                        unit=unit,
                    )
                )
    return articles


@dataclass(frozen=True, slots=True)
class Companions:
    """What some buy with an article, and what some buy the next time: {sku: article}."""

    together: dict[str, Article]
    next: dict[str, Article]


def companions(articles: Sequence[Article]) -> Companions:
    """Of the same brand where that makes it, otherwise the first of the unit that is called so."""
    pairs: dict[str, list[tuple[str, str]]] = orjson.loads(_PAIRS.read_bytes())
    return Companions(*(_partners(articles, dict(pairs[kind])) for kind in ("together", "next")))


def _partners(articles: Sequence[Article], pairs: dict[str, str]) -> dict[str, Article]:
    by_brand = {(article.unit, article.name): article for article in articles}
    first = {(article.unit, article.own): article for article in reversed(articles)}
    return {
        article.sku: by_brand.get((article.unit, f"{article.brand} {other}")) or first[article.unit, other]
        for article in articles
        if (other := pairs.get(article.own))
    }


def ean13(digits: str) -> str:
    """Twelve digits with the check digit of EAN-13. Those that begin with 2 are for use within shops (GS1)."""
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def _price(chance: Random, low: int, high: int, step: int) -> int:
    """A price from `low` to `high` in steps, more often low than high."""
    steps = (high - low) // step
    return low + step * int(steps * one_of(chance, (1.0, 0.6, 0.3)) * chance.random())
