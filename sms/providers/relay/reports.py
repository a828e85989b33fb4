"""Reading what a relay tells later: whether it may be believed, and what it says. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from backend.core.errors import Forbidden, ValidationFailed
from backend.delivery import State
from sms.providers.meanings import MEANINGS, Meaning
from sms.providers.relay.answers import items_of, reference
from sms.providers.relay.placeholders import word_at
from sms.providers.relay.signing import is_right, moment, signature

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sms.providers.relay.shapes import Progress, Relay, Reporting

MOST_ITEMS: Final = 1_000
_LONGEST_WORD: Final = 20
_LONGEST_RAW: Final = 1_000
_MOST_FIELDS: Final = 50
_ENDED: Final = frozenset({State.UNDELIVERED, State.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that a relay told. `message_id` is ours; where the relay keeps none, its reference says which."""

    message_id: str | None
    ref: str | None
    status: str
    state: State | None
    code: str | None
    meaning: Meaning | None
    raw: dict[str, Any] = field(repr=False)


def verify(relay: Relay, reporting: Reporting, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
    """Raise `Forbidden` unless the relay signed this very body within the window around now."""
    named = {name.lower(): value for name, value in headers.items()}
    timestamp, given = (named.get(each.lower(), "") for each in (reporting.timestamp_header, reporting.header))
    when = moment(timestamp)
    if when is None or abs((now - when).total_seconds()) > reporting.window_seconds:
        raise Forbidden
    expected = reporting.prefix + signature(reporting.signing, relay.secrets, {"timestamp": timestamp}, body)
    if not is_right(reporting.signing, given, expected):
        raise Forbidden


def read(relay: Relay, reporting: Reporting, body: bytes) -> tuple[list[Told], dict[str, list[str]]]:
    """Return what was told, and the mistakes by field of what cannot be read. Raises `ValidationFailed`."""
    items = items_of(reporting.progress, _parsed(reporting, body))
    if not 0 < len(items) <= MOST_ITEMS:
        raise ValidationFailed({"body": [f"Give one to {MOST_ITEMS} reports."]})
    told, mistakes = [], {}
    for place, item in enumerate(items):
        missing = _missing(reporting.progress, item)
        if missing:
            mistakes[f"items.{place}.{missing}"] = ["This is missing or no text."]
        else:
            told.append(_told(relay, reporting.progress, item))
    return told, mistakes


def _parsed(reporting: Reporting, body: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        if reporting.format == "form":
            return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ValidationFailed({"body": [f"This is no {reporting.format}."]}) from None


def _missing(progress: Progress, item: object) -> str | None:
    status = word_at(item, progress.status)
    if status is None or len(status) > _LONGEST_WORD:
        return progress.status
    if word_at(item, progress.id) is None and word_at(item, progress.reference) is None:
        return progress.id or progress.reference
    return None


def _told(relay: Relay, progress: Progress, item: object) -> Told:
    own, given = word_at(item, progress.id), word_at(item, progress.reference)
    status, code = word_at(item, progress.status) or "", word_at(item, progress.code)
    state = progress.states.get(status)
    means = MEANINGS[progress.codes.get(code or "", "undeliverable")] if state in _ENDED else None
    return Told(
        message_id=own,
        ref=reference(relay, given or own or ""),
        status=status,
        state=state,
        code=code[:_LONGEST_WORD] if code else None,
        meaning=means,
        raw=_storable(item),
    )


def _storable(item: object) -> dict[str, Any]:
    """Keep the plain values of a report as they came, within limits."""
    if not isinstance(item, dict):
        return {}
    plain = list(item.items())[:_MOST_FIELDS]
    return {
        str(name).replace("\x00", "")[:80]: str(value).replace("\x00", "")[:_LONGEST_RAW]
        for name, value in plain
        if value is None or isinstance(value, (str, int, float, bool))
    }
