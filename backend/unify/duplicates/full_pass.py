"""A pass over all members, in parts that are committed one by one: what is stopped goes on where it stopped.

First every member is entered into the index. Then the index is read along its keys, and those who share a block are
compared, a pair at the first key that it shares: once. A part's unit of work lasts less than a second: nobody waits for
long.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from backend.core import clock
from backend.core.db import db, run_in_unit_of_work
from backend.core.ids import BEFORE_ALL
from backend.customers import Customer
from backend.unify.duplicates import index, pairs
from backend.unify.duplicates.entering import ReadRecords, enter_all
from backend.unify.duplicates.models import DuplicatePair, DuplicatePass
from backend.unify.duplicates.rules import may_reach
from backend.unify.duplicates.settings import automatic_threshold
from backend.unify.duplicates.weights import REVIEW

if TYPE_CHECKING:
    from backend.unify.progress import Progress

_PAIRS_AT_ONCE = 500
_KEYS_AT_ONCE = 6_000


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


def find_all(progress: Progress) -> PassFigures:
    """Look for duplicates among all members, or go on with a pass that was stopped. Opens its own units of work."""
    total = max(db.session.scalar(select(func.count()).select_from(Customer)) or 0, 1)
    pass_id = run_in_unit_of_work(_begin)
    with ReadRecords() as read:
        enter_all(pass_id, read, lambda count: progress.at(count, fraction=count / (2 * total), unit="members"))
        new = _compare_outdated(pass_id, read)
        large = index.large_keys()
        db.session.rollback()
        while (done := run_in_unit_of_work(lambda: _compare_part(pass_id, read, large))) is not None:
            new += done.new
            progress.at(round(done.share * total), fraction=(1 + done.share) / 2, unit="members")
    return _figures(pass_id, new)


def _begin() -> str:
    """The pass that was stopped, or a new one."""
    stopped = select(DuplicatePass).where(DuplicatePass.finished_at.is_(None)).order_by(DuplicatePass.id.desc())
    found = db.session.scalars(stopped.limit(1)).one_or_none()
    if found is None:
        found = DuplicatePass(position=None)
        db.session.add(found)
        db.session.flush()
    return found.id


def _compare_outdated(pass_id: str, read: ReadRecords) -> int:
    """Compare the waiting pairs of members who have changed, which may share no key any more; how many are new."""
    new, after = 0, BEFORE_ALL
    while found := pairs.outdated(after, _PAIRS_AT_ONCE):
        db.session.rollback()
        new += run_in_unit_of_work(partial(_compare, pass_id, read, set(found.values()), already_open=True))
        after = max(found)
    db.session.rollback()
    return new


@dataclass(frozen=True, slots=True)
class _Compared:
    """How many new pairs a part found, and which share of the index is read."""

    new: int
    share: float


def _compare_part(pass_id: str, read: ReadRecords, large: set[int]) -> _Compared | None:
    """Compare those who share the next blocks; None when all are done."""
    state = db.session.get_one(DuplicatePass, pass_id)
    if state.phase == "done":
        return None
    blocks, last = index.next_blocks(state.compared_to, _KEYS_AT_ONCE)
    of = read.of(each for members in blocks.values() for each in members)
    keys = {each: set(read.keys_of(record)) - large for each, record in of.items()}
    candidates = {
        (one, other)
        for key, members in blocks.items()
        for one, other in combinations([each for each in members if each in of], 2)
        if min(keys[one] & keys[other], default=key) == key
    }
    new = _compare(pass_id, read, candidates)
    if last is None:
        state.phase, state.finished_at = "done", clock.now()
        return _Compared(new, 1.0)
    state.compared_to = last
    return _Compared(new, (last + 2**63) / 2**64)


def _compare(pass_id: str, read: ReadRecords, some: set[tuple[str, str]], *, already_open: bool = False) -> int:
    """Compare pairs and keep those that reach the review threshold; how many are new."""
    of = read.of(each for pair in some for each in pair)
    known = [(of[one], of[other]) for one, other in sorted(some) if one in of and other in of]
    scored = [pairs.compared(*each) for each in known if already_open or may_reach(*each, REVIEW)]
    db.session.get_one(DuplicatePass, pass_id).compared += len(some)
    return pairs.keep(scored, some if already_open else ())


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
