"""Money and quantities as people and spreadsheets write them. Pure.

Readers take text that is not empty and raise `UnreadableValueError` with a code that `sentences` words. What an amount
is worth in minor units only its currency says, which may stand in another cell: an amount stays decimal text here.
"""

from __future__ import annotations

import re
from decimal import Decimal

from backend.core.money import CURRENCIES, exponent, minor_units
from backend.unify.files.cells import quoted
from backend.unify.problems import UnreadableValueError

# 89000, 89,000, 89,000.00, ₩89,000, 89,000원: no other sign, because “$” does not say whose dollar.
_AMOUNT = re.compile(r"[₩￦]?\s*(\d{1,3}(?:,\d{3})+|\d{1,15})(\.\d{1,6})?\s*원?", re.ASCII)
_QUANTITY = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.0+)?", re.ASCII)
_NEGATIVE = re.compile(r"[-−△▲(]\s*[₩￦]?\s*\d.*")
_CURRENCIES = {
    "원": "KRW",
    "원화": "KRW",
    "₩": "KRW",
    "달러": "USD",
    "US$": "USD",
    "엔": "JPY",
    "위안": "CNY",
    "RMB": "CNY",
}


def amount(text: str) -> str:
    """An amount of 0 or more as decimal text."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        code = "negative" if _NEGATIVE.fullmatch(text) else "amount"
        raise UnreadableValueError(code)
    return match[1].replace(",", "") + (match[2] or "")


def quantity(text: str) -> str:
    """A whole quantity from 1."""
    match = _QUANTITY.fullmatch(text)
    if match is None or not int(match[1].replace(",", "")):
        code = "returned" if _NEGATIVE.fullmatch(text) else "quantity"
        raise UnreadableValueError(code)
    return str(int(match[1].replace(",", "")))


def currency(text: str) -> str:
    """One of the currencies that the shops take (ISO 4217)."""
    code = text.replace(" ", "").upper()
    code = _CURRENCIES.get(code, code)
    if code not in CURRENCIES:
        reason = "currency"
        raise UnreadableValueError(reason, quoted(text))
    return code


def in_minor_units(decimal: str, code: str) -> int | None:
    """What `amount` read, in minor units of a currency; None when it has more decimals than that has."""
    scaled = Decimal(decimal).scaleb(exponent(code))
    return minor_units(decimal, code) if scaled == scaled.to_integral_value() else None
