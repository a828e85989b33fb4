"""What a phone number tells about itself: kind, country, time zones. Pure; the metadata is phonenumbers'."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberType, timezone

NumberKind = Literal["mobile", "landline", "invalid"]

# A Korean 050 number forwards to whatever its owner set, texts included; Americans cannot be told apart.
_TAKES_TEXTS = frozenset(
    {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.PERSONAL_NUMBER}
)
_UNKNOWN_ZONE = "Etc/Unknown"

_KOREAN_MOBILE = re.compile(r"\+8210(?:[0-46-9][0-9]{7}|5[0-8][0-9]{6})")
"""What the library calls a Korean mobile number (010), told in a hundredth of its time: nearly all numbers here are."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in E.164 with what follows from its digits. `zones` is empty when its place on Earth is unknown."""

    e164: str
    kind: NumberKind
    country: str | None
    zones: tuple[str, ...]


@lru_cache(maxsize=65_536)
def describe(e164: str) -> Number:
    """Describe a number written in E.164. One that no carrier could have given out is `invalid`."""
    if _KOREAN_MOBILE.fullmatch(e164):
        return Number(e164, "mobile", "KR", ("Asia/Seoul",))
    return by_library(e164)


def by_library(e164: str) -> Number:
    """Describe a number as the library does, without the short cut."""
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return Number(e164, "invalid", None, ())
    if not phonenumbers.is_valid_number(parsed):
        return Number(e164, "invalid", phonenumbers.region_code_for_number(parsed), ())
    zones = tuple(zone for zone in timezone.time_zones_for_number(parsed) if zone != _UNKNOWN_ZONE)
    kind: NumberKind = "mobile" if phonenumbers.number_type(parsed) in _TAKES_TEXTS else "landline"
    return Number(e164, kind, phonenumbers.region_code_for_number(parsed), zones)
