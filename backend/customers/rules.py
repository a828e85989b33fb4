"""What a customer's data must look like, and how two edits meet. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email

KEEPERS = ("associate", "manager", "admin")
"""Roles that look after members: they write down what is known of one."""
LANGUAGES = ("ko", "en", "zh", "ja")
SEXES = ("f", "m", "x")
PHONE_KINDS = ("mobile", "home", "work", "other")
CARD_KINDS = ("unit", "unified", "bank", "foreign")
"""Of one business unit, of all of them, a partner bank's by its token, another house's."""
PREFERENCE_KINDS = ("instruction", "allergy", "like", "dislike", "size")
"""What is written down of a customer's taste, in the order in which it matters to whoever serves her."""
FOR_WHO_SERVES = frozenset({"instruction", "allergy"})
EDITABLE = (
    "name",
    "name_latin",
    "name_han",
    "phone",
    "language",
    "sex",
    "nationality",
    "district",
    "home_store",
    "memo",
)
"""The fields that a tablet may edit: those of the registration that its copy holds, and the memo."""
EDITABLE_ONLINE = (*EDITABLE, "email", "birth_date", "preferred_staff")
"""The fields that somebody who sees them on the server may edit."""
_SEPARATORS = re.compile(r"[\s.:_-]")
_PAN = range(12, 20)
_NETWORKS = re.compile(r"4\d{12}(\d{3}){0,2}|[25]\d{15}|3\d{13,15}|6\d{11,18}")
"""How long the numbers of payment networks are, by what they begin with (ISO/IEC 7812-1). What begins with 9 is of one
country, and in many a house it is its own members' card."""
_DEFAULT_REGION = "KR"
_VISIBLE_DIGITS = 4


def normal_phone(text: str, region: str = _DEFAULT_REGION) -> str | None:
    """`text` as E.164, or None when it is no possible number of `region` or with its own country code."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normal_email(text: str) -> str | None:
    """`text` as an e-mail address in NFC with its domain in lower case, or None when it is none; nothing is asked."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def is_payment_card(number: str) -> bool:
    """Whether `number` may be a payment card's own: 12 to 19 digits, the last by Luhn's rule (ISO/IEC 7812-1)."""
    digits = _SEPARATORS.sub("", number)
    if not (digits.isascii() and digits.isdigit() and len(digits) in _PAN):
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0  # noqa: PLR2004 - Luhn's rule


def is_network_card(number: str) -> bool:
    """Whether `number` is that of a payment network's card, to tell it from a house's own, which may keep Luhn's rule.

    Where a bank's token is expected nothing that may be a card's own is one (`is_payment_card`).
    """
    return _NETWORKS.fullmatch(_SEPARATORS.sub("", number)) is not None and is_payment_card(number)


def masked_phone(phone: str | None) -> str | None:
    """`phone` (E.164) with only its last four digits: "•••• 4821"."""
    return None if phone is None else f"•••• {phone[-_VISIBLE_DIGITS:]}"


def masked_card(number: str) -> str:
    """A card's number with only its last four characters."""
    return f"•••• {number[-_VISIBLE_DIGITS:]}"


NEEDS_OWN = frozenset({"associate", "manager"})
"""Roles that look after the members of a store: they call those, and nobody else's."""


def sees_phone(role: str | None, *, own: bool, listed: bool = False) -> bool:
    """Whether `role` is shown a whole phone number; None is the system.

    `own`: the member is in the book of the store, or of the tablet in hand, which holds the number anyway. `listed`:
    among others, where nobody is about to call her. A marketer reaches people through messages only.
    """
    if role in NEEDS_OWN:
        return own
    return role is None or (role == "admin" and (own or not listed))


def sees_words(role: str | None) -> bool:
    """Whether `role` is shown what is said of one person alone: birth date, card numbers, memo, notes.

    Marketing works with the year of birth and with preferences.
    """
    return role != "marketer"


def normal(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """A field's value as it is compared: text in NFC and trimmed, empty text as None."""
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFC", value).strip() or None


@dataclass(frozen=True)
class Merge:
    """What an edit does: `applied` are the values to write, `conflicts` the fields whose server value stands."""

    applied: dict[str, Any] = field(default_factory=dict)
    conflicts: dict[str, tuple[Any, Any, Any]] = field(default_factory=dict)


def merge_edit(current: dict[str, Any], changes: dict[str, tuple[Any, Any]]) -> Merge:
    """Compare `changes` {field: (from, to)} with `current`, all values normal (SYNC.md, `customer.edit`).

    A field is applied when the server still holds `from`, or already `to`; otherwise the three are a conflict.
    """
    merge = Merge()
    for name, (base, wanted) in changes.items():
        held = current[name]
        if held == wanted:
            continue
        if held == base:
            merge.applied[name] = wanted
        else:
            merge.conflicts[name] = (base, wanted, held)
    return merge
