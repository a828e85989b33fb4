"""Blocking keys: only members who share one are compared. Pure.

Each key survives some of the errors and is shared by few: what one error breaks, another key still holds.

| key | holds against |
|---|---|
| phone; card; e-mail | anything in the name and the birth date |
| birth date + surname; birth date + given name | another phone or script, an error in the other part |
| name + last four of the phone; name + the four before | an error in the phone, no birth date |
| name + year of birth; name + day of birth | an error in the birth date, another phone |
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backend.unify.duplicates.record import Record

BLOCK_LIMIT = 60
"""A key that more members share is passed over: it says little, and its pairs would grow with the square. A pair that
matters shares other keys."""


def blocking_keys(record: Record) -> list[int]:
    """The keys of a record: 64-bit hashes, so that the index is small and holds nothing that can be read."""
    return sorted({_hashed(text) for text in _texts(record)})


def _texts(record: Record) -> Iterator[str]:
    codes, surnames, givens = (
        {code for each in record.spellings for code in getattr(each, part)} for part in ("codes", "surnames", "givens")
    )
    for phone in record.phones:
        yield f"phone:{phone}"
        yield from (f"name-end:{code}:{phone[-4:]}" for code in codes)
        yield from (f"name-middle:{code}:{phone[-8:-4]}" for code in codes)
    yield from (f"card:{number}" for number in record.cards)
    if record.email:
        yield f"email:{record.email}"
    if record.birth_date:
        born = record.birth_date
        yield from (f"born-surname:{born}:{code}" for code in surnames)
        yield from (f"born-given:{born}:{code}" for code in givens)
        yield from (f"name-year:{code}:{born.year}" for code in codes)
        yield from (f"name-day:{code}:{born:%m%d}" for code in codes)


def _hashed(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)
