"""How a text is encoded and counted: GSM-7 or UCS-2 segments, and the bytes of Korean carriers.

Pure. Sources: 3GPP TS 23.038 (the GSM alphabet), Twilio's published segment rules (one character outside the alphabet
switches the whole text to UCS-2; a character is never cut by a segment's end), KS X 1001 as carried by Korean networks.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Encoding = Literal["GSM-7", "UCS-2"]
DomesticKind = Literal["sms", "lms", "too_long"]

GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
"""Each takes two septets: an escape and itself."""

SINGLE: Final[dict[Encoding, int]] = {"GSM-7": 160, "UCS-2": 70}
CHAINED: Final[dict[Encoding, int]] = {"GSM-7": 153, "UCS-2": 67}
"""Septets or UTF-16 units in a text of one segment, and in each segment of a longer one (the header takes the rest)."""

SMS_BYTES: Final = 90
LMS_BYTES: Final = 2000

_ZERO_WIDTH_JOINER: Final = "\u200d"
_ONE_UNIT: Final = 0xFFFF
# KS X 1001 is a set of two bytes a character.
_EUC_KR_WIDTH: Final = 2
# "½" becomes "1/2", "㎢" becomes "km2"; what is longer is a word of its own.
_LONGEST_PLAIN: Final = 3
_REPLACEMENTS: Final = {
    "₩": "원",
    "￦": "원",
    "–": "-",
    "—": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
    "•": "·",
    "©": "(C)",
    "«": '"',
    "»": '"',
    "„": '"',
    "‚": "'",
    "❤": "♥",
    "💕": "♥",
    "💖": "♥",
    "💗": "♥",
    "⭐": "★",
    "🌟": "★",
    "✔": "V",
    "✓": "V",
    "✅": "V",
    "➡": "→",
    "⬅": "←",
    "☎️": "☎",
    "📞": "☎",
    "£": "파운드",
    "¥": "엔",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A text's size. `units` are septets in GSM-7 and UTF-16 code units in UCS-2."""

    encoding: Encoding
    units: int
    segments: int


@dataclass(frozen=True, slots=True)
class EucKrProblem:
    """A character that Korean carriers do not pass, at a code point's `index`.

    An empty suggestion means: leave it out; None means that only its writer knows what to put there.
    """

    char: str
    index: int
    suggestion: str | None


def encoding_of(text: str) -> Encoding:
    """Return the encoding that the whole text gets."""
    return "GSM-7" if all(char in GSM_BASIC or char in GSM_EXTENSION for char in text) else "UCS-2"


def measure(text: str) -> Measure:
    """Count the text as it is billed. An empty text is one segment of no units."""
    encoding = encoding_of(text)
    segments = split_segments(text)
    return Measure(encoding, sum(_units(char, encoding) for char in text), len(segments))


def split_segments(text: str) -> tuple[str, ...]:
    """Cut the text into what each segment carries; surrogate pairs, escapes and joined emoji stay whole."""
    encoding = encoding_of(text)
    if sum(_units(char, encoding) for char in text) <= SINGLE[encoding]:
        return (text,)
    room = CHAINED[encoding]
    segments: list[str] = []
    begun, used = "", 0
    for piece in _pieces(text, encoding, room):
        size = sum(_units(char, encoding) for char in piece)
        if used + size > room:
            segments.append(begun)
            begun, used = "", 0
        begun, used = begun + piece, used + size
    return (*segments, begun)


def euc_kr_problems(text: str) -> tuple[EucKrProblem, ...]:
    """List what would not arrive in Korea, each with what to write instead."""
    return tuple(
        EucKrProblem(char, index, suggested_replacement(char))
        for index, char in enumerate(text)
        if not passes_euc_kr(char)
    )


def passes_euc_kr(char: str) -> bool:
    """Tell whether one character is in KS X 1001. The codec alone will not do: it makes eight bytes of 뷁."""
    try:
        return len(char.encode("euc_kr")) <= _EUC_KR_WIDTH
    except UnicodeEncodeError:
        return False


def suggested_replacement(char: str) -> str | None:
    """Return what to write instead: a known stand-in, the letter without its accent, or nothing for an emoji."""
    if char in _REPLACEMENTS:
        return _REPLACEMENTS[char]
    bare = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    if (
        bare
        and bare != char
        and len(bare) <= _LONGEST_PLAIN
        and all(passes_euc_kr(part) and part.isascii() for part in bare)
    ):
        return bare
    return "" if unicodedata.category(char) in {"So", "Sk", "Mn", "Me", "Cf", "Co", "Cn"} else None


def with_replacements(text: str) -> str:
    """Apply every suggestion; what has none stays as it is."""
    return "".join(
        char if passes_euc_kr(char) or (instead := suggested_replacement(char)) is None else instead for char in text
    )


def euc_kr_bytes(text: str) -> int:
    """Count the bytes a domestic relay bills: one for ASCII, two for everything else."""
    return sum(1 if char.isascii() else 2 for char in text)


def domestic_kind(text: str) -> DomesticKind:
    """Tell as what a Korean relay would carry the text: SMS to 90 bytes, LMS to 2,000."""
    size = euc_kr_bytes(text)
    if size <= SMS_BYTES:
        return "sms"
    return "lms" if size <= LMS_BYTES else "too_long"


def _units(char: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return 2 if char in GSM_EXTENSION else 1
    return 2 if ord(char) > _ONE_UNIT else 1


def _pieces(text: str, encoding: Encoding, room: int) -> Iterator[str]:
    """Yield what must not be cut. A cluster larger than a segment has to be cut, between code points."""
    if encoding == "GSM-7":
        yield from text
        return
    for cluster in _clusters(text):
        if sum(_units(char, encoding) for char in cluster) <= room:
            yield cluster
        else:
            yield from cluster


def _clusters(text: str) -> Iterator[str]:
    """Group code points that a reader sees as one: marks, emoji joined or modified, flags, syllables in parts."""
    cluster = ""
    for char in text:
        if cluster and (_extends(char) or cluster[-1] == _ZERO_WIDTH_JOINER or _completes(cluster, char)):
            cluster += char
            continue
        if cluster:
            yield cluster
        cluster = char
    if cluster:
        yield cluster


def _extends(char: str) -> bool:
    return (
        char == _ZERO_WIDTH_JOINER
        or unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _completes(cluster: str, char: str) -> bool:
    return _completes_flag(cluster, char) or (_is_late_jamo(char) and _is_hangul(cluster[-1]))


def _completes_flag(cluster: str, char: str) -> bool:
    return len(cluster) == 1 and _regional(cluster) and _regional(char)


def _regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_late_jamo(char: str) -> bool:
    """Tell whether it is a vowel or a final consonant that joins what is before it, as some systems write Hangul."""
    return "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb"


def _is_hangul(char: str) -> bool:
    return "\u1100" <= char <= "\u11ff" or "\ua960" <= char <= "\ua97c" or "\uac00" <= char <= "\ud7fb"
