"""What the statements of a person add up to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.consent.rules import ConsentState, Statement, marketing_state

_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def said(serial: str, **values: Any) -> Statement:
    """A statement about texts by `unit`, a day later for each serial."""
    plain: dict[str, Any] = {
        "purpose": "marketing",
        "channel": "sms",
        "sender_id": "unit",
        "night": False,
        "granted": True,
        "lifts_id": None,
        "occurred_at": _DAY + timedelta(days=int(serial)),
    }
    return Statement(id=serial, **(plain | values))


def refused(serial: str, **values: Any) -> Statement:
    """A refusal or withdrawal."""
    return said(serial, granted=False, **values)


GRANTED = "granted"
NIGHT = "night"
REFUSED = "refused"
NOTHING = "nothing"


@pytest.mark.parametrize(
    ("statements", "stands"),
    [
        ([], NOTHING),
        ([said("1")], GRANTED),
        ([said("1", night=True)], NIGHT),
        ([said("1"), said("2", night=True)], NIGHT),
        ([said("1"), refused("2")], REFUSED),
        ([refused("1"), said("2")], REFUSED),
        ([refused("1"), said("2", lifts_id="1")], GRANTED),
        ([refused("1"), refused("2"), said("3", lifts_id="1")], REFUSED),
        ([refused("1"), refused("2"), said("3", lifts_id="1"), said("4", lifts_id="2")], GRANTED),
        ([said("3", lifts_id="5"), refused("5")], GRANTED),
        ([said("1", night=True), refused("2", night=True)], GRANTED),
        ([said("1", night=True), refused("2", night=True), said("3", night=True, lifts_id="2")], NIGHT),
        ([said("1"), refused("2", channel=None)], REFUSED),
        ([said("1"), refused("2", sender_id=None)], REFUSED),
        ([said("1"), refused("2", channel="call")], GRANTED),
        ([said("1"), refused("2", sender_id="another")], GRANTED),
        ([said("1", channel="push")], NOTHING),
        ([said("1", sender_id="another")], NOTHING),
        ([said("1", purpose="profiling")], NOTHING),
        ([said("1"), refused("2", purpose="profiling")], GRANTED),
    ],
)
def test_what_stands_after_what_was_said(statements: list[Statement], stands: str) -> None:
    for order in (statements, statements[::-1]):
        state = marketing_state(order, channel="sms", sender_id="unit")
        assert (state.granted, state.night, state.refused) == (
            stands in {GRANTED, NIGHT},
            stands == NIGHT,
            stands == REFUSED,
        )


def test_a_refusal_names_itself_for_the_grant_that_lifts_it() -> None:
    state = marketing_state([said("1"), refused("2"), refused("3")], channel="sms", sender_id="unit")
    assert state.refusal_id == "3"


def test_the_two_years_run_from_the_newest_grant() -> None:
    state = marketing_state([said("1"), said("9")], channel="sms", sender_id="unit")
    assert state == ConsentState(
        granted=True, night=False, refused=False, granted_at=_DAY + timedelta(days=9), refusal_id=None
    )
