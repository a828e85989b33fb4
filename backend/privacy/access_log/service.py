"""Keeping the access log: what tablets report, seals, verification, and cutting what is old."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from backend.core import audit, clock
from backend.core.audit import AccessEntry
from backend.core.db import TryAgain, db, is_duplicate, table_of
from backend.core.one_of import one_of
from backend.privacy.access_log import rules
from backend.privacy.access_log.models import AccessSeal
from backend.settings import current_settings
from backend.sync import sealing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backend.sync import Mutation

_log = structlog.get_logger(__name__)
_BATCH = 5_000
_entry = table_of(AccessEntry).c
_CONTENT = (
    _entry.id,
    _entry.at,
    _entry.recorded_at,
    _entry.staff_id,
    _entry.device_id,
    _entry.customer_id,
    _entry.what,
    _entry.reason,
)
# Locked, so that two workers never seal one entry twice.
_UNSEALED = (
    select(*_CONTENT)
    .where(_entry.seal_number.is_(None))
    .order_by(_entry.id)
    .limit(_BATCH)
    .with_for_update(of=table_of(AccessEntry))
)
_SEALED_IN = select(*_CONTENT).where(_entry.seal_number == bindparam("seal")).order_by(_entry.id)
_MARK = update(table_of(AccessEntry)).where(one_of(_entry.id, "ids")).values(seal_number=bindparam("seal"))


@dataclass(frozen=True)
class Verified:
    """What a verification found. `checkpoint` is the last seal as `NUMBER:CHAIN`; `faults` are sentences, or none."""

    seals: int
    entries: int
    unsealed: int
    checkpoint: str | None
    faults: list[str] = field(default_factory=list)


def report(mutations: Sequence[Mutation]) -> None:
    """Write down in the open unit of work which cards were opened on tablets; none later than it was reported."""
    audit.keep_accesses(
        audit.access_row(
            mutation.actor,
            entry["customer_id"],
            entry["what"],
            at=min(entry["at"], mutation.received_at),
            recorded_at=mutation.received_at,
        )
        for mutation in mutations
        for entry in mutation.data["entries"]
    )


def seal() -> AccessSeal | None:
    """Seal up to 5,000 entries in the open unit of work; the seal, or None when nothing waits."""
    rows = [tuple(row) for row in db.session.execute(_UNSEALED)]
    if not rows:
        return None
    last = db.session.execute(select(AccessSeal).order_by(AccessSeal.number.desc()).limit(1)).scalar_one_or_none()
    number, now = (last.number if last else 0) + 1, clock.now()
    content = rules.digest(rows)
    chained = rules.chain(
        last.chain if last else rules.FIRST, number=number, entries=len(rows), digest=content, sealed_at=now
    )
    key = _keys()[0]
    made = AccessSeal(
        number=number,
        entries=len(rows),
        digest=content,
        chain=chained,
        kid=key.kid,
        signature=rules.sign(chained, key),
        sealed_at=now,
    )
    db.session.add(made)
    try:
        db.session.flush()
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        raise TryAgain from error  # Another worker has just made a seal of this number.
    db.session.execute(_MARK, {"ids": [row[0] for row in rows], "seal": number})
    # Also where the database's owner cannot change it afterwards.
    _log.info("access_log_sealed", number=number, entries=len(rows), chain=chained)
    return made


def verify(expected: dict[int, str] | None = None) -> Verified:
    """Compare entries and seals with each other and the signatures, and with `expected` chains by number of seal."""
    keys = {key.kid: key for key in _keys()}
    faults: list[str] = []
    chains: dict[int, str] = {}
    before, count, entries = rules.FIRST, 0, 0
    for made in db.session.execute(select(AccessSeal).order_by(AccessSeal.number)).scalars():
        count += 1
        if made.number != count:
            faults.append(f"Seal {count} is missing.")
            count = made.number
        faults += _faults_of(made, before, keys)
        entries += made.entries if made.cut_at is None else 0
        before = chains[made.number] = made.chain
    faults += [
        f"Entries are marked with seal {number}, which does not exist."
        for number in db.session.execute(_stray()).scalars()
    ]
    for number, chained in (expected or {}).items():
        if chains.get(number) != chained:
            faults.append(f"Seal {number} is not the one that was noted: entries were removed or replaced.")
    unsealed = db.session.execute(select(func.count()).where(_entry.seal_number.is_(None))).scalar_one()
    return Verified(len(chains), entries, unsealed, f"{count}:{before}" if chains else None, faults)


def cut() -> int:
    """Delete the entries of batches that were sealed longer ago than is kept; how many. The seals stay."""
    limit = rules.months_before(clock.now(), current_settings().access_log_months)
    old = select(AccessSeal).where(AccessSeal.cut_at.is_(None), AccessSeal.sealed_at < limit).with_for_update()
    seals = list(db.session.execute(old).scalars())
    for made in seals:
        made.cut_at = clock.now()
        db.session.execute(delete(table_of(AccessEntry)).where(_entry.seal_number == made.number))
    return sum(made.entries for made in seals)


def _faults_of(made: AccessSeal, before: str, keys: dict[str, sealing.SealingKey]) -> Iterator[str]:
    said = {"number": made.number, "entries": made.entries, "digest": made.digest, "sealed_at": made.sealed_at}
    if rules.chain(before, **said) != made.chain:  # type: ignore[arg-type] # as the rule has them
        yield f"Seal {made.number} does not follow the one before it."
    key = keys.get(made.kid)
    if key is None:
        yield f"The key of seal {made.number} is not in DANGOL_SEALING_KEY: it cannot be verified."
    elif not hmac.compare_digest(rules.sign(made.chain, key), made.signature):
        yield f"The signature of seal {made.number} is not ours."
    rows: list[tuple[Any, ...]] = [tuple(row) for row in db.session.execute(_SEALED_IN, {"seal": made.number})]
    if made.cut_at is not None:
        if rows:
            yield f"Seal {made.number} was cut, yet {len(rows)} of its entries are there."
    elif len(rows) != made.entries:
        yield f"Seal {made.number} covers {made.entries} entries; {len(rows)} are there."
    elif rules.digest(rows) != made.digest:
        yield f"An entry under seal {made.number} was changed."


def _stray() -> Any:  # noqa: ANN401 - a select of numbers
    known = select(AccessSeal.number).where(AccessSeal.number == _entry.seal_number)
    return select(_entry.seal_number).where(_entry.seal_number.is_not(None), ~known.exists()).distinct()


def _keys() -> tuple[sealing.SealingKey, ...]:
    return sealing.keys(current_settings().sealing_key)


__all__ = ["Verified", "cut", "report", "seal", "verify"]
