"""Members of whom it is known who is one person: the truth that the finding of duplicates is measured against.

Twelve in a hundred people have a second record with the errors that registering again, importing and typing make. Among
them stand traps: families who share a phone, twins, people of one name born on one day, numbers given out again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING

from backend.core import clock
from backend.core.db import run_in_unit_of_work
from backend.customers import Card, Customer, CustomerFacts
from backend.demo.chance import id_at
from backend.demo.names import name as made_name
from backend.sync import mark_changed
from backend.unify import time_text, write_rows
from tests.bench.spellings import SURNAMES, latin_of

if TYPE_CHECKING:
    from collections.abc import Callable

_SHARE = 0.12
_AT_ONCE = 10_000
_SINCE = datetime(2023, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """A record as it is stored, and whose it is."""

    owner: int
    name: str
    name_latin: str | None
    phone: str | None
    birth_date: date | None
    sex: str | None
    nationality: str
    card: str
    error: str = ""


@dataclass(slots=True)
class Truth:
    """Records by id, and the pairs of ids (in order) that are one person with the error that tells them apart."""

    records: dict[str, Person] = field(default_factory=dict)
    pairs: dict[tuple[str, str], str] = field(default_factory=dict)


def truth(count: int, *, seed: int) -> Truth:
    """About `count` records. The same seed gives the same."""
    chance = Random(f"{seed}:duplicates")
    people = _people(chance, round(count / (1 + _SHARE)))
    records = [person for owner, person in enumerate(people) for person in _with_second(chance, owner, person)]
    chance.shuffle(records)
    found = Truth()
    by_owner: dict[int, list[str]] = {}
    for number, person in enumerate(records):
        customer_id = id_at(chance, _SINCE + timedelta(minutes=number))
        found.records[customer_id] = replace(person, card=f"88{number:011d}")
        by_owner.setdefault(person.owner, []).append(customer_id)
    for ids in by_owner.values():
        for pair in combinations(sorted(ids), 2):
            found.pairs[pair] = "".join(found.records[each].error for each in pair)
    return found


def write(made: Truth) -> None:
    """Write the records into the database, past the registration."""
    ids = list(made.records)
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        run_in_unit_of_work(lambda part=part: _write(made, part))  # type: ignore[misc]


def told(made: Truth, found: set[tuple[str, str]]) -> dict[str, float]:
    """{kind of error: recall} of the pairs found."""
    all_of, hit = Counter(made.pairs.values()), Counter(made.pairs[pair] for pair in found if pair in made.pairs)
    return {kind: round(hit[kind] / number, 3) for kind, number in sorted(all_of.items())}


def same_phone(made: Truth) -> set[tuple[str, str]]:
    """The pairs that an exact comparison of phones alone would find: the floor."""
    by_phone: dict[str, list[str]] = {}
    for customer_id, person in made.records.items():
        if person.phone:
            by_phone.setdefault(person.phone, []).append(customer_id)
    return {pair for ids in by_phone.values() for pair in combinations(sorted(ids), 2)}


def _write(made: Truth, ids: list[str]) -> None:
    now = time_text(clock.now())
    mark_changed("customers", ids)
    rows = [(each, made.records[each]) for each in ids]
    columns = ("id", "name", "name_latin", "phone", "birth_date", "sex", "nationality", "created_at", "updated_at")
    values = [
        (
            each,
            who.name,
            who.name_latin,
            who.phone,
            who.birth_date.isoformat() if who.birth_date else None,
            who.sex,
            who.nationality,
            now,
            now,
        )
        for each, who in rows
    ]
    write_rows(Customer, columns, values)
    write_rows(Card, ("number", "customer_id", "created_at"), [(who.card, each, now) for each, who in rows])
    facts = ("customer_id", "points", "last_basket", "purchase_gaps", "sms_senders", "night_senders")
    write_rows(CustomerFacts, facts, [(each, 0, "[]", "[]", "[]", "[]") for each in ids])


def _phone(chance: Random) -> str:
    return f"+8210{chance.randrange(2 * 10**7, 10**8):08d}"


def _birth_date(chance: Random) -> date:
    return date(1948, 1, 1) + timedelta(days=int(chance.random() ** 0.9 * 58 * 365.25))


def _new(chance: Random) -> Person:
    language, nationality = chance.choices(
        (("ko", "KR"), ("zh", "CN"), ("ja", "JP"), ("en", "US")), weights=(84, 8, 5, 3)
    )[0]
    sex = "f" if chance.random() < 0.62 else "m"
    who = made_name(chance, language=language, sex=sex)
    latin = None if who.own == who.latin or chance.random() < 0.25 else who.latin
    phone = _phone(chance) if chance.random() < 0.95 else None
    born = _birth_date(chance) if chance.random() < 0.92 else None
    return Person(0, who.own, latin, phone, born, sex, nationality, "")


def _korean(chance: Random, sex: str, surname: str | None = None) -> tuple[str, str]:
    """A Korean name, with the surname when one is given."""
    who = made_name(chance, language="ko", sex=sex)
    own, latin = who.own[1:], who.latin.split(" ")[1]
    if surname is None or len(who.own) != 3:
        return who.own, who.latin
    return surname + own, f"{SURNAMES[surname][0].capitalize()} {latin}"


def _people(chance: Random, count: int) -> list[Person]:
    people: list[Person] = []
    while len(people) < count:
        one = _new(chance)
        people.append(one)
        kind = chance.random()
        for low, high, trap in _TRAPS:
            if low <= kind < high and one.nationality == "KR" and one.name[0] in SURNAMES:
                people.append(trap(chance, one))
    return people[:count]


def _family(chance: Random, one: Person) -> Person:
    """A husband, a mother, a child with her phone; a child has the surname."""
    sex, surname = chance.choice("fm"), one.name[0] if chance.random() < 0.5 else None
    own, latin = _korean(chance, sex, surname)
    born = _birth_date(chance) if chance.random() < 0.9 else None
    return replace(one, name=own, name_latin=latin, birth_date=born, sex=sex)


def _family_namesake(chance: Random, one: Person) -> Person:
    """The same name and phone, another birth date: registered for a relative."""
    return replace(one, birth_date=_birth_date(chance))


def _twin(chance: Random, one: Person) -> Person:
    """Born on one day, on one phone, and often with a syllable in common."""
    sex = one.sex or "f"
    sex = sex if chance.random() < 0.6 else "fm".replace(sex, "")
    own, latin = _korean(chance, sex, one.name[0])
    if chance.random() < 0.6 and len(own) == len(one.name) == 3 and own[2] != one.name[2]:
        own, latin = one.name[:2] + own[2], ""
    phone = one.phone if chance.random() < 0.7 else _phone(chance)
    return replace(one, name=own, name_latin=latin or None if one.name_latin else None, sex=sex, phone=phone)


def _namesake(chance: Random, one: Person) -> Person:
    """Somebody of the same name born on the same day."""
    return replace(one, phone=_phone(chance))


def _reused_number(chance: Random, one: Person) -> Person:
    """A stranger who was given the number later."""
    return replace(_new(chance), phone=one.phone)


_TRAPS: tuple[tuple[float, float, Callable[[Random, Person], Person]], ...] = (
    (0.0, 0.08, _family),
    (0.08, 0.085, _family_namesake),
    (0.085, 0.1, _twin),
    (0.1, 0.105, _namesake),
    (0.105, 0.125, _reused_number),
)


def _with_second(chance: Random, owner: int, person: Person) -> list[Person]:
    one = replace(person, owner=owner)
    if chance.random() >= _SHARE:
        return [one]
    made = None
    while made is None or (made.name, made.name_latin, made.phone, made.birth_date) == ("", None, None, None):
        kind = chance.choice(list(_ERRORS))
        made = _ERRORS[kind](chance, one)
    # A second slip comes along with some.
    if chance.random() < 0.2:
        kind, made = f"{kind} + missing", _missing(chance, made) or made
    return [one, replace(made, error=kind)]


def _exact(_chance: Random, one: Person) -> Person:
    return one


def _romanised(chance: Random, one: Person) -> Person | None:
    """Only in Latin letters, spelled as somebody would: 이 as Lee, Yi or Rhee."""
    if one.name[0] not in SURNAMES or one.name.startswith(("남궁", "선우")):
        return None
    surname, given = latin_of(chance, one.name)
    return replace(one, name=chance.choice((f"{surname} {given}", f"{given} {surname}".upper())), name_latin=None)


def _swapped(chance: Random, one: Person) -> Person | None:
    """Given name first."""
    if " " in one.name:
        return replace(one, name=" ".join(reversed(one.name.split(" "))), name_latin=None)
    if one.name[0] not in SURNAMES:
        return None
    return replace(one, name=one.name[1:] + chance.choice(("", " ")) + one.name[0], name_latin=None)


def _typing_error(chance: Random, one: Person) -> Person | None:
    """One letter of the name."""
    if "가" <= one.name[-1] <= "힣":
        at = chance.randrange(len(one.name))
        return replace(one, name=one.name[:at] + _slipped(chance, one.name[at]) + one.name[at + 1 :], name_latin=None)
    if one.name.isascii():
        at = chance.randrange(1, len(one.name) - 1)
        changed = chance.choice(
            (one.name[at + 1] + one.name[at], one.name[at] * 2 + one.name[at + 1], one.name[at + 1])
        )
        return replace(one, name=one.name[:at] + changed + one.name[at + 2 :])
    return None


def _slipped(chance: Random, syllable: str) -> str:
    number = ord(syllable) - 0xAC00
    initial, vowel, final = number // 588, number % 588 // 28, number % 28
    slip = chance.randrange(3)
    if slip == 0:
        initial = (initial + chance.randrange(1, 19)) % 19
    elif slip == 1:
        vowel = (vowel + chance.randrange(1, 21)) % 21
    else:
        final = chance.choice([each for each in (0, 1, 4, 8, 16, 21) if each != final])
    return chr(0xAC00 + initial * 588 + vowel * 28 + final)


def _damaged(chance: Random, one: Person) -> Person | None:
    """What is left of a name that went through CP949 the wrong way."""
    if not "가" <= one.name[0] <= "힣":
        return None
    at = chance.randrange(len(one.name))
    ways = (
        one.name.encode("cp949").decode("latin-1"),
        one.name.encode().decode("latin-1"),
        one.name.encode().decode("cp949", "replace"),
        one.name[:at] + "?" + one.name[at + 1 :],
        one.name[:at] + "\ufffd" + one.name[at + 1 :],
        one.name[:at] + one.name[at + 1 :],
    )
    return replace(one, name=chance.choice(ways), name_latin=None)


def _new_number(chance: Random, one: Person) -> Person | None:
    return replace(one, phone=_phone(chance)) if one.birth_date else None


def _mistyped_number(chance: Random, one: Person) -> Person | None:
    if one.phone is None:
        return None
    at = chance.randrange(5, len(one.phone) - 1)
    exchanged = one.phone[:at] + one.phone[at + 1] + one.phone[at] + one.phone[at + 2 :]
    wrong = one.phone[:at] + str((int(one.phone[at]) + chance.randrange(1, 10)) % 10) + one.phone[at + 1 :]
    return replace(one, phone=chance.choice((exchanged, wrong)))


def _mistyped_birth_date(chance: Random, one: Person) -> Person | None:
    born = one.birth_date
    if born is None:
        return None
    if born.day <= 12 and chance.random() < 0.5:
        return replace(one, birth_date=born.replace(month=born.day, day=born.month))
    return replace(
        one, birth_date=born.replace(day=born.day % 10 or 1) if born.day > 10 else born.replace(day=born.day + 10)
    )


def _missing(chance: Random, one: Person) -> Person | None:
    """Values that were not asked for; the name and either the phone or the birth date are there."""
    left = replace(one, name_latin=None, sex=one.sex if chance.random() < 0.5 else None)
    if not one.phone or not one.birth_date:
        return left
    return replace(left, phone=None) if chance.random() < 0.5 else replace(left, birth_date=None)


_ERRORS: dict[str, Callable[[Random, Person], Person | None]] = {
    "none": _exact,
    "romanised": _romanised,
    "swapped order": _swapped,
    "typing error": _typing_error,
    "damaged by CP949": _damaged,
    "new number": _new_number,
    "mistyped number": _mistyped_number,
    "mistyped birth date": _mistyped_birth_date,
    "missing": _missing,
}

__all__ = ["Person", "Truth", "same_phone", "told", "truth", "write"]
