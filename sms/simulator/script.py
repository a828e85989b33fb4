"""What is to go wrong at the simulator: a script in JSON, read into frozen values. Pure.

    {"seed": 7, "segments_per_second": 50, "answers": {"error_after": 0.02}, "callbacks": {"lost": 0.05},
     "numbers": [{"pattern": "+8210999*", "code": 30003}], "listing": {"lag_seconds": 5}}

Shares are from 0 to 1, times are in seconds. What is left out does not happen.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final, TypeVar

from backend.core.errors import ValidationFailed

LONGEST_SECONDS: Final = 600.0
MOST_NUMBERS: Final = 200
REFUSED_AT_ONCE: Final = frozenset({21211, 21408, 21606, 21610, 21612, 21614})
REPORTED_LATER: Final = frozenset({30003, 30004, 30005, 30006, 30007, 30008})
_LARGEST: Final = 2**53
_PATTERN: Final = re.compile(r"\+?[0-9?*]{1,20}")

T = TypeVar("T")


def _share() -> Any:  # noqa: ANN401 - a dataclass field
    return field(default=0.0, metadata={"most": 1.0})


def _seconds(default: float = 0.0) -> Any:  # noqa: ANN401 - a dataclass field
    return field(default=default, metadata={"most": LONGEST_SECONDS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Shares of the calls that create a message. `before` means not accepted, `after` means accepted nevertheless.

    `error` answers 500, `silent` answers nothing for `silence_seconds`, `reset` drops the connection, `garbled` answers
    with half a document, `throttled` answers 429 with 20429.
    """

    throttled: float = _share()
    error_before: float = _share()
    error_after: float = _share()
    silent_before: float = _share()
    silent_after: float = _share()
    reset_before: float = _share()
    reset_after: float = _share()
    garbled_after: float = _share()


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """What happens to status callbacks: each is late by up to `delay_seconds`; shares of the messages or callbacks."""

    delay_seconds: float = _seconds()
    shuffled: float = _share()
    repeated: float = _share()
    lost: float = _share()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What is wrong with the list of messages: how late they appear, and shares of the requests for it.

    `failing` answers 500; `truncated` gives half a page and names a next one that cannot be had.
    """

    lag_seconds: float = _seconds()
    failing: float = _share()
    truncated: float = _share()


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFault:
    """What the numbers of a pattern (`*` and `?` stand for digits) end with: refused at once, or reported later."""

    pattern: str
    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Everything that goes wrong. The same seed and the same messages meet the same fates."""

    seed: int = field(default=0, metadata={"most": _LARGEST, "whole": True})
    segments_per_second: float = field(default=0.0, metadata={"most": 10_000.0})
    """Above it 429; 0 is no limit."""
    silence_seconds: float = _seconds(40.0)
    slow: float = _share()
    slow_seconds: float = _seconds(2.0)
    answers: Answers = Answers()
    callbacks: Callbacks = Callbacks()
    listing: Listing = Listing()
    numbers: tuple[NumberFault, ...] = ()

    def code_of(self, recipient: str) -> int | None:
        """Return the error that a number ends with; the first pattern that fits decides."""
        return next((each.code for each in self.numbers if fnmatchcase(recipient, each.pattern)), None)


CALM: Final = Script()


@lru_cache(maxsize=8)
def from_text(text: str) -> Script:
    """Read a script. Raises `ValidationFailed` naming each field in the way."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValidationFailed({"script": [f"This is no JSON: {error}"]}) from error
    problems: dict[str, list[str]] = {}
    script = _read(Script, data, "", problems)
    if script is not None and math.fsum(asdict(script.answers).values()) > 1 + 1e-9:
        problems["answers"] = ["Together the shares are more than 1."]
    if problems or script is None:
        raise ValidationFailed(problems)
    return script


def to_text(script: Script) -> str:
    """Write a script as JSON."""
    return json.dumps(asdict(script), indent=2, ensure_ascii=False)


def _read(cls: type[T], data: object, where: str, problems: dict[str, list[str]]) -> T | None:
    if not isinstance(data, dict):
        problems[where or "script"] = ["Give an object with named fields."]
        return None
    known = {each.name: each for each in fields(cls)}  # type: ignore[arg-type] # one of the dataclasses above
    prefix = f"{where}." if where else ""
    for name in sorted(set(data) - set(known)):
        problems[f"{prefix}{name}"] = [f"There is no such field; there are {', '.join(known)}."]
    values: dict[str, Any] = {}
    for name in known.keys() & data.keys():
        path, value = f"{prefix}{name}", data[name]
        if name in _PARTS:
            values[name] = _read(_PARTS[name], value, path, problems)
        elif name == "numbers":
            values[name] = _numbers(value, problems)
        else:
            values[name] = _number(value, path, dict(known[name].metadata), problems)
    return None if any(value is None for value in values.values()) else cls(**values)


def _number(value: object, path: str, limits: dict[str, Any], problems: dict[str, list[str]]) -> float | None:
    most, whole = limits["most"], limits.get("whole", False)
    fits = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    # No comparison with what is no number (NaN) holds.
    if not isinstance(value, (int, float)) or not fits or not 0 <= value <= most:
        problems[path] = [f"Give a {'whole ' if whole else ''}number from 0 to {most:g}."]
        return None
    return value


def _numbers(value: object, problems: dict[str, list[str]]) -> tuple[NumberFault, ...] | None:
    if not isinstance(value, list) or len(value) > MOST_NUMBERS:
        problems["numbers"] = [f"Give a list of at most {MOST_NUMBERS} objects with pattern and code."]
        return None
    found = []
    for place, each in enumerate(value):
        path = f"numbers.{place}"
        if not isinstance(each, dict) or set(each) != {"pattern", "code"}:
            problems[path] = ["Give an object with pattern and code, and nothing else."]
            continue
        pattern, code = each["pattern"], each["code"]
        if not isinstance(pattern, str) or not _PATTERN.fullmatch(pattern):
            problems[f"{path}.pattern"] = ["Give digits, * and ?, for example +8210999*."]
        elif type(code) is not int or code not in REFUSED_AT_ONCE | REPORTED_LATER:
            codes = ", ".join(map(str, sorted(REFUSED_AT_ONCE | REPORTED_LATER)))
            problems[f"{path}.code"] = [f"Give one of {codes}."]
        else:
            found.append(NumberFault(pattern=pattern, code=code))
    return tuple(found) if len(found) == len(value) else None


_PARTS: Final[dict[str, type[Any]]] = {"answers": Answers, "callbacks": Callbacks, "listing": Listing}
