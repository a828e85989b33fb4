"""Pairs as they are found, come back, and are decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, exists, or_, select, union_all
from sqlalchemy.orm import aliased

from backend.core import audit, clock
from backend.core.db import db, table_of
from backend.core.errors import NotFound
from backend.core.ids import is_id
from backend.core.one_of import one_of
from backend.unify.duplicates import index
from backend.unify.duplicates.models import DuplicatePair, DuplicateRecord
from backend.unify.duplicates.rules import Score, score
from backend.unify.duplicates.settings import automatic_threshold
from backend.unify.duplicates.weights import REVIEW
from backend.unify.models import Merge

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from backend.core.audit import Actor
    from backend.unify.duplicates.record import Record

DIFFERENT = "different"
_PAIR = table_of(DuplicatePair).c
# Each side by an index of its own: uq_duplicate_pair_first_id_second_id, ix_duplicate_pair_second_id.
_OPEN_PAIRS = union_all(
    *(
        select(_PAIR.first_id, _PAIR.second_id).where(one_of(side, "ids"), _PAIR.decision.is_(None))
        for side in (_PAIR.first_id, _PAIR.second_id)
    )
)
_FIRST, _SECOND = aliased(DuplicateRecord), aliased(DuplicateRecord)
_OUTDATED = (
    select(DuplicatePair.id, DuplicatePair.first_id, DuplicatePair.second_id)
    .join(_FIRST, _FIRST.customer_id == DuplicatePair.first_id)
    .join(_SECOND, _SECOND.customer_id == DuplicatePair.second_id)
    .where(
        DuplicatePair.decision.is_(None),
        DuplicatePair.id > bindparam("after"),
        DuplicatePair.fingerprint != _FIRST.fingerprint + ":" + _SECOND.fingerprint,
    )
    .order_by(DuplicatePair.id)
    .limit(bindparam("size"))
)


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """Two members, the smaller id first, and how they compare."""

    first: Record
    second: Record
    score: Score

    @property
    def fingerprint(self) -> str:
        """Of both members' compared values."""
        return f"{self.first.fingerprint}:{self.second.fingerprint}"


def compared(one: Record, other: Record) -> ScoredPair:
    """The two in order, with their score."""
    first, second = (one, other) if one.id < other.id else (other, one)
    return ScoredPair(first, second, score(first, second))


def open_pairs(ids: Collection[str]) -> set[tuple[str, str]]:
    """The stored pairs without a decision in which one of `ids` is: their score may have fallen."""
    return {(first, second) for first, second in db.session.execute(_OPEN_PAIRS, {"ids": list(ids)}).all()}


def outdated(after: str, size: int) -> dict[str, tuple[str, str]]:
    """{id: members} of the next stored pairs without a decision of which a member has changed since."""
    rows = db.session.execute(_OUTDATED, {"after": after, "size": size}).all()
    return {row.id: (row.first_id, row.second_id) for row in rows}


def keep(scored: Iterable[ScoredPair], already_open: Collection[tuple[str, str]]) -> int:
    """Write the pairs that reach the review threshold; how many are new or back.

    Of those `already_open`, which no longer reach it are taken away. A decided pair stays decided while both members'
    values are those of the decision. A pair of which a member was changed or erased since she was read is left to
    whoever did that.
    """
    pairs = {
        (each.first.id, each.second.id): each
        for each in scored
        if each.score.total >= REVIEW or (each.first.id, each.second.id) in already_open
    }
    if not pairs:
        return 0
    current = index.fingerprints({customer_id for pair in pairs for customer_id in pair})
    known = _known(pairs)
    new = 0
    for ids, pair in sorted(pairs.items()):
        if all(current.get(each.id) == each.fingerprint for each in (pair.first, pair.second)):
            new += _keep(pair, known.get(ids))
    db.session.flush()
    return new


def decide_different(pair_id: str, *, acting_staff: Actor) -> DuplicatePair:
    """Say that the two are different people. Raises `NotFound`, also for a pair that was merged meanwhile."""
    pair = find(pair_id)
    if pair.decision is None:
        pair.decision, pair.decided_by, pair.decided_at = DIFFERENT, acting_staff.staff_id, clock.now()
        detail_of = {"first": pair.first_id, "second": pair.second_id}
        audit.record(
            acting_staff, "duplicate.different", subject_kind="duplicate_pair", subject_id=pair.id, detail=detail_of
        )
    return pair


def keep_apart(one: str, other: str) -> None:
    """Decide that two who were parted are different people, if they are a pair at all."""
    first, second = sorted((one, other))
    query = select(DuplicatePair).where(DuplicatePair.first_id == first, DuplicatePair.second_id == second)
    pair = db.session.scalars(query).one_or_none()
    if pair is not None and pair.decision is None:
        pair.decision, pair.decided_at = DIFFERENT, clock.now()


def sure() -> tuple[str, str] | None:
    """The surest pair that waits for a decision and reaches the automatic threshold: by ix_duplicate_pair_queue.

    Never two whom somebody parted, whatever has changed since: about those a person is asked.
    """
    both = (DuplicatePair.first_id, DuplicatePair.second_id)
    parted = exists().where(Merge.survivor_id.in_(both), Merge.merged_id.in_(both), Merge.undone_at.is_not(None))
    open_ = select(*both).where(DuplicatePair.decision.is_(None), DuplicatePair.score >= automatic_threshold(), ~parted)
    row = db.session.execute(open_.order_by(DuplicatePair.score.desc(), DuplicatePair.id.desc()).limit(1)).one_or_none()
    return (row.first_id, row.second_id) if row else None


def find(pair_id: str) -> DuplicatePair:
    """The pair, held until the commit. Raises `NotFound`."""
    query = select(DuplicatePair).where(DuplicatePair.id == pair_id).with_for_update()
    found = db.session.scalars(query).one_or_none() if is_id(pair_id) else None
    if found is None:
        raise NotFound
    return found


def drop(customer_id: str) -> None:
    """Delete every pair of a member."""
    hers = or_(DuplicatePair.first_id == customer_id, DuplicatePair.second_id == customer_id)
    db.session.execute(delete(DuplicatePair).where(hers), execution_options={"synchronize_session": False})


def _known(pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], DuplicatePair]:
    """Those of `pairs` that are stored, by the unique index; the members of a pair often share no other."""
    query = select(DuplicatePair).where(one_of(_PAIR.first_id, "ids")).with_for_update()
    ordered = query.order_by(DuplicatePair.first_id, DuplicatePair.second_id)
    rows = db.session.scalars(ordered, {"ids": sorted({first for first, _ in pairs})})
    return {(row.first_id, row.second_id): row for row in rows if (row.first_id, row.second_id) in pairs}


def _keep(pair: ScoredPair, known: DuplicatePair | None) -> bool:
    """Whether the pair is open now and was not before."""
    if known is not None and known.fingerprint == pair.fingerprint:
        return False
    if pair.score.total < REVIEW:
        if known is not None and known.decision is None:
            db.session.delete(known)
        return False
    values: dict[str, Any] = {
        "score": pair.score.total,
        "reasons": [reason.as_json() for reason in pair.score.reasons],
        "fingerprint": pair.fingerprint,
    }
    if known is None:
        db.session.add(DuplicatePair(first_id=pair.first.id, second_id=pair.second.id, **values))
        return True
    back = known.decision is not None
    if back:
        values |= {"decision": None, "decided_by": None, "decided_at": None, "found_at": clock.now()}
    for name, value in values.items():
        setattr(known, name, value)
    return back
