"""Judging what a relay answers: only what is certain is called so. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from backend.delivery import Accepted, NotProcessed, OutcomeUnknown, Refused, State
from sms.providers.meanings import MEANINGS
from sms.providers.relay.placeholders import at, word_at

if TYPE_CHECKING:
    from backend.delivery import Lookup, Outcome
    from sms.providers.relay.shapes import Answers, Progress, Relay

LONGEST_REFERENCE: Final = 58
"""With the relay's name before it, it has to fit where references are kept."""

_OK: Final = range(200, 300)
_REFUSING: Final = range(400, 500)
_TOO_MANY: Final = 429
# Some middle-man gave up waiting for the request, or for the answer.
_LOST: Final = frozenset({408, 499})
# Unknown credentials, no such address, not asked like this.
_NOT_SET_UP: Final = frozenset({401, 403, 404, 405, 415})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `body` is None when it was too large to be an answer; `wait` is its Retry-After in seconds."""

    status: int
    body: bytes | None
    wait: float | None = None

    def read(self) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Return the JSON, None when there is none."""
        try:
            return json.loads(self.body or b"")
        except (ValueError, RecursionError):
            return None


def outcome_of(relay: Relay, answer: Answer, own_id: str) -> Outcome:
    """Judge the answer to a message that was handed over.

    The code decides where the relay has codes, but never against a server's error: 5xx, a redirect, an answer that
    cannot be read and a code that nobody knows say nothing about the message.
    """
    rules, read = relay.answer, answer.read()
    code, detail = word_at(read, rules.code), _detail(answer, read, rules)
    if answer.status not in {*_OK, *_REFUSING} - _LOST:
        return OutcomeUnknown(code=_short(code), detail=detail)
    if code in rules.throttled or (answer.status == _TOO_MANY and code not in rules.refused):
        return NotProcessed(reason="throttled", code=_short(code), detail=detail, retry_after=answer.wait)
    if code in rules.not_taken:
        return NotProcessed(reason="provider_unreachable", code=_short(code), detail=detail, retry_after=answer.wait)
    if code is not None and code in rules.refused:
        return _refused(rules.refused[code], code, detail)
    if answer.status in _REFUSING:
        return _refused("configuration" if answer.status in _NOT_SET_UP else "provider_refused", code, detail)
    return _accepted(relay, read, code, own_id) or OutcomeUnknown(code=_short(code), detail=detail)


def reference(relay: Relay, text: str) -> str | None:
    """Write a relay's reference so that it is no other relay's; None when it is too long to be one."""
    return f"{relay.name}:{text}" if len(text) <= LONGEST_REFERENCE else None


def found_in(relay: Relay, progress: Progress, answer: Answer, lookup: Lookup) -> Accepted | None:
    """Look for our own id in an answer that lists messages; None when it is not there."""
    if answer.status not in _OK:
        return None
    for item in items_of(progress, answer.read()):
        if word_at(item, progress.id) != lookup.id:
            continue
        ref = reference(relay, word_at(item, progress.reference) or lookup.id)
        if ref is not None and ref not in lookup.known_refs:
            state = progress.states.get(word_at(item, progress.status) or "", State.ACCEPTED)
            return Accepted(ref=ref, state=state)
    return None


def items_of(progress: Progress, read: object) -> list[object]:
    """Return what an answer or report lists; without a path the whole is one item."""
    if progress.items is None:
        return read if isinstance(read, list) else [read]
    found = at(read, progress.items)
    return found if isinstance(found, list) else []


def _accepted(relay: Relay, read: object, code: str | None, own_id: str) -> Accepted | None:
    rules = relay.answer
    if read is None or (rules.code is not None and code not in rules.accepted):
        return None
    given = own_id if rules.reference is None else word_at(read, rules.reference)
    ref = None if given is None else reference(relay, given)
    return None if ref is None else Accepted(ref=ref, size=1)


def _refused(meaning: str, code: str | None, detail: str) -> Refused:
    means = MEANINGS[meaning]
    return Refused(reason=means.reason, code=_short(code), detail=detail, consequence=means.consequence)


def _detail(answer: Answer, read: object, rules: Answers) -> str:
    said = word_at(read, rules.detail)
    return f"HTTP {answer.status}" + (f": {said}" if said else "")


def _short(code: str | None) -> str | None:
    return code[:20] if code else None
