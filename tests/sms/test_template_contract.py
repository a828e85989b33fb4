"""The vectors that the tablet's preview of a template is held to as well (pwa/src/floor/texts/liquid.test.ts)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sms import liquid_text
from sms.variants import reading_order

VECTORS = json.loads((Path(__file__).parents[1] / "contract" / "templates.json").read_text())


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["body"]))
def test_a_body_is_written_on_values(case: dict[str, Any]) -> None:
    if "empty" in case:
        with pytest.raises(liquid_text.EmptyField) as found:
            liquid_text.render(case["body"], case["values"])
        assert found.value.name.split(", ") == case["empty"]
    else:
        assert liquid_text.render(case["body"], case["values"]) == case["text"]


@pytest.mark.parametrize("case", VECTORS["reading_order"])
def test_languages_are_tried_in_order(case: dict[str, Any]) -> None:
    assert list(reading_order(case["reader"])) == case["order"]
