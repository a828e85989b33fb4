"""The first phase of a pass: every member is entered into the index as she is now, past whoever has not changed.

Keys are spread over the whole index. Those of many members are therefore written in the index's order, so that a page
of it is written once for all of them: member by member, the time would grow faster than their number.
"""

from __future__ import annotations

import gc
from array import array
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Self

from backend.core.db import db, run_in_unit_of_work
from backend.unify.duplicates import index, records
from backend.unify.duplicates.blocking import blocking_keys
from backend.unify.duplicates.models import DuplicatePass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from backend.unify.duplicates.record import Record

_PART = 3_000
_STAGE_PARTS = 20
"""How many parts have their keys written together, about a hundred bytes a key until then."""
_KEYS_AT_ONCE = 30_000
_READ_AHEAD = 800_000
"""How many members are kept in memory, about a kilobyte each; those beyond are read again when they are compared."""


class ReadRecords:
    """Members that were read, so that who is in many blocks is read once; and the keys of those who were entered.

    They stay until the end of the `with` block, and Python does not look through them for garbage: with hundreds of
    thousands that took a quarter of a pass.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Record] = {}
        self._keys: dict[str, array[int]] = {}

    def __enter__(self) -> Self:
        """Begin to remember."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget them."""
        self._kept.clear()
        self._keys.clear()
        gc.unfreeze()

    def keep(self, found: Mapping[str, Record], keys: Mapping[str, Sequence[int]]) -> None:
        """Remember members and their keys, as long as there is room."""
        if found and len(self._kept) < _READ_AHEAD:
            self._kept.update(found)
            self._keys.update((customer_id, array("q", some)) for customer_id, some in keys.items())
            gc.freeze()

    def of(self, ids: Iterable[str]) -> dict[str, Record]:
        """Those of `ids` who exist."""
        wanted = set(ids)
        found = {each: self._kept[each] for each in wanted if each in self._kept}
        missing = records.load(wanted - found.keys())
        self.keep(missing, {})
        return found | missing

    def keys_of(self, record: Record) -> Sequence[int]:
        """Her keys in the index."""
        return self._keys.get(record.id) or blocking_keys(record)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some members up to `last`; of those who are new or have changed, {id: (fingerprint, keys)}."""

    members: int
    last: str
    announced: dict[str, tuple[str, Sequence[int]]]


def enter_all(pass_id: str, read: ReadRecords, said: Callable[[int], None]) -> None:
    """Enter whoever is not yet in; `said` hears how many are. Opens its own units of work, each below a second."""
    count = 0
    while stage := _announce_stage(pass_id, read):
        keys = sorted((key, each) for part in stage for each, (_, some) in part.announced.items() for key in some)
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            run_in_unit_of_work(partial(index.add_keys, keys[start : start + _KEYS_AT_ONCE]))
            said(count)
        for part in stage:
            run_in_unit_of_work(partial(_settle_part, pass_id, part))
            count += part.members
            said(count)


def _announce_stage(pass_id: str, read: ReadRecords) -> list[_Part]:
    """The next parts, announced; none when all members are in."""
    stage: list[_Part] = []
    while len(stage) < _STAGE_PARTS:
        part = run_in_unit_of_work(partial(_announce_part, pass_id, stage[-1].last if stage else None, read))
        if part is None:
            break
        stage.append(part)
    return stage


def _announce_part(pass_id: str, after: str | None, read: ReadRecords) -> _Part | None:
    """The members after `after`, or after the last part that was settled."""
    state = db.session.get_one(DuplicatePass, pass_id)
    if state.phase != "index":
        return None
    ids = records.next_ids(after or state.position, _PART)
    if not ids:
        if after is None:
            state.phase = "compare"
        return None
    found = records.load(ids)
    keys = index.announce(found.values())
    read.keep(found, keys)
    return _Part(len(ids), ids[-1], {each: (found[each].fingerprint, some) for each, some in keys.items()})


def _settle_part(pass_id: str, part: _Part) -> None:
    index.settle(part.announced)
    state = db.session.get_one(DuplicatePass, pass_id)
    state.position, state.members = part.last, state.members + part.members
