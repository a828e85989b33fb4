"""What the register means on a day, and which way a text takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.routing import rules
from sms.routing.rules import Item, Option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backend.delivery import Route

DAY = date(2026, 11, 10)


@dataclass(frozen=True)
class Entry:
    """An entry of the register."""

    id: str
    valid_until: date | None = None
    registered_on: date | None = None


@pytest.mark.parametrize(
    ("begins", "ends", "state"),
    [
        (None, None, "ok"),
        (date(2026, 11, 10), None, "ok"),
        (date(2026, 11, 11), None, "not_yet"),
        (date(2026, 11, 11), date(2026, 11, 12), "not_yet"),
        (None, date(2026, 11, 9), "expired"),
        (None, date(2026, 11, 10), "expiring"),
        (None, date(2026, 12, 10), "expiring"),
        (None, date(2026, 12, 11), "ok"),
    ],
)
def test_both_days_are_included_and_the_last_month_is_said(begins: date | None, ends: date | None, state: str) -> None:
    assert rules.state_on(DAY, begins=begins, ends=ends) == state


def test_what_stands_longest_counts_and_of_equals_the_newest() -> None:
    soon, late, old, new = (
        Entry("1", date(2026, 11, 20)),
        Entry("2", date(2027, 1, 1)),
        Entry("3"),
        Entry("4"),
    )
    gone, coming = Entry("5", date(2026, 1, 1)), Entry("6", None, date(2027, 1, 1))
    assert rules.best([soon, late, gone, coming], DAY) == late
    assert rules.best([new, old, late], DAY) == new
    assert rules.best([gone, coming], DAY) is None


@pytest.mark.parametrize(
    ("entries", "item"),
    [
        ([], Item("sender_number", "missing", "daon")),
        ([Entry("1")], Item("sender_number", "ok", "daon")),
        ([Entry("1", date(2026, 1, 1))], Item("sender_number", "expired", "daon", date(2026, 1, 1))),
        (
            [Entry("1", date(2026, 1, 1)), Entry("2", None, date(2027, 1, 1))],
            Item("sender_number", "not_yet", "daon"),
        ),
        (
            [Entry("1", date(2026, 11, 20)), Entry("2", None, date(2027, 1, 1))],
            Item("sender_number", "expiring", "daon", date(2026, 11, 20)),
        ),
    ],
)
def test_a_line_of_the_checklist_is_about_the_best_entry(entries: list[Entry], item: Item) -> None:
    assert rules.item("sender_number", "daon", entries, DAY) == item


@pytest.mark.parametrize(
    ("lines", "ready"),
    [
        ("contact=ok refusal=ok a.number=ok a.certificate=expiring", True),
        ("contact=ok refusal=ok a.number=ok b.certificate=ok", False),
        ("contact=ok refusal=ok a.number=missing a.certificate=ok b.number=ok b.certificate=ok", True),
        ("contact=ok refusal=ok a.number=expired a.certificate=ok", False),
        ("contact=ok refusal=ok a.number=ok a.certificate=expired", False),
        ("contact=ok refusal=ok a.number=not_yet a.certificate=ok", False),
        ("contact=missing refusal=ok a.number=ok a.certificate=ok", False),
        ("contact=ok refusal=missing a.number=ok a.certificate=ok", False),
        ("contact=ok refusal=ok", False),
    ],
)
def test_a_unit_is_ready_when_one_provider_has_all_that_it_needs(lines: str, *, ready: bool) -> None:
    whats = {"number": "sender_number"}
    items = []
    for line in lines.split():
        name, _, state = line.partition("=")
        provider, _, what = name.rpartition(".")
        items.append(Item(whats.get(what, what), state, provider or None))  # type: ignore[arg-type] # words of a table
    assert rules.is_ready(items) is ready


def option(provider: str, *, number: bool = True, certificate: bool = True, usable: bool = False) -> Option:
    return Option(provider, "+8215880000" if number else None, "다온" if certificate else None, None, usable)


def names(route: Route | None) -> list[str]:
    return [each.provider for each in chain(route)]


def chain(route: Route | None) -> Iterator[Route]:
    while route is not None:
        yield route
        route = route.then


@pytest.mark.parametrize(
    ("options", "purpose", "country", "expected"),
    [
        ([], "service", "KR", []),
        ([option("a"), option("b")], "service", "KR", ["a", "b"]),
        ([option("a"), option("b")], "commercial", "KR", ["a", "b"]),
        ([option("a", number=False), option("b")], "service", "KR", ["b"]),
        ([option("a", number=False, usable=True), option("b")], "service", "KR", ["a", "b"]),
        ([option("a", number=False, usable=True), option("b")], "commercial", "KR", ["b"]),
        ([option("a", certificate=False), option("b")], "commercial", "KR", ["b"]),
        ([option("a"), option("b", certificate=False)], "commercial", "KR", ["a"]),
        ([option("a", certificate=False), option("b", certificate=False)], "commercial", "KR", ["a"]),
        ([option("a", certificate=False), option("b", certificate=False)], "commercial", "JP", ["a", "b"]),
        ([option("a", number=False)], "commercial", "KR", []),
        ([option("a", number=False, usable=True)], "commercial", "KR", ["a"]),
    ],
)
def test_providers_take_their_turn_where_they_may(
    options: list[Option], purpose: str, country: str, expected: list[str]
) -> None:
    assert names(rules.way(options, purpose=purpose, country=country)) == expected


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=3),
    st.sampled_from(["commercial", "service"]),
    st.sampled_from(["KR", "JP", None]),
)
def test_advertising_in_korea_never_falls_back_to_whoever_lacks_something(
    given_options: list[tuple[bool, bool, bool]], purpose: str, country: str | None
) -> None:
    options = [
        option(str(place), number=number, certificate=certificate, usable=usable)
        for place, (number, certificate, usable) in enumerate(given_options)
    ]
    ways = list(chain(rules.way(options, purpose=purpose, country=country)))
    lawful = [each for each in options if each.sender_number and each.certificate_holder]
    if purpose == "commercial" and country == "KR":
        assert len(ways) == 1 or all(each.sender_number and each.certificate_holder for each in ways)
        assert [each.provider for each in ways] == [each.provider for each in lawful] or not lawful
    else:
        assert [each.provider for each in ways] == [
            each.provider for each in options if each.sender_number or each.usable
        ]
