"""A member's state follows from whole numbers alike on the server and on tablets."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.insight.rules import STATES, Rhythm

_CASES = json.loads((Path(__file__).resolve().parents[1] / "contract" / "member_states.json").read_text("utf-8"))
TODAY = date(2026, 11, 21)


def _rhythm(case: dict[str, Any]) -> Rhythm:
    last_on = None if case["last_on"] is None else date.fromisoformat(case["last_on"])
    return Rhythm(last_on, case["gap"], case["purchase_days"], case["cycle_twice"])


@pytest.mark.parametrize("case", _CASES["cases"], ids=lambda case: case["about"])
def test_vector(case: dict[str, Any]) -> None:
    rhythm, today = _rhythm(case), date.fromisoformat(case["today"])
    assert rhythm.state(today) == case["state"]
    assert (None if rhythm.expected_on is None else rhythm.expected_on.isoformat()) == case["expected_on"]
    assert rhythm.days_late(today) == case["days_late"]


def test_the_vectors_have_every_state() -> None:
    assert {case["state"] for case in _CASES["cases"]} == set(STATES)


@given(silence=st.integers(0, 2_000), twice=st.integers(1, 800), gap=st.integers(1, 800))
def test_silence_only_ever_moves_a_member_on(silence: int, twice: int, gap: int) -> None:
    rhythm = Rhythm(TODAY - timedelta(days=silence), gap, 9, twice)
    order = ("back", "active", "due", "late", "lapsed")
    now, tomorrow = rhythm.state(TODAY), rhythm.state(TODAY + timedelta(days=1))
    assert order.index(now) <= order.index(tomorrow)


@given(silence=st.integers(0, 400), twice=st.integers(2, 300))
def test_whoever_is_late_has_an_expected_day_that_is_over(silence: int, twice: int) -> None:
    rhythm = Rhythm(TODAY - timedelta(days=silence), 20, 9, twice)
    late = rhythm.days_late(TODAY)
    assert rhythm.expected_on is not None
    assert late == (TODAY - rhythm.expected_on).days
    if rhythm.state(TODAY) in {"late", "lapsed"}:
        assert late > 0
