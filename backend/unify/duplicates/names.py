"""A person's name as it is compared, in any script, mended where an encoding broke it. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from backend.unify.duplicates.romanisation import (
    ENDING_SURNAMES,
    LONG_SURNAMES,
    SURNAMES,
    given_code,
    is_hangul,
    surname_code,
)

LOST = "?"
"""Stands for a character that could not be read."""
_UNREADABLE = re.compile("[?\ufffd□]")
_NO_LETTER = re.compile(r"[^\w?]|[\d_]")
_SHORTEST = 2


class Script(StrEnum):
    """What a name is written in."""

    HANGUL = "hangul"
    LATIN = "latin"
    HAN = "han"


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way in which a person's name is written.

    `text` has no blanks; `tokens` are the words; `codes` the name as a whole, whichever part comes first, with its
    spellings folded; `surnames` and `givens` the codes of the parts. Where the order of the parts is not clear, there
    are codes for each order. A name of which a character is lost has no code as a whole.
    """

    script: Script
    text: str
    tokens: tuple[str, ...]
    codes: frozenset[str]
    surnames: frozenset[str]
    givens: frozenset[str]


def repaired(text: str) -> str:
    """`text` as it was before CP949 or UTF-8 was read as something else, as far as that can be told."""
    # CP949, or UTF-8, read as Latin-1: nothing but letters with accents and signs.
    if text and all("\x80" <= char <= "\xff" or char == " " for char in text):
        for encoding in ("cp949", "utf-8"):
            try:
                found = text.encode("latin-1").decode(encoding)
            except UnicodeDecodeError:
                continue
            if any(map(is_hangul, found)):
                return found
    # UTF-8 read as CP949: Hangul mixed with Han, and what had no character lost.
    if any(map(is_hangul, text)) and any(map(_is_han, text)):
        found = text.encode("cp949", "replace").decode("utf-8", "replace")
        found = re.sub("[\ufffd?]+", LOST, found)
        if any(map(is_hangul, found)) and all(is_hangul(char) or char in " ?" for char in found):
            return found
    return text


@lru_cache(maxsize=200_000)
def spelling(text: str | None) -> Spelling | None:
    """How `text` is compared; None when there is nothing to read in it."""
    if not text:
        return None
    whole = unicodedata.normalize("NFKC", repaired(unicodedata.normalize("NFC", text)))
    tokens = tuple(token for token in _NO_LETTER.sub(" ", _UNREADABLE.sub(LOST, whole)).split() if token)
    letters = "".join(tokens)
    read = letters.replace(LOST, "")
    if len(read) < _SHORTEST or len(letters) >= 2 * len(read):
        return None
    if any(map(is_hangul, read)):
        return _hangul(tokens, letters)
    if any(map(_is_han, read)):
        return Spelling(Script.HAN, letters, tokens, *_as_han(letters))
    return _latin(re.sub(r"['’.-]", "", whole), letters)


def _hangul(tokens: tuple[str, ...], text: str) -> Spelling:
    parts: set[tuple[str, str]] = set()
    if len(tokens) == 2 and (tokens[0] in SURNAMES) != (tokens[1] in SURNAMES):  # noqa: PLR2004 - surname and given name
        parts.add(tokens if tokens[0] in SURNAMES else (tokens[1], tokens[0]))
    else:
        length = 2 if text[:2] in LONG_SURNAMES and len(text) > 2 else 1  # noqa: PLR2004 - syllables of a surname
        if text[:length] in SURNAMES or text[-1] not in SURNAMES or text[0] == LOST:
            parts.add((text[:length], text[length:]))
        if text[-1] in ENDING_SURNAMES or not parts:
            parts.add((text[-1], text[:-1]))
    whole, surnames, givens = _coded(parts)
    # Whatever became of the surname: a given name mostly has two syllables.
    end = text[-2:]
    if LOST not in end:
        givens |= {given_code(end)}
    return Spelling(Script.HANGUL, text, tokens, whole, surnames, givens)


def _latin(whole: str, letters: str) -> Spelling:
    tokens = tuple(token for token in _NO_LETTER.sub(" ", whole.lower()).split() if token)
    first, last = (tokens[0], "".join(tokens[1:])), (tokens[-1], "".join(tokens[:-1]))
    if len(tokens) == 1:
        parts = {(letters.lower(), "")}
    elif (first[0] in SURNAMES) == (last[0] in SURNAMES):
        parts = {first, last}
    else:
        parts = {first if first[0] in SURNAMES else last}
    return Spelling(Script.LATIN, "".join(tokens), tokens, *_coded(parts))


def _coded(parts: set[tuple[str, str]]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    whole, surnames, givens = set(), set(), set()
    for surname, given in parts:
        codes = (surname_code(surname) if LOST not in surname else "", given_code(given) if LOST not in given else "")
        if all(codes):
            whole.add("|".join(sorted(codes)))
        surnames.add(codes[0])
        givens.add(codes[1])
    return frozenset(whole), frozenset(surnames - {""}), frozenset(givens - {""})


def _as_han(text: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Han characters have no one reading: they stand for themselves, in any order."""
    if LOST in text:
        return frozenset(), frozenset(text[:1]) - {LOST}, frozenset()
    return frozenset({"".join(sorted(text))}), frozenset(text[:1]), frozenset({text[1:]})


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\u3040" <= char <= "\u30ff"
