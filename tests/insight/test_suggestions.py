"""The rule by which articles are offered, held to the vectors that the tablet is held to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backend.insight.offers.rules import Article, Asked, Partner, barred_by, suggest
from backend.insight.offers.tastes import likes, may_mean

VECTORS = json.loads((Path(__file__).resolve().parents[1] / "contract" / "suggestions.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS["tastes"], ids=lambda case: f"{case['value']} / {case['named']}")
def test_words_of_a_preference_mean_an_article(case: dict[str, Any]) -> None:
    assert may_mean(case["value"], case["named"]) is case["may_mean"]
    assert likes(case["value"], case["named"]) is case["likes"]


@pytest.mark.parametrize("case", VECTORS["suggestions"], ids=lambda case: case["name"])
def test_what_is_offered(case: dict[str, Any]) -> None:
    articles = [Article(*each) for each in case.get("articles", VECTORS["articles"])]
    wishes = tuple((kind, value) for kind, value in case["asked"].get("preferences", ()))
    asked = Asked(**case["asked"] | {"preferences": wishes, "barred": barred_by(wishes, articles)})
    pairings = {sku: [Partner(*each) for each in partners] for sku, partners in case["pairings"].items()}
    popular = [Partner(*each) for each in case["popular"]]
    found = suggest(asked, pairings, popular, {each.sku: each for each in articles})
    assert [{"sku": each.sku, "reason": each.reason} for each in found] == case["suggested"]
