"""Erasing a person, and keeping her erased. Each write is one function; the edge's unit of work commits it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from backend import customers
from backend.core import audit, clock
from backend.core.audit import SYSTEM, Actor, AuditEntry
from backend.core.db import db
from backend.core.errors import NotFound, ValidationFailed
from backend.core.ids import is_id
from backend.privacy import ledger
from backend.privacy.models import Erasure
from backend.privacy.rules import mentions
from backend.sync import erasure as engine

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from backend.core.events import DatabaseRestored, RestoreBegins

_CARRIED = "erasures"


def erase(customer_id: str, *, acting_staff: Actor) -> Erasure:
    """Erase a customer everywhere but in blocks, which the edge has cleaned next. Once more changes nothing.

    Whoever was merged into her, or whom she was merged into, is the same person, and erased with her.
    Raises `NotFound` for somebody who is neither known nor erased.
    """
    customer_id = customers.survivors([customer_id]).get(customer_id, customer_id)
    done = db.session.get(Erasure, customer_id) if is_id(customer_id) else None
    if done is None and (not is_id(customer_id) or not customers.is_known(customer_id)):
        detail = "No customer has this id."
        raise NotFound(detail)
    for each in (customer_id, *customers.merged_into(customer_id)):
        ledger.append(each)
    return _erase(customer_id, acting_staff=acting_staff)


def erase_named(customer_id: str, name: str, *, acting_staff: Actor) -> Erasure:
    """As `erase`, for who has typed her name. Raises `ValidationFailed` when it is another, `NotFound`."""
    customer = customers.get_customer(customer_id)
    if customer.name != name:
        raise ValidationFailed({"name": ["This is not the name on her card."]})
    return erase(customer.id, acting_staff=acting_staff)


def erase_again(ids: Iterable[str]) -> int:
    """Erase whoever of `ids` this database does not know as erased; how many of them it still held.

    For data that is older than the erasures: one that it never held is written down, should a tablet register her anew.
    """
    wanted = set(ids)
    known = set(db.session.execute(select(Erasure.customer_id)).scalars())
    held = 0
    for customer_id in sorted(wanted - known):
        held += customers.is_known(customer_id)
        _erase(customer_id, acting_staff=SYSTEM)
    return held


def erase_at_once(event: customers.CustomerRegistered) -> None:
    """Erase anew whom a tablet registers that had not heard of the erasure: it sends again what it has recorded."""
    if db.session.get(Erasure, event.customer_id) is not None:
        _erase(event.customer_id, acting_staff=event.actor)


def carry_over(event: RestoreBegins) -> None:
    """Say before a restore who was erased, as the table knows it and the file."""
    known = set(db.session.execute(select(Erasure.customer_id)).scalars()) if event.readable else set()
    event.carried[_CARRIED] = known | ledger.read()


def forget_again(event: DatabaseRestored) -> None:
    """Erase in the restored data who was erased since the backup."""
    event.counts["erased_again"] = erase_again(event.carried.get(_CARRIED, ()))


def forget_late(since: datetime) -> int:
    """Delete what tablets sent of erased persons since then and was rejected: rejections keep what was sent."""
    erased = set(db.session.execute(select(Erasure.customer_id)).scalars())
    return engine.forget_rejected(erased.__contains__, since=since) if erased else 0


def _erase(customer_id: str, *, acting_staff: Actor) -> Erasure:
    erased = customers.erase(customer_id)
    if erased is not None:
        ids = (customer_id, *erased.merged)
        for each in ids:
            engine.forget_row(customers.COLLECTION, each)
        engine.forget_rejected(partial(mentions, erased))
        about_her = (AuditEntry.subject_kind == "customer") & (AuditEntry.subject_id.in_(ids))
        db.session.execute(update(AuditEntry).where(about_her).values(detail=None))
        audit.record(acting_staff, "privacy.erase", subject_kind="customer", subject_id=customer_id)
        for each in erased.merged:
            if db.session.get(Erasure, each) is None:
                db.session.add(Erasure(customer_id=each, erased_at=clock.now(), staff_id=acting_staff.staff_id))
    entry = db.session.get(Erasure, customer_id)
    if entry is None:
        entry = Erasure(customer_id=customer_id, erased_at=clock.now(), staff_id=acting_staff.staff_id)
        db.session.add(entry)
    if erased is not None:
        entry.blocks_clean_at = None
    db.session.flush()
    return entry
