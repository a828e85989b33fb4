"""What the statements of a person add up to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from backend.consent import law_kr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

PURPOSES = ("privacy", "marketing", "profiling", "third_party", "abroad", "sensitive", "unique_identifier")
CHANNELS = ("sms", "push", "call")
WITH_RECIPIENT = ("third_party", "abroad")
"""Purposes that are agreed to for one recipient at a time."""


class Statement(NamedTuple):
    """One line of the ledger, as far as the state depends on it.

    `counts` is false for a grant that a child gave without her guardian: it is kept, and permits nothing.
    """

    id: str
    purpose: str
    channel: str | None
    sender_id: str | None
    night: bool
    granted: bool
    lifts_id: str | None
    occurred_at: datetime
    recipient: str | None = None
    counts: bool = True


@dataclass(frozen=True)
class Matter:
    """What is asked about. Marketing has a channel and a legal sender, some purposes a recipient, the rest nothing."""

    purpose: str
    channel: str | None = None
    sender_id: str | None = None
    recipient: str | None = None
    night: bool = False


class ConsentState(NamedTuple):
    """What stands: `granted` by day, `night` too, or `refused` by `refusal_id`, which wins over everything.

    `granted_at`, when it was granted or last confirmed, starts two years.
    """

    granted: bool
    night: bool = False
    refused: bool = False
    granted_at: datetime | None = None
    refusal_id: str | None = None


@dataclass(frozen=True)
class Permission:
    """Whether one matter is permitted at a moment, and why: `reason` is a code of `reasons`.

    `since` is when `entry_id` was said, which is what permits or forbids it; `until` ends a permission. `refusals` are
    those that stand: a new grant lifts one by naming it.
    """

    matter: Matter
    reason: str
    entry_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    refusals: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether it is permitted."""
        return self.reason in {"granted", "existing_customer"}


SILENT = ConsentState(granted=False)
"""Of who never said anything about it."""


@dataclass(frozen=True)
class _Weighed:
    """The refusals that stand and the grants that count, each in the order in which they were said."""

    refusals: tuple[Statement, ...]
    grants: tuple[Statement, ...]
    void: tuple[Statement, ...]


def marketing_state(said: Sequence[Statement], *, channel: str, sender_id: str) -> ConsentState:
    """The state of marketing on `channel` by the legal sender `sender_id`.

    A refusal stands until a grant names it, whatever the clocks say. One without a channel or sender refuses them all;
    one for the night leaves the day.
    """
    if len(said) == 1:
        return _state_of_one(said[0], channel, sender_id)
    weighed = _weigh(said, Matter("marketing", channel, sender_id))
    by_day = [each for each in weighed.refusals if not each.night]
    if by_day or not weighed.grants:
        return ConsentState(granted=False, refused=bool(by_day), refusal_id=by_day[-1].id if by_day else None)
    night = any(each.night for each in weighed.grants) and not weighed.refusals
    newest = weighed.grants[-1].occurred_at
    return ConsentState(granted=True, night=night, granted_at=newest)


def _state_of_one(said: Statement, channel: str, sender_id: str) -> ConsentState:
    """The same of the one thing that most people ever said, without weighing it against anything."""
    if said.purpose != "marketing":
        return SILENT
    meant = said.channel == channel and said.sender_id == sender_id
    if said.granted:
        granted = meant and said.counts
        return ConsentState(granted=True, night=said.night, granted_at=said.occurred_at) if granted else SILENT
    all_meant = said.channel in {None, channel} and said.sender_id in {None, sender_id}
    if all_meant and not said.night:
        return ConsentState(granted=False, refused=True, refusal_id=said.id)
    return SILENT


def permission(
    statements: Iterable[Statement],
    matter: Matter,
    *,
    now: datetime,
    child: bool = False,
    deal_ended_at: datetime | None = None,
) -> Permission:
    """Whether `matter` is permitted at `now`, as the gate decides it.

    `child`: she is under 14 today, and gets no marketing whatever was granted. `deal_ended_at`: of her last deal with
    the sender, given only where that one relies on the exception for existing customers.
    """
    weighed = _weigh(statements, matter)
    refusals = [each for each in weighed.refusals if matter.night or not each.night]
    grants = [each for each in weighed.grants if each.night or not matter.night]
    standing = tuple(each.id for each in refusals)
    if refusals:
        said_yes = any(_order(each) < _order(refusals[-1]) for each in weighed.grants)
        reason = "withdrawn" if said_yes else "refused"
        return Permission(matter, reason, refusals[-1].id, refusals[-1].occurred_at, refusals=standing)
    if matter.purpose == "marketing" and child:
        return Permission(matter, "under_14")
    if not grants:
        return _without_grant(matter, weighed, now=now, deal_ended_at=deal_ended_at)
    since = grants[-1].occurred_at
    if matter.purpose != "marketing":
        return Permission(matter, "granted", grants[-1].id, since)
    until = law_kr.reconfirm_by(weighed.grants[-1].occurred_at)
    if now >= until:
        return Permission(matter, "reconfirmation_due", grants[-1].id, since, until)
    return Permission(matter, "granted", grants[-1].id, since, until)


def matters(statements: Iterable[Statement], senders: Iterable[str]) -> list[Matter]:
    """Everything to tell of a person: each purpose, with every recipient named so far, and marketing by `senders`."""
    said = list(statements)
    found: list[Matter] = []
    for purpose in PURPOSES:
        if purpose == "marketing":
            found += [
                Matter(purpose, channel, sender, night=night)
                for sender in senders
                for channel in CHANNELS
                for night in (False, True)
            ]
        elif purpose in WITH_RECIPIENT:
            named = {each.recipient for each in said if each.purpose == purpose and each.recipient}
            found += [Matter(purpose, recipient=each) for each in sorted(named)] or [Matter(purpose)]
        else:
            found.append(Matter(purpose))
    return found


def _without_grant(matter: Matter, weighed: _Weighed, *, now: datetime, deal_ended_at: datetime | None) -> Permission:
    if matter.purpose == "marketing" and not matter.night and deal_ended_at is not None:
        until = law_kr.existing_customer_until(deal_ended_at)
        if now < until:
            return Permission(matter, "existing_customer", since=deal_ended_at, until=until)
    if weighed.void:
        return Permission(matter, "guardian_needed", weighed.void[-1].id, weighed.void[-1].occurred_at)
    return Permission(matter, "not_granted")


def _weigh(statements: Iterable[Statement], matter: Matter) -> _Weighed:
    about = sorted((each for each in statements if _concerns(each, matter)), key=_order)
    lifted = {each.lifts_id for each in about if each.granted and each.counts}
    given = [each for each in about if each.granted and _is_for(each, matter)]
    return _Weighed(
        tuple(each for each in about if not each.granted and each.id not in lifted),
        tuple(each for each in given if each.counts),
        tuple(each for each in given if not each.counts),
    )


def _concerns(statement: Statement, matter: Matter) -> bool:
    """Whether the statement says anything on the matter; one that names no channel, sender or recipient means all."""
    if statement.purpose != matter.purpose:
        return False
    if matter.purpose == "marketing":
        return statement.channel in {None, matter.channel} and statement.sender_id in {None, matter.sender_id}
    return matter.purpose not in WITH_RECIPIENT or statement.recipient in {None, matter.recipient}


def _is_for(grant: Statement, matter: Matter) -> bool:
    """Whether a grant that concerns the matter is for exactly that: nobody agrees to what is not named."""
    if matter.purpose == "marketing":
        return grant.channel == matter.channel and grant.sender_id == matter.sender_id
    return matter.purpose not in WITH_RECIPIENT or grant.recipient == matter.recipient


def _order(statement: Statement) -> tuple[datetime, str]:
    return statement.occurred_at, statement.id
