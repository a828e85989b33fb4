"""Writing down what became of messages: the answers to calls, and what providers report later."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from backend import consent
from backend.core import audit, clock, events
from backend.core.bulk import update_rows
from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.delivery.channels import Accepted, Consequence, NotProcessed, Outcome, OutcomeUnknown, Outgoing, Refused
from backend.delivery.models import AddressBlock, Message, MessageAttempt, MessageReport
from backend.delivery.pacing import LOOKUP_AFTER, backoff
from backend.delivery.sending import judging
from backend.delivery.service import end
from backend.delivery.states import FINAL, State, advances
from backend.organization import BusinessUnit

if TYPE_CHECKING:
    from datetime import datetime

ATTEMPTS: Final = 12
"""Calls that were not processed before a message is given up: about an hour."""

_MESSAGES: Final = table_of(Message)
_CALLS: Final = table_of(MessageAttempt)
_UNDER_WAY: Final = (
    select(_MESSAGES.c.id, _MESSAGES.c.attempts, _MESSAGES.c.size, _MESSAGES.c.provider)
    .where(one_of(_MESSAGES.c.id, "ids"), _MESSAGES.c.state == State.SENDING.value)
    .with_for_update()
)

FAILURES_BEFORE_BLOCK: Final = 3
"""Messages to one address that ended the same hopeless way before no more are sent to it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """A finished call."""

    outgoing: Outgoing
    outcome: Outcome
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a provider told about a message. `state` is None for a status that says nothing about progress.

    `via` names the provider where there are several: none speaks for a message that another has.
    """

    message_id: str
    ref: str
    status: str
    state: State | None
    reason: str | None = None
    code: str | None = None
    consequence: Consequence | None = None
    raw: dict[str, Any]
    via: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEnded:
    """Published when a message that was handed over reaches an end."""

    message_id: str
    customer_id: str | None
    state: State
    reason: str | None


def record(results: list[Result]) -> None:
    """Write the outcomes of calls. One that a report has overtaken moves nothing back."""
    if not results:
        return
    for result in results:
        _publish_news(result.outcome)
    ids = _record_taken(results)
    if not ids:
        return
    results = [result for result in results if result.outgoing.id in ids]
    messages = {row.id: row for row in db.session.scalars(select(Message).where(Message.id.in_(ids)))}
    calls = db.session.scalars(select(MessageAttempt).where(MessageAttempt.message_id.in_(ids)))
    attempts = {(call.message_id, call.number): call for call in calls}
    for result in results:
        message = messages.get(result.outgoing.id)
        if message is not None:
            attempt = attempts.get((result.outgoing.id, result.outgoing.attempt))
            if attempt is not None:
                _complete(attempt, result)
            if message.attempts == result.outgoing.attempt:
                _apply(message, result)
    judging.judge(message for message in messages.values() if message.state == State.FAILED)


def _publish_news(outcome: Outcome) -> None:
    if not isinstance(outcome, OutcomeUnknown):
        for each in outcome.news:
            events.publish(each)


def _record_taken(results: list[Result]) -> set[str]:
    """Write those that were simply taken, without the ORM; return the ids of all others.

    Nearly all are: still `sending`, by this very call, and on their way at the provider. Two statements for all.
    """
    taken = {
        result.outgoing.id: (result, result.outcome)
        for result in results
        if isinstance(result.outcome, Accepted) and result.outcome.state is State.ACCEPTED
    }
    others = {result.outgoing.id for result in results} - set(taken)
    rows = db.session.execute(_UNDER_WAY, {"ids": list(taken)}).all() if taken else []
    simple = [(row, *taken[row.id]) for row in rows if row.attempts == taken[row.id][0].outgoing.attempt]
    others |= set(taken) - {row.id for row, _, _ in simple}
    update_rows(_MESSAGES, [_taken_values(*each) for each in simple], by=("id",))
    update_rows(_CALLS, [_call_values(result, outcome) for _, result, outcome in simple], by=("message_id", "number"))
    return others


def _taken_values(row: Any, result: Result, outcome: Accepted) -> dict[str, Any]:  # noqa: ANN401 - a row
    return {
        "id": row.id,
        "state": State.ACCEPTED.value,
        "reason": None,
        "lease_until": None,
        "due_at": None,
        "provider": outcome.via or row.provider,
        "provider_ref": outcome.ref,
        "size": outcome.size or row.size,
        "accepted_at": result.ended_at,
    }


def _call_values(result: Result, outcome: Accepted) -> dict[str, Any]:
    return {
        "message_id": result.outgoing.id,
        "number": result.outgoing.attempt,
        "ended_at": result.ended_at,
        "outcome": "accepted",
        "provider_ref": outcome.ref,
    }


def apply_report(report: Report) -> bool:
    """Keep a report and move its message on. False for a repetition; one on nobody's message is only kept."""
    if not _keep(report):
        return False
    message = db.session.get(Message, report.message_id, with_for_update=True)
    if message is None or message.provider_ref not in {None, report.ref} or _is_anothers(report):
        log.warning("report_without_message", message_id=report.message_id, ref=report.ref, status=report.status)
        return True
    message.provider_ref = report.ref
    message.provider = report.via or message.provider
    if report.state is not None and advances(State(message.state), report.state):
        message.provider_code = report.code
        move(message, report.state, reason=report.reason, now=clock.now())
        _draw_consequence(message, report.consequence, code=report.code)
        if report.state in {State.FAILED, State.UNDELIVERED}:
            judging.judge([message])
    return True


def _is_anothers(report: Report) -> bool:
    """Tell whether the reference belongs to another message: a reference is one message's for ever."""
    query = select(Message.id).where(Message.provider_ref == report.ref, Message.id != report.message_id)
    return db.session.scalar(query) is not None


def _keep(report: Report) -> bool:
    row = MessageReport(message_id=report.message_id, provider_ref=report.ref, status=report.status, raw=report.raw)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return False
    return True


def _complete(attempt: MessageAttempt, result: Result) -> None:
    outcome = result.outcome
    attempt.ended_at = result.ended_at
    attempt.outcome = _OUTCOME_NAMES[type(outcome)]
    if isinstance(outcome, Accepted):
        attempt.provider_ref = outcome.ref
    else:
        attempt.provider_code = outcome.code
        attempt.detail = (outcome.detail or "")[:400] or None


def _apply(message: Message, result: Result) -> None:
    outcome = result.outcome
    if isinstance(outcome, Accepted):
        message.provider_ref = outcome.ref
        message.provider = outcome.via or message.provider
        message.size = outcome.size or message.size
        if advances(State(message.state), outcome.state):
            move(message, outcome.state, reason=None, now=result.ended_at)
    elif message.state not in {State.SENDING, State.UNKNOWN}:
        return  # A report came first and knows better.
    elif isinstance(outcome, Refused):
        message.provider_code = outcome.code
        move(message, State.FAILED, reason=outcome.reason, now=result.ended_at)
        _draw_consequence(message, outcome.consequence, code=outcome.code)
    elif isinstance(outcome, NotProcessed):
        _put_back(message, outcome, now=result.ended_at)
    else:
        message.provider = outcome.via or message.provider
        message.state = State.UNKNOWN
        message.reason = "outcome_unknown"
        message.lease_until = None
        message.lookups = 0
        message.due_at = result.ended_at + LOOKUP_AFTER[0]


def _put_back(message: Message, outcome: NotProcessed, *, now: datetime) -> None:
    message.provider_code = outcome.code
    if message.attempts >= ATTEMPTS:
        move(message, State.FAILED, reason=outcome.reason, now=now)
        return
    wait = backoff(message.attempts, retry_after=outcome.retry_after, jitter=random.random())  # noqa: S311 - no secret
    message.state = State.HELD
    message.reason = outcome.reason
    message.due_at = now + wait
    message.lease_until = None


def move(message: Message, state: State, *, reason: str | None, now: datetime) -> None:
    """Write progress or an ending on the message; the ending is published."""
    message.lease_until = None
    message.due_at = None
    message.accepted_at = message.accepted_at or (now if state is not State.FAILED else None)
    if state in {State.SENT, State.DELIVERED}:
        message.sent_at = message.sent_at or now
    if state is State.DELIVERED:
        message.delivered_at = now
    if state not in FINAL:
        message.state = state
        message.reason = None
        return
    if state in {State.FAILED, State.UNDELIVERED}:
        # A provider's list says that it failed, and not why.
        reason = reason or "undeliverable"
    end(message, state, reason=reason, now=now)
    events.publish(MessageEnded(message_id=message.id, customer_id=message.customer_id, state=state, reason=reason))


def _draw_consequence(message: Message, consequence: Consequence | None, *, code: str | None) -> None:
    if consequence is None or message.address is None:
        return
    if consequence == "refusal":
        _note_refusal(message, code)
    elif consequence == "block" or _failures(message) >= FAILURES_BEFORE_BLOCK:
        _block(message, "bad", sender_id=None, code=code)


def _note_refusal(message: Message, code: str | None) -> None:
    """Write the refusal into the ledger, where a later grant can name it; without a customer, by the number."""
    if message.customer_id is None:
        _block(message, "refused", sender_id=message.sender_id, code=code)
        return
    sender = db.session.get(BusinessUnit, message.sender_id) if message.sender_id else None
    statement = {
        "purpose": "marketing",
        "channel": message.channel,
        "sender": sender.code if sender else None,
        "granted": False,
        "wording_version": "provider-opt-out",
        "occurred_at": clock.now(),
        "evidence": {"message": message.id, "provider_code": code, "provider_ref": message.provider_ref},
    }
    consent.record(message.customer_id, statement, acting_staff=audit.SYSTEM, store_id=None)


def _failures(message: Message) -> int:
    db.session.flush()
    query = select(func.count()).where(Message.address == message.address, Message.reason == message.reason)
    return db.session.scalar(query) or 0


def _block(message: Message, kind: str, *, sender_id: str | None, code: str | None) -> None:
    known = select(AddressBlock.id).where(
        AddressBlock.channel == message.channel,
        AddressBlock.address == message.address,
        AddressBlock.kind == kind,
        AddressBlock.sender_id.is_not_distinct_from(sender_id),
    )
    if db.session.scalar(known) is None:
        db.session.add(
            AddressBlock(
                channel=message.channel,
                address=message.address,
                kind=kind,
                sender_id=sender_id,
                message_id=message.id,
                provider_code=code,
            )
        )


_OUTCOME_NAMES: Final[dict[type[Any], str]] = {
    Accepted: "accepted",
    Refused: "refused",
    NotProcessed: "not_taken",
    OutcomeUnknown: "unknown",
}
