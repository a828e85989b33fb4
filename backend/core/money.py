"""Money is whole minor units with an ISO 4217 code."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

# Currencies whose minor unit is not a hundredth (ISO 4217, those that the shops take).
_EXPONENTS = {"KRW": 0, "JPY": 0, "VND": 0, "KWD": 3, "BHD": 3}
CURRENCIES = frozenset(
    {"KRW", "USD", "JPY", "CNY", "EUR", "GBP", "HKD", "TWD", "SGD", "THB", "VND", "AUD", "CAD", "CHF", "KWD", "BHD"}
)


def exponent(currency: str) -> int:
    """How many decimals `currency` has: 0 for KRW, 2 for USD."""
    return _EXPONENTS.get(currency, 2)


@lru_cache(maxsize=65_536)
def minor_units(text: str, currency: str) -> int:
    """`text`, a decimal number of whole units ("1.3900000000000001"), in minor units, rounded half up away from zero.

    Raises `decimal.InvalidOperation` when `text` is no finite number.
    """
    scaled = Decimal(text).scaleb(exponent(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))
