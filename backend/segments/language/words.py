"""How numbers, money and days are written, and how Korean verbs end. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from backend.core.money import exponent

if TYPE_CHECKING:
    from datetime import date

ATTRIBUTE, AND, OR = 0, 1, 2
"""How a phrase ends: before a noun, before another that is also so, before one that is so instead."""
VERBS: dict[str, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
    "이": (("인", "이고", "이거나"), ("이 아닌", "이 아니고", "이 아니거나")),
    "하": (("하는", "하고", "하거나"), ("하지 않는", "하지 않고", "하지 않거나")),
    "했": (("한", "했고", "했거나"), ("하지 않은", "하지 않았고", "하지 않았거나")),
    "살": (("사는", "살고", "살거나"), ("살지 않는", "살지 않고", "살지 않거나")),
    "있": (("있는", "있고", "있거나"), ("없는", "없고", "없거나")),
    "아니": (("아닌", "아니고", "아니거나"), ("인", "이고", "이거나")),
    "되": (("된", "되었고", "되었거나"), ("되지 않은", "되지 않았고", "되지 않았거나")),
    "지나": (("지난", "지났고", "지났거나"), ("지나지 않은", "지나지 않았고", "지나지 않았거나")),
    "떠나": (("떠나는", "떠나고", "떠나거나"), ("떠나지 않는", "떠나지 않고", "떠나지 않거나")),
    "받": (("받은", "받았고", "받았거나"), ("받지 않은", "받지 않았고", "받지 않았거나")),
}
"""How verbs end, and how they end where it is not so."""
_OPPOSITE = "!"
_BATCHIM = 28
_FIRST_SYLLABLE, _LAST_SYLLABLE = 0xAC00, 0xD7A3
# Read aloud, 0 (영), 1 (일), 3 (삼), 6 (육), 7 (칠), 8 (팔), L, M, N and R end in a consonant.
_CLOSED = frozenset("013678LMNRlmnr")


def ends_in_consonant(text: str) -> bool:
    """Whether a word, read aloud in Korean, ends in a consonant."""
    last = next((each for each in reversed(text) if each.isalnum()), "")
    if last and _FIRST_SYLLABLE <= ord(last) <= _LAST_SYLLABLE:
        return (ord(last) - _FIRST_SYLLABLE) % _BATCHIM != 0
    return last in _CLOSED


def particle(text: str, closed: str, opened: str) -> str:
    """`text` with the particle that fits its end: "쿠폰을", "세트를"."""
    return text + (closed if ends_in_consonant(text) else opened)


def korean(text: str, verb: str, ending: int, *, negated: bool = False) -> str:
    """A phrase with its verb's ending: ATTRIBUTE, AND or OR. A space stands before a verb that is a word of its own."""
    if verb.startswith(_OPPOSITE):
        verb, negated = verb.removeprefix(_OPPOSITE), not negated
    form = VERBS[verb][negated][ending]
    if verb == "이" and negated and not ends_in_consonant(text):
        form = f"가{form[1:]}"
    return text + form


def opposite(verb: str) -> str:
    """The verb that says that it is not so."""
    return verb.removeprefix(_OPPOSITE) if verb.startswith(_OPPOSITE) else _OPPOSITE + verb


def number(value: int) -> str:
    """12,300."""
    return f"{value:,}"


def money(amount: int, currency: str, language: str) -> str:
    """“50,000원”, “USD 12.50”."""
    if currency == "KRW" and language == "ko":
        return f"{amount:,}원"
    decimals = exponent(currency)
    return f"{currency} {Decimal(amount).scaleb(-decimals):,.{decimals}f}"


def day(value: date, language: str) -> str:
    """“2026년 11월 3일”, “3 November 2026”."""
    if language == "ko":
        return f"{value.year}년 {value.month}월 {value.day}일"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def month(value: int, language: str) -> str:
    """“11월”, “November”."""
    return f"{value}월" if language == "ko" else _MONTHS[value - 1]


def days(count: int) -> str:
    """“1 day”, “30 days”."""
    return f"{count:,} day" if count == 1 else f"{count:,} days"


def times(count: int, one: str, many: str) -> str:
    """“1 purchase”, “3 purchases”."""
    return f"{count:,} {one if count == 1 else many}"


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
