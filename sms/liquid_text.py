"""Liquid for texts: strict, bounded, without escaping. Pure.

A field that does not exist is found when the template is saved. A field that is empty for one customer stops the text,
unless the template says what to write instead: `{{ customer.name | default: "고객" }}님`. Conditions may ask for it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from liquid import BoundTemplate, Environment, FalsyStrictUndefined
from liquid.exceptions import LiquidError, ResourceLimitError, UndefinedError

from sms import fields

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_BODY: Final = 2_000
LONGEST_TEXT: Final = 1_600
"""Characters; Twilio takes no more."""

_TAGS_LEFT: Final = frozenset({"if", "unless", "case", "assign", "comment", "#", "raw", "content", "output", "illegal"})
_FILTERS_LEFT: Final = frozenset(
    {"default", "upcase", "downcase", "capitalize", "strip", "append", "prepend", "replace", "remove", "truncate"}
)
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class EmptyField(Exception):
    """A field that the template uses without a fallback is empty for this customer."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


class Unwritable(Exception):
    """The template cannot be carried out on these values."""


class TooLong(Exception):
    """The text would be longer than what can be sent."""


class _Empty(FalsyStrictUndefined):
    """An empty field: false in conditions, replaced by `default`, an error when written out."""

    force_liquid_default = True


class _Environment(Environment):
    context_depth_limit = 8
    block_nesting_limit = 8
    loop_iteration_limit = 100
    local_namespace_limit = 20_000
    output_stream_limit = 20_000


_ENVIRONMENT: Final = _Environment(undefined=_Empty, autoescape=False)
# Loops, partials, counters and arithmetic have no place in a text, and what is not there cannot be misused.
for _tag in set(_ENVIRONMENT.tags) - _TAGS_LEFT:
    del _ENVIRONMENT.tags[_tag]
for _filter in set(_ENVIRONMENT.filters) - _FILTERS_LEFT:
    del _ENVIRONMENT.filters[_filter]


def normalised(text: str) -> str:
    """Compose Hangul, unify line ends and drop control characters."""
    return _CONTROL.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a body. `line` and `column` count from 1; None when it is not about one place."""

    sentence: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """The sentence, with the place in front where it is known."""
        return self.sentence if self.line is None else f"Line {self.line}, column {self.column}: {self.sentence}"


def faults(body: str) -> list[Fault]:
    """Return what is wrong with a body; empty when it can be saved."""
    if not body.strip():
        return [Fault("The text is empty.")]
    if len(body) > LONGEST_BODY:
        return [Fault(f"The text is longer than {LONGEST_BODY} characters.")]
    try:
        template = _parsed(body)
        analysis = template.analyze(include_partials=False)
    except (LiquidError, RecursionError) as error:
        token = getattr(error, "token", None)
        return [_fault(f"The template cannot be read: {_sentence(error)}", body, token.start_index if token else -1)]
    uses = [(str(use), use.span.index) for found in analysis.globals.values() for use in found]
    unknown = [_fault(f"There is no field {name}.", body, at) for name, at in uses if name not in fields.BY_NAME]
    unknown += [
        _fault(f"There is no filter {name}.", body, span.index)
        for name, spans in analysis.filters.items()
        if name not in _ENVIRONMENT.filters
        for span in spans
    ]
    if unknown:
        return sorted(unknown, key=lambda each: (each.line or 0, each.column or 0))
    return [Fault(sentence) for sentence in _faults_on_samples(body)]


def _fault(sentence: str, body: str, index: int) -> Fault:
    if index < 0:
        return Fault(sentence)
    before = body[:index]
    return Fault(sentence, before.count("\n") + 1, index - before.rfind("\n"))


def fields_used(body: str) -> frozenset[str]:
    """Return the names of the fields in a body that has no faults."""
    analysis = _parsed(body).analyze(include_partials=False)
    return frozenset(str(variable) for spans in analysis.globals.values() for variable in spans)


def render(body: str, values: Mapping[str, str | None]) -> str:
    """Write the text for one customer. Raises `EmptyField`, `TooLong`, `Unwritable`; `body` can be read."""
    try:
        text = _parsed(body).render(fields.nested(values))
    except UndefinedError as error:
        raise EmptyField(_missing(body, values)) from error
    except ResourceLimitError as error:
        raise TooLong from error
    except LiquidError as error:
        raise Unwritable(_sentence(error)) from error
    text = normalised(text).strip()
    if len(text) > LONGEST_TEXT:
        raise TooLong
    return text


def _faults_on_samples(body: str) -> list[str]:
    """Carry the template out once, with every field filled: what fails then fails for everybody."""
    try:
        render(body, fields.samples("ko"))
    except EmptyField:
        return ["The template writes out something that is always empty."]
    except TooLong:
        return ["The text is too long to be sent."]
    except Unwritable as error:
        return [f"The template cannot be carried out: {error}"]
    return []


@lru_cache(maxsize=512)
def _parsed(body: str) -> BoundTemplate:
    return _ENVIRONMENT.from_string(body)


def _missing(body: str, values: Mapping[str, str | None]) -> str:
    return ", ".join(sorted(name for name in fields_used(body) if not (values.get(name) or "").strip()))


def _sentence(error: Exception) -> str:
    return str(getattr(error, "message", None) or error).splitlines()[0] if str(error) else type(error).__name__
