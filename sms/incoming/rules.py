"""What a text says about being written to: a refusal, a grant, or just a reply. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Kind = Literal["reply", "refusal", "grant"]

FIXED: Final[Mapping[Kind, Mapping[str, tuple[str, ...]]]] = {
    "refusal": {
        "en": ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"),
        "ko": ("수신거부", "거부", "광고거부", "무료수신거부"),
        "ja": ("配信停止", "停止", "解除", "拒否"),
        "zh": ("退订", "退訂", "拒收", "取消订阅", "取消訂閱", "TD"),
    },
    "grant": {
        "en": ("START", "YES", "UNSTOP"),
        "ko": ("동의", "수신동의"),
        "ja": ("配信再開", "再開"),
        "zh": ("恢复订阅", "恢復訂閱", "订阅", "訂閱"),
    },
}
"""Words that always count: carriers' own (Twilio acts on the English ones by itself) and those that people are told."""

_LATIN: Final = re.compile(r"[^\W\d_]+")
_UNSEEN: Final = frozenset("PSZC")
"""The first letters of Unicode's categories of punctuation, signs, blanks and control characters."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words that count, as `compact` makes them."""

    refusal: frozenset[str]
    grant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a text is. `doubtful`: a reply with a word of refusal in it, so that a person has to look."""

    kind: Kind
    doubtful: bool = False


def compact(text: str) -> str:
    """`text` as words are compared: of one width and case, without blanks, punctuation and signs."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(char for char in folded if unicodedata.category(char)[0] not in _UNSEEN)


def words(further: Iterable[tuple[str, str]] = ()) -> Words:
    """The fixed words, with `further` ones as (kind, compact)."""
    found: dict[str, set[str]] = {
        kind: {compact(word) for each in by_language.values() for word in each} for kind, by_language in FIXED.items()
    }
    for kind, word in further:
        found[kind].add(word)
    return Words(frozenset(found["refusal"]), frozenset(found["grant"] - found["refusal"]))


def judge(text: str, known: Words) -> Judgement:
    """Judge a text. Only one that is a word and nothing else refuses or grants by itself."""
    whole = compact(text)
    if whole in known.refusal:
        return Judgement("refusal")
    if whole in known.grant:
        return Judgement("grant")
    return Judgement("reply", doubtful=_contains(text, whole, known.refusal))


def _contains(text: str, whole: str, refusal: frozenset[str]) -> bool:
    """Latin words count where they stand alone; what is written without blanks, wherever it stands."""
    alone = {compact(each) for each in _LATIN.findall(unicodedata.normalize("NFKC", text))}
    return any(word in alone if word.isascii() else word in whole for word in refusal)
