"""A small run of texts on the database that the tests run on, and a judge that sees what is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.chaos.texts.judge import UNKNOWN_BY_ONE_KILL, Row, Seen, judge
from tests.chaos.texts.options import Options
from tests.chaos.texts.run import run

if TYPE_CHECKING:
    from pathlib import Path

ROW = Row("m1", "commercial", "delivered", None, "+821020000001", "본문")
KEY = (ROW.address, ROW.body)
ONCE = Seen(accepted={KEY: 1})


@pytest.mark.slow
def test_with_every_fault_and_killed_workers_no_advertisement_goes_twice(
    pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    database = str(pytestconfig.getoption("database"))
    options = Options(messages=120, kills=2, database=database, seed=20_261_123, web_processes=1, quiet=True)
    outcome = run(options, tmp_path)
    assert outcome.verdict.ok, outcome
    assert sum(outcome.states.values()) == 120
    assert set(outcome.calls) - {"taken", "refused", "listed", "list_broken"}, "no fault happened"


@pytest.mark.parametrize(
    ("change", "seen", "found"),
    [
        ({}, {"accepted": {KEY: 2}}, "doubled"),
        ({}, {"accepted": {}}, "lost"),
        ({"state": "queued"}, {}, "unsettled"),
        ({"state": "sending"}, {}, "unsettled"),
        ({"state": "accepted"}, {}, "unsettled"),
        ({"state": "skipped", "reason": "refused"}, {}, "imagined"),
        ({"state": "failed"}, {"accepted": {}}, "unexplained"),
        ({}, {"accepted": {KEY: 1, ("+821020000002", "x"): 1}}, "imagined"),
        ({}, {"left_by_kills": (3, UNKNOWN_BY_ONE_KILL + 1)}, "overdrawn"),
        ({"state": "unknown", "reason": "outcome_unknown"}, {"accepted": {}, "listed": {ROW.address: True}}, "stuck"),
    ],
)
def test_the_judge_sees_what_is_wrong(change: dict[str, Any], seen: dict[str, Any], found: str) -> None:
    verdict = judge([replace(ROW, **change)], replace(ONCE, **seen), expected=1, goes_again=True)
    assert {name for name, count in verdict.counts.items() if count} == {found}


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({}, {}),
        ({"purpose": "service"}, {"accepted": {KEY: 2}}),
        ({"state": "sent"}, {"unheard": frozenset({KEY})}),
        ({"state": "unknown", "reason": "outcome_unknown"}, {}),
        ({"state": "unknown", "reason": "outcome_unknown"}, {"accepted": {}, "listed": {ROW.address: False}}),
        ({"state": "failed", "reason": "landline"}, {"accepted": {}}),
        ({}, {"left_by_kills": (UNKNOWN_BY_ONE_KILL,)}),
    ],
)
def test_the_judge_lets_pass_what_is_right(change: dict[str, Any], seen: dict[str, Any]) -> None:
    assert judge([replace(ROW, **change)], replace(ONCE, **seen), expected=1, goes_again=True).ok


def test_the_judge_misses_a_message_that_is_gone() -> None:
    assert judge([ROW], ONCE, expected=2).lost
