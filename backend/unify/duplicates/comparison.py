"""How the values of two records compare, field by field. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from backend.unify.duplicates.names import LOST, Script, Spelling
from backend.unify.duplicates.romanisation import is_hangul

if TYPE_CHECKING:
    from datetime import date

    from backend.unify.duplicates.record import Record

_BEST_FIRST = ("same", "romanised", "partial", "near", "given", "surname", "different")
_RANK = {level: rank for rank, level in enumerate(_BEST_FIRST)}
_SAME_NAME = frozenset({"same", "romanised"})
_SHORTEST = 2
_LONG_NAME = 9


def compare(first: Record, second: Record) -> dict[str, str]:
    """{field: agreement} of each field that both records know."""
    name = names(first.spellings, second.spellings)
    return ({"name": name} if name is not None else {}) | compare_but_names(first, second)


def compare_but_names(first: Record, second: Record) -> dict[str, str]:
    """`compare` without the name, which takes most of its time."""
    found = {
        "phone": _phones(first.phones, second.phones),
        "card": "same" if first.cards & second.cards else None,
        "email": _text(first.email, second.email),
        "birth_date": birth_dates(first.birth_date, second.birth_date),
        "sex": _exact(first.sex, second.sex),
        "nationality": _exact(first.nationality, second.nationality),
    }
    return {field: agreement for field, agreement in found.items() if agreement is not None}


def names(first: tuple[Spelling, ...], second: tuple[Spelling, ...]) -> str | None:
    """The best agreement between any spelling of one and any of the other.

    When both are written in the same own script and differ there, equal Latin letters only make them near or, after a
    typing error, the same: romanisation makes different names equal.
    """
    levels = [(_spellings(one, other), one.script, other.script) for one in first for other in second]
    if not levels:
        return None
    own = [level for level, script, other in levels if script is other is not Script.LATIN]
    level = min((level for level, _, _ in levels), key=_RANK.__getitem__)
    if own and own[0] not in _SAME_NAME and level in _SAME_NAME:
        latin = [level for level, script, other in levels if script is other is Script.LATIN]
        return "same" if own[0] in {"near", "partial"} and "same" in latin else "near"
    return level


def birth_dates(first: date | None, second: date | None) -> str | None:
    """Near: day and month exchanged, or one digit of eight mistyped or two neighbours exchanged."""
    if first is None or second is None:
        return None
    if first == second:
        return "same"
    exchanged = first.year == second.year and (first.month, first.day) == (second.day, second.month)
    return "near" if exchanged or _one_slip(_digits(first), _digits(second)) else "different"


def _digits(day: date) -> str:
    return str(day.year * 10_000 + day.month * 100 + day.day)


def _phones(first: tuple[str, ...], second: tuple[str, ...]) -> str | None:
    """How the two numbers agree that agree best: one in common is enough, whatever others each has."""
    if len(first) == len(second) == 1:
        return _text(first[0], second[0])
    found = {_text(one, other) for one in first for other in second}
    return next((level for level in ("same", "near", "different") if level in found), None)


def _text(first: str | None, second: str | None) -> str | None:
    if not first or not second:
        return None
    if first == second:
        return "same"
    return "near" if _one_slip(first, second) else "different"


def _exact(first: str | None, second: str | None) -> str | None:
    if first is None or second is None:
        return None
    return "same" if first == second else "different"


def _one_slip(first: str, second: str) -> bool:
    return OSA.distance(first, second, score_cutoff=1) <= 1


def _spellings(first: Spelling, second: Spelling) -> str:
    """How two spellings agree."""
    if first.text == second.text and LOST not in first.text:
        return "same"
    if first.script is second.script is not Script.LATIN:
        return _own_script(first, second)
    if first.codes & second.codes:
        latin = first.script is second.script and sorted(first.tokens) == sorted(second.tokens)
        return "same" if latin else "romanised"
    if _near_codes(first.codes, second.codes):
        return "near"
    return _parts(first, second)


def _own_script(first: Spelling, second: Spelling) -> str:
    one, other = first.text, second.text
    if LOST in one + other:
        return "partial" if _fits(one, other) else _parts(first, second)
    if len(one) == len(other) and any(one == other[at:] + other[:at] for at in (1, 2, len(other) - 2)):
        return "same"
    if abs(len(one) - len(other)) == 1 and _is_part(*sorted((one, other), key=len)):
        return "partial"
    if _one_slip(_letters(one), _letters(other)) and (first.script is Script.HANGUL or min(len(one), len(other)) > 2):  # noqa: PLR2004 - two Han characters with one of them wrong are no name
        return "near"
    return _parts(first, second)


def _parts(first: Spelling, second: Spelling) -> str:
    if any(len(code) > _SHORTEST for code in first.givens & second.givens):
        return "given"
    return "surname" if first.surnames & second.surnames else "different"


def _fits(first: str, second: str) -> bool:
    """Whether two texts may be one, as far as they can be read; at least two characters must be read in both.

    A mark of loss stands for one character or for several.
    """
    if len(first) == len(second):
        pairs = list(zip(first, second, strict=True))
    elif LOST in first + second:
        lost, whole = (first, second) if LOST in first else (second, first)
        head, tail = lost.split(LOST, 1)[0], lost.rsplit(LOST, 1)[1]
        if len(head) + len(tail) > len(whole):
            return False
        pairs = [*zip(head, whole, strict=False), *zip(tail[::-1], whole[::-1], strict=False)]
    read = [one == other for one, other in pairs if LOST not in {one, other}]
    return len(read) >= _SHORTEST and all(read)


def _is_part(short: str, long: str) -> bool:
    """Whether `short` is `long` without one of its characters."""
    return len(short) >= _SHORTEST and any(short == long[:at] + long[at + 1 :] for at in range(len(long)))


def _near_codes(first: frozenset[str], second: frozenset[str]) -> bool:
    for one in first:
        for other in second:
            shorter = min(len(one), len(other))
            most = 2 if shorter > _LONG_NAME else 1
            if shorter > 4 and OSA.distance(one, other, score_cutoff=most) <= most:  # noqa: PLR2004 - shorter names are too alike
                return True
    return False


@lru_cache(maxsize=100_000)
def _letters(text: str) -> str:
    """Hangul syllables as their letters, a final one marked as such; anything else as it is."""
    return "".join(_jamo(char) if is_hangul(char) else char for char in text)


@lru_cache(maxsize=12_000)
def _jamo(syllable: str) -> str:
    number = ord(syllable) - 0xAC00
    final = number % 28
    return chr(0x1100 + number // 588) + chr(0x1161 + number % 588 // 28) + (chr(0x11A7 + final) if final else "")
