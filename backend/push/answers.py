"""What push services answer, and what that makes of a message. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from backend.delivery import Accepted, NotProcessed, Refused, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.delivery import Outcome

Said = Literal["took", "gone", "wait", "too_large", "refused"]

GONE: Final = frozenset({404, 410})
TOO_LARGE: Final = 413
TOO_MANY: Final = 429
_SERVER_ERRORS: Final = 500
_REFUSES_US: Final = frozenset({401, 403})
UNASKED_WAIT: Final = 30.0
"""Seconds to wait where a service that is busy does not say how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one push service said for one browser. `wait` is in seconds, `reason` a code of `delivery.reasons`."""

    subscription_id: str
    service: str
    said: Said
    reason: str | None = None
    code: str | None = None
    wait: float | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Published when it is written down what became of a message: for which browsers, and what to do about them."""

    message_id: str
    answers: tuple[Answer, ...]


def said_by(status: int) -> tuple[Said, str | None]:
    """Return what an HTTP status means, with its reason. Redirects are followed nowhere: they are refusals."""
    if status // 100 == 2:  # noqa: PLR2004 - HTTP's good ones
        return "took", None
    if status in GONE:
        return "gone", "push_gone"
    if status == TOO_LARGE:
        return "too_large", "push_too_large"
    if status == TOO_MANY or status >= _SERVER_ERRORS:
        return "wait", "push_busy"
    return "refused", "push_keys_refused" if status in _REFUSES_US else "push_refused"


def outcome_of(message_id: str, attempt: int, answers: Sequence[Answer], *, told: bool, wait: float | None) -> Outcome:
    """Return what became of a message that went to several browsers.

    Whoever has to wait is asked again, without those that took it; `wait` is of those that were not asked at all.
    `told`: some took it at an earlier attempt.
    """
    news = (Told(message_id, tuple(answers)),) if answers else ()
    waits = [answer for answer in answers if answer.said == "wait"]
    if waits or wait is not None:
        longest = max([each.wait or UNASKED_WAIT for each in waits] + ([wait] if wait is not None else []))
        reason = waits[0].reason if waits else None
        code = waits[0].code if waits else None
        return NotProcessed(reason=reason or "push_busy", retry_after=longest, code=code, news=news)
    if told or any(answer.said == "took" for answer in answers):
        return Accepted(ref=f"push:{message_id}:{attempt}", state=State.SENT, news=news)
    refusal = next((answer for answer in answers if answer.said != "gone"), None)
    if refusal is None:
        return Refused(reason="no_device", news=news)
    return Refused(reason=refusal.reason or "push_refused", code=refusal.code, detail=refusal.detail, news=news)
