"""The ledger and the gate together: whatever is said in whatever order, a refusal holds until a grant names it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.consent.rules import Statement, marketing_state
from backend.delivery.rules import Allowed, may_contact
from tests.delivery.test_gate import BASE, NOON


@dataclass(frozen=True)
class Said:
    """One drawn statement. `names` picks one of the earlier refusals that a grant lifts, if there is any."""

    granted: bool
    night: bool
    channel: str | None
    sender: str | None
    names: int | None
    hours_ago: int


SAID = st.builds(
    Said,
    granted=st.booleans(),
    night=st.booleans(),
    channel=st.sampled_from([None, "sms", "push"]),
    sender=st.sampled_from([None, "haneul", "hotel"]),
    names=st.none() | st.integers(0, 5),
    hours_ago=st.integers(1, 400 * 24),
)


def ledger(said: list[Said]) -> list[Statement]:
    """Write down what was said, in this order, whatever its clocks say."""
    numbers = count(1)
    lines: list[Statement] = []
    for each in said:
        refusals = [line.id for line in lines if not line.granted]
        names = refusals[each.names % len(refusals)] if each.granted and each.names is not None and refusals else None
        lines.append(
            Statement(
                id=f"{next(numbers):03}",
                purpose="marketing",
                channel=each.channel,
                sender_id=each.sender,
                night=each.night,
                granted=each.granted,
                lifts_id=names,
                occurred_at=NOON - timedelta(hours=each.hours_ago),
            )
        )
    return lines


@settings(deadline=None)
@given(st.lists(SAID, max_size=12))
def test_nothing_passes_after_a_refusal_that_no_later_grant_names(said: list[Said]) -> None:
    lines = ledger(said)
    state = marketing_state(lines, channel="sms", sender_id="haneul")
    verdict = may_contact("sms", replace(BASE, consent=state))
    standing = [
        line
        for line in lines
        if not line.granted
        and not line.night
        and line.channel in {None, "sms"}
        and line.sender_id in {None, "haneul"}
        and line.id not in {grant.lifts_id for grant in lines if grant.granted}
    ]
    if standing:
        assert not isinstance(verdict, Allowed)
    if isinstance(verdict, Allowed):
        assert any(line.granted and line.channel == "sms" and line.sender_id == "haneul" for line in lines)
