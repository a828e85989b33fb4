"""A pass over all members, in parts that are committed one by one: what is stopped goes on where it stopped.

First every member is entered into the index, then each is compared with those of her blocks who come before her, so
that each pair is looked at once. A part's unit of work lasts less than a second: nobody waits for long.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from backend.core import clock
from backend.core.db import db, run_in_unit_of_work
from backend.customers import Customer
from backend.unify.duplicates import index, pairs, records
from backend.unify.duplicates.blocking import blocking_keys
from backend.unify.duplicates.models import DuplicatePair, DuplicatePass
from backend.unify.duplicates.settings import automatic_threshold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from backend.unify.duplicates.record import Record
    from backend.unify.progress import Progress

# Keys are spread over the whole index: few large parts write its pages less often than many small ones.
_ENTER_AT_ONCE = 3_000
_COMPARE_AT_ONCE = 500
_READ_AHEAD = 300_000
"""How many members are kept in memory, about a kilobyte each."""


@dataclass(frozen=True, slots=True)
class PassFigures:
    """What a pass did, and what waits after it. `automatic` of the `open` pairs reach the automatic threshold."""

    members: int
    compared: int
    new: int
    open: int
    automatic: int

    def as_json(self) -> dict[str, int]:
        """As the command prints it."""
        return asdict(self)


class _Records(dict[str, "Record"]):
    """Members that were read, so that who is in many blocks is read once; and the keys of those who were entered."""

    def __init__(self) -> None:
        super().__init__()
        self.keys_of: dict[str, list[int]] = {}

    def fetch(self, ids: Collection[str]) -> None:
        """Have all of `ids` who exist here."""
        if len(self) > _READ_AHEAD:
            self.clear()
            self.keys_of.clear()
        self.update(records.load([each for each in ids if each not in self]))


def find_all(progress: Progress) -> PassFigures:
    """Look for duplicates among all members, or go on with a pass that was stopped. Opens its own units of work."""
    total = max(db.session.scalar(select(func.count()).select_from(Customer)) or 0, 1)
    pass_id = run_in_unit_of_work(_begin)
    read = _Records()
    new = 0
    _repeat(lambda: _enter_part(pass_id, read), progress, total=2 * total, before=0)
    large = index.large_keys()
    db.session.rollback()

    def compare() -> int | None:
        nonlocal new
        done = _compare_part(pass_id, read, large)
        new += done[1]
        return done[0]

    _repeat(compare, progress, total=2 * total, before=total)
    return _figures(pass_id, new)


def _repeat(part: Callable[[], int | None], progress: Progress, *, total: int, before: int) -> None:
    """Do part after part until one has nothing left to do."""
    count = 0
    while (done := run_in_unit_of_work(part)) is not None:
        count += done
        progress.at(count, fraction=(before + count) / total, unit="members")


def _begin() -> str:
    """The pass that was stopped, or a new one."""
    stopped = select(DuplicatePass).where(DuplicatePass.finished_at.is_(None)).order_by(DuplicatePass.id.desc())
    found = db.session.scalars(stopped.limit(1)).one_or_none()
    if found is None:
        found = DuplicatePass(position=None)
        db.session.add(found)
        db.session.flush()
    return found.id


def _enter_part(pass_id: str, read: _Records) -> int | None:
    """Enter the next members; how many, or None when all are in."""
    state = db.session.get_one(DuplicatePass, pass_id)
    if state.phase != "index":
        return None
    ids = records.next_ids(state.position, _ENTER_AT_ONCE)
    if not ids:
        state.phase, state.position = "compare", None
        return None
    found = records.load(ids)
    keys = index.enter(list(found.values()))
    if len(read) < _READ_AHEAD:
        read.update(found)
        read.keys_of.update(keys)
    state.position, state.members = ids[-1], state.members + len(ids)
    return len(ids)


def _compare_part(pass_id: str, read: _Records, large: set[int]) -> tuple[int | None, int]:
    """Compare the next members with those before them; how many (None when all are done), and how many new pairs."""
    state = db.session.get_one(DuplicatePass, pass_id)
    ids = records.next_ids(state.position, _COMPARE_AT_ONCE)
    if not ids:
        state.phase, state.finished_at = "done", clock.now()
        return None, 0
    read.fetch(ids)
    known = {each: read.keys_of.get(each) or blocking_keys(read[each]) for each in ids if each in read}
    keys = {each: [key for key in some if key not in large] for each, some in known.items()}
    blocks = index.blocks(key for some in keys.values() for key in some)
    candidates = {(mate, each) for each, some in keys.items() for key in some for mate in blocks[key] if mate < each}
    already_open = {pair for pair in pairs.open_pairs(ids) if pair[1] in keys}
    candidates |= already_open
    read.fetch({each for pair in candidates for each in pair})
    scored = [pairs.compared(read[one], read[other]) for one, other in candidates if one in read and other in read]
    state.position, state.compared = ids[-1], state.compared + len(candidates)
    return len(ids), pairs.keep(scored, already_open)


def _figures(pass_id: str, new: int) -> PassFigures:
    state = db.session.get_one(DuplicatePass, pass_id)
    waiting: Any = select(func.count()).select_from(DuplicatePair).where(DuplicatePair.decision.is_(None))
    return PassFigures(
        members=state.members,
        compared=state.compared,
        new=new,
        open=db.session.scalar(waiting) or 0,
        automatic=db.session.scalar(waiting.where(DuplicatePair.score >= automatic_threshold())) or 0,
    )
