"""How a customer's data is read, and how two edits meet."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from backend.customers.rules import Merge, is_network_card, masked_phone, merge_edit, normal, normal_phone

_PAYMENT_CARDS = json.loads(
    (Path(__file__).parent.parent / "contract" / "payment_cards.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("010-1234-5678", "+821012345678"),
        ("01012345678", "+821012345678"),
        ("+82 10 1234 5678", "+821012345678"),
        ("+82-010-1234-5678", "+821012345678"),
        ("02-123-4567", "+8221234567"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("+1 415 555 2671", "+14155552671"),
        ("hello", None),
        ("", None),
        ("+", None),
        ("99", None),
    ],
)
def test_phones_are_read_as_people_write_them(written: str, read: str | None) -> None:
    assert normal_phone(written) == read


@pytest.mark.parametrize("vector", _PAYMENT_CARDS, ids=lambda vector: vector["number"])
def test_the_number_of_a_payment_card_is_told_from_others(vector: dict[str, Any]) -> None:
    assert is_network_card(vector["number"]) is vector["payment"]


def test_a_masked_phone_shows_its_last_four() -> None:
    assert masked_phone("+821012345678") == "•••• 5678"
    assert masked_phone(None) is None


@pytest.mark.parametrize(
    ("value", "same"),
    [(" 김민지 ", "김민지"), (unicodedata.normalize("NFD", "김민지"), "김민지"), ("", None), (None, None), (3, 3)],
)
def test_values_are_compared_in_normal_form(value: Any, same: Any) -> None:
    assert normal(value) == same


@pytest.mark.parametrize(
    ("held", "seen", "wanted", "outcome"),
    [
        ("a", "a", "b", Merge(applied={"memo": "b"})),
        ("b", "a", "b", Merge()),
        ("c", "a", "b", Merge(conflicts={"memo": ("a", "b", "c")})),
        (None, None, "b", Merge(applied={"memo": "b"})),
        ("a", "a", None, Merge(applied={"memo": None})),
        (None, "a", "b", Merge(conflicts={"memo": ("a", "b", None)})),
        ("a", "a", "a", Merge()),
    ],
)
def test_an_edit_meets_what_the_server_holds(held: Any, seen: Any, wanted: Any, outcome: Merge) -> None:
    assert merge_edit({"memo": held}, {"memo": (seen, wanted)}) == outcome
