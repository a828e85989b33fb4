"""Reading in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.unify.read_ahead import read_ahead

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("app")


def chunks() -> Iterator[list[tuple[int, str]]]:
    """A few chunks that are larger than a pipe."""
    for number in range(5):
        yield [(number, "x" * 1000)] * 500


def broken() -> Iterator[list[int]]:
    """One chunk, then a fault."""
    yield [1]
    message = "no more"
    raise ValueError(message)


def test_chunks_arrive_whole_and_in_order() -> None:
    assert list(read_ahead(chunks, aside=True)) == list(read_ahead(chunks, aside=False)) == list(chunks())


def test_a_fault_of_the_reader_is_a_fault_of_the_whole() -> None:
    found = read_ahead(broken, aside=True)
    assert next(found) == [1]
    with pytest.raises(RuntimeError, match="ValueError: no more"):
        next(found)


def test_who_stops_listening_stops_the_reader() -> None:
    found = read_ahead(chunks, aside=True)
    assert len(next(found)) == 500
    found.close()  # type: ignore[attr-defined] # It is a generator; returns once the process has ended.
