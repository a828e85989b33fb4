"""What a text costs by each way that it may go: segments abroad, bytes at a domestic relay. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from sms.encoding import domestic_kind, euc_kr_bytes, euc_kr_problems, measure

if TYPE_CHECKING:
    from collections.abc import Iterable

Way = Literal["twilio_segment", "relay_sms", "relay_lms"]
WAYS: Final[tuple[Way, ...]] = ("twilio_segment", "relay_sms", "relay_lms")
MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What one unit of a way costs in a country (ISO 3166), in millionths of the main unit of `currency`."""

    way: str
    country: str
    micros: int
    currency: str


@dataclass(frozen=True, slots=True)
class Cost:
    """A text by one way: how many units, and what one text and a thousand cost, in millionths; None without a price.

    `passes` is False when this way cannot carry the text: it is too long, or has characters that are not in EUC-KR.
    """

    way: str
    country: str
    units: int
    size: int
    currency: str | None
    each: int | None
    thousand: int | None
    passes: bool


def costs_of(text: str, prices: Iterable[UnitPrice]) -> list[Cost]:
    """List each way with a price, and the two that every house may ask for: Twilio and a relay, both to Korea."""
    known = {(price.way, price.country): price for price in prices}
    size, kind = measure(text), domestic_kind(text)
    passes_euc_kr = not euc_kr_problems(text)
    relay: Way = "relay_sms" if kind == "sms" else "relay_lms"
    countries = ["KR", *sorted({country for way, country in known if way == "twilio_segment"} - {"KR"})]
    found = [
        _cost(known.get(("twilio_segment", country)), "twilio_segment", country, size.segments, size.units)
        for country in countries
    ]
    passes = kind != "too_long" and passes_euc_kr
    found.append(_cost(known.get((relay, "KR")), relay, "KR", 1, euc_kr_bytes(text), passes=passes))
    return found


def _cost(price: UnitPrice | None, way: Way, country: str, units: int, size: int, *, passes: bool = True) -> Cost:
    each = price.micros * units if price and passes else None
    thousand = None if each is None else each * 1_000
    return Cost(way, country, units, size, price.currency if price else None, each, thousand, passes)
