"""What of a member is compared. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date  # noqa: TC003 - part of the public shape, read by tools

from backend.unify.duplicates.names import Spelling, spelling

_SEPARATORS = re.compile(r"[\s-]")


@dataclass(frozen=True, slots=True)
class Record:
    """A member's compared values in normal form; None and () where nothing is known.

    `spellings` are those of the name and the Latin name. `phone` is E.164. `fingerprint` changes when a value does.
    """

    id: str
    spellings: tuple[Spelling, ...]
    phone: str | None
    cards: frozenset[str]
    birth_date: date | None
    email: str | None
    sex: str | None
    nationality: str | None
    fingerprint: str


def make_record(  # noqa: PLR0913 - the values that are compared
    customer_id: str,
    *,
    name: str,
    name_latin: str | None = None,
    phone: str | None = None,
    cards: tuple[str, ...] = (),
    birth_date: date | None = None,
    email: str | None = None,
    sex: str | None = None,
    nationality: str | None = None,
) -> Record:
    """The record of a member whose stored values these are. `x`, no known sex, tells nothing."""
    found = (spelling(name), spelling(name_latin) if name_latin != name else None)
    normal_cards = frozenset(_SEPARATORS.sub("", number).upper() for number in cards)
    values = (name, name_latin, phone, sorted(normal_cards), str(birth_date), email, sex, nationality)
    return Record(
        customer_id,
        tuple(each for each in found if each is not None),
        phone,
        normal_cards,
        birth_date,
        email.strip().lower() if email else None,
        None if sex == "x" else sex,
        nationality,
        hashlib.blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(),
    )
