"""What the statements of a person add up to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.consent import reasons
from backend.consent.law_kr import reconfirm_by
from backend.consent.rules import ConsentState, Matter, Permission, Statement, marketing_state, matters, permission

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


NOW = _DAY + timedelta(days=100)
SMS, NIGHTLY = Matter("marketing", "sms", "unit"), Matter("marketing", "sms", "unit", night=True)
THIRD = {"purpose": "third_party", "channel": None, "recipient": "한빛카드"}


def plain(purpose: str, serial: str, **values: Any) -> Statement:
    """A statement about a purpose that has neither channel nor recipient."""
    return said(serial, purpose=purpose, channel=None, **values)


@pytest.mark.parametrize(
    ("statements", "matter", "reason", "entry"),
    [
        ([], SMS, "not_granted", None),
        ([said("1")], SMS, "granted", "1"),
        ([said("1"), said("2")], SMS, "granted", "2"),
        ([said("1")], NIGHTLY, "not_granted", None),
        ([said("1", night=True), said("2")], NIGHTLY, "granted", "1"),
        ([said("1"), refused("2")], SMS, "withdrawn", "2"),
        ([said("1"), refused("2")], NIGHTLY, "withdrawn", "2"),
        ([refused("2")], SMS, "refused", "2"),
        ([refused("2"), said("3")], SMS, "refused", "2"),
        ([refused("2"), said("3", lifts_id="2")], SMS, "granted", "3"),
        ([said("1"), refused("2", night=True)], SMS, "granted", "1"),
        ([said("1", night=True), refused("2", night=True)], NIGHTLY, "withdrawn", "2"),
        ([said("1"), refused("2", channel=None, sender_id=None)], SMS, "withdrawn", "2"),
        ([said("1", sender_id="another")], SMS, "not_granted", None),
        ([said("1", counts=False)], SMS, "guardian_needed", "1"),
        ([said("1"), said("2", counts=False)], SMS, "granted", "1"),
        ([refused("1"), said("2", lifts_id="1", counts=False)], SMS, "refused", "1"),
        ([plain("privacy", "1")], Matter("privacy"), "granted", "1"),
        ([plain("privacy", "1", sender_id="another")], Matter("privacy"), "granted", "1"),
        ([plain("profiling", "1"), plain("profiling", "2", granted=False)], Matter("profiling"), "withdrawn", "2"),
        ([plain("profiling", "1"), plain("privacy", "2", granted=False)], Matter("profiling"), "granted", "1"),
        ([plain("sensitive", "1", counts=False)], Matter("sensitive"), "guardian_needed", "1"),
        ([said("1", **THIRD)], Matter("third_party", recipient="한빛카드"), "granted", "1"),
        ([said("1", **THIRD)], Matter("third_party", recipient="다른 회사"), "not_granted", None),
        ([said("1", **THIRD)], Matter("third_party"), "not_granted", None),
        (
            [said("1", **THIRD), said("2", **THIRD | {"recipient": None}, granted=False)],
            Matter("third_party", recipient="한빛카드"),
            "withdrawn",
            "2",
        ),
    ],
)
def test_what_is_permitted_and_by_which_entry(
    statements: list[Statement], matter: Matter, reason: str, entry: str | None
) -> None:
    for order in (statements, statements[::-1]):
        found = permission(order, matter, now=NOW)
        assert (found.reason, found.entry_id) == (reason, entry)


def test_marketing_is_permitted_for_two_years_and_the_rest_until_it_is_withdrawn() -> None:
    since, until = _DAY + timedelta(days=1), datetime(2028, 1, 2, tzinfo=UTC)
    for statements, matter in (([said("1")], SMS), ([said("1", night=True)], NIGHTLY)):
        assert permission(statements, matter, now=until - timedelta(seconds=1)) == Permission(
            matter, "granted", "1", since, until
        )
        assert permission(statements, matter, now=until) == Permission(matter, "reconfirmation_due", "1", since, until)
    found = permission([plain("privacy", "1")], Matter("privacy"), now=until + timedelta(days=9_999))
    assert found == Permission(Matter("privacy"), "granted", "1", since)


def test_a_child_gets_no_marketing_whatever_was_granted_and_keeps_the_rest() -> None:
    assert permission([said("1")], SMS, now=NOW, child=True).reason == "under_14"
    assert permission([], SMS, now=NOW, child=True).reason == "under_14"
    assert permission([refused("1")], SMS, now=NOW, child=True).reason == "refused"
    assert permission([plain("privacy", "1")], Matter("privacy"), now=NOW, child=True).reason == "granted"


def test_a_buyer_may_be_written_to_for_six_months_but_neither_at_night_nor_after_a_refusal() -> None:
    deal = datetime(2026, 8, 31, tzinfo=UTC)
    until = datetime(2027, 2, 28, tzinfo=UTC)
    early = until - timedelta(seconds=1)
    assert permission([], SMS, now=early, deal_ended_at=deal) == Permission(SMS, "existing_customer", None, deal, until)
    assert permission([], SMS, now=until, deal_ended_at=deal).reason == "not_granted"
    assert permission([], NIGHTLY, now=early, deal_ended_at=deal).reason == "not_granted"
    assert permission([refused("1")], SMS, now=early, deal_ended_at=deal).reason == "refused"
    assert permission([], SMS, now=early, deal_ended_at=deal, child=True).reason == "under_14"


def test_every_refusal_that_stands_is_named_for_the_grants_that_lift_them() -> None:
    both = [refused("1", night=True), refused("2", channel=None)]
    assert permission(both, SMS, now=NOW).refusals == ("2",)
    assert permission(both, NIGHTLY, now=NOW).refusals == ("1", "2")


def test_all_matters_are_told_with_each_recipient_and_the_senders_asked_for() -> None:
    told = matters([said("1", **THIRD)], ["unit"])
    assert len(told) == 6 + 6
    assert Matter("third_party", recipient="한빛카드") in told
    assert Matter("abroad") in told


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    sentences = [reasons.reason_text(code, language) for code in reasons.CODES for language in ("ko", "en")]
    assert len(set(sentences)) == 2 * len(reasons.CODES)


ANYTHING = st.builds(
    lambda serial, night, granted, channel, sender, lifts, counts: said(
        str(serial), night=night, granted=granted, channel=channel, sender_id=sender, lifts_id=lifts, counts=counts
    ),
    st.integers(1, 9),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "sms", "push"]),
    st.sampled_from([None, "unit", "another"]),
    st.none() | st.integers(1, 9).map(str),
    st.booleans(),
)


@settings(deadline=None)
@given(st.lists(ANYTHING, max_size=8, unique_by=lambda each: each.id))
def test_what_is_shown_is_what_the_gate_goes_by(statements: list[Statement]) -> None:
    state = marketing_state(statements, channel="sms", sender_id="unit")
    day, night = (permission(statements, matter, now=NOW) for matter in (SMS, NIGHTLY))
    assert (day.allowed, night.allowed) == (state.granted, state.night)
    if state.granted_at is not None:
        assert day.until == reconfirm_by(state.granted_at)
    if state.refused:
        assert day.refusals[-1] == state.refusal_id
