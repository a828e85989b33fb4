"""What a relay is: the values that its settings are read into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.delivery import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: `body` is JSON with placeholders in its texts, `body_lms` takes its place in long texts."""

    method: str
    url: str
    headers: Mapping[str, str]
    format: str
    charset: str
    body: Any = None
    body_lms: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """HMAC over `signed` with the secret of that name; the result is the placeholder `{signature}` of headers."""

    algorithm: str
    encoding: str
    secret: str
    signed: str
    timestamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Where an answer says what, as dotted paths, and which codes mean what. `refused`: our word for each code."""

    reference: str | None
    code: str | None
    detail: str | None
    accepted: frozenset[str]
    throttled: frozenset[str]
    not_taken: frozenset[str]
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a report or an entry of a list says what: paths within one item, and what the relay's words mean."""

    items: str | None
    id: str | None
    reference: str | None
    status: str
    code: str | None
    states: Mapping[str, State]
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How a message is looked up by our own id."""

    request: Request
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """How a relay signs and words its reports. `answer` is what it wants to read when a report was taken."""

    format: str
    progress: Progress
    signing: Signing
    header: str
    prefix: str
    timestamp_header: str
    window_seconds: float
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A relay. `sender` is used where no number is registered for a business unit; `numbers`: national or e164."""

    name: str
    title: str
    sender: str | None
    numbers: str
    kinds: Mapping[str, str]
    purposes: Mapping[str, str]
    timeout: float
    allow_private: bool
    secrets: Mapping[str, str] = field(repr=False)
    send: Request
    signing: Signing | None
    answer: Answers
    find: Finding | None
    check: Request | None
    reports: Reporting | None
