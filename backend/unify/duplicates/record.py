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

    `spellings` are those of the name, the Latin and the Han one. `phone` and `further_phones` are E.164. `fingerprint`
    changes when a value does.
    """

    id: str
    spellings: tuple[Spelling, ...]
    phone: str | None
    further_phones: tuple[str, ...]
    cards: frozenset[str]
    birth_date: date | None
    email: str | None
    sex: str | None
    nationality: str | None
    fingerprint: str

    @property
    def phones(self) -> tuple[str, ...]:
        """All her numbers."""
        return (self.phone, *self.further_phones) if self.phone else self.further_phones


def make_record(  # noqa: PLR0913 - the values that are compared
    customer_id: str,
    *,
    name: str,
    name_latin: str | None = None,
    name_han: str | None = None,
    phone: str | None = None,
    further_phones: tuple[str, ...] = (),
    cards: tuple[str, ...] = (),
    birth_date: date | None = None,
    email: str | None = None,
    sex: str | None = None,
    nationality: str | None = None,
) -> Record:
    """The record of a member whose stored values these are. `x`, no known sex, tells nothing."""
    written = dict.fromkeys((name, name_latin, name_han))
    found = [spelling(text) for text in written]
    normal_cards = frozenset(_SEPARATORS.sub("", number).upper() for number in cards)
    values: tuple[object, ...] = (
        name, name_latin, phone, sorted(normal_cards), str(birth_date), email, sex, nationality
    )  # fmt: skip
    # Only where there are any: what was decided of members without them stays decided.
    if name_han or further_phones:
        values += (name_han, sorted(further_phones))
    return Record(
        customer_id,
        tuple(each for each in found if each is not None),
        phone,
        tuple(sorted(further_phones)),
        normal_cards,
        birth_date,
        email.strip().lower() if email else None,
        None if sex == "x" else sex,
        nationality,
        hashlib.blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(),
    )
