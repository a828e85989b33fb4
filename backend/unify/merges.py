"""Merging two customers into one, and undoing it. Each write is one function; the edge's unit of work commits it.

The survivor keeps her id and what she has; she gets the fields that were chosen from the other one, and those that she
lacked. Undoing gives each her own fields back, unless somebody edited them since, and each the history that is hers.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, or_, select, true

from backend.core import audit, clock
from backend.core.audit import AuditEntry
from backend.core.db import db
from backend.core.errors import Conflict, NotFound, ValidationFailed
from backend.core.ids import is_id
from backend.customers import (
    Customer,
    CustomerErased,
    MergedCustomer,
    get_customer,
    hold,
    keep_number,
    merge_into,
    part,
)
from backend.unify import duplicates
from backend.unify.models import Merge

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from backend.core.audit import Actor

FIELDS = (
    "name",
    "name_latin",
    "name_han",
    "phone",
    "email",
    "language",
    "birth_date",
    "sex",
    "nationality",
    "district",
    "home_store_id",
    "preferred_staff_id",
    "household_id",
    "memo",
)
"""What a customer has once, and is chosen from one of the two."""
# As edits call it, where that is another name.
_EDITED_AS = {"home_store_id": "home_store", "preferred_staff_id": "preferred_staff"}


def merge(survivor_id: str, merged_id: str, *, take: Collection[str] = (), acting_staff: Actor) -> Merge:
    """Make `merged_id` a part of `survivor_id`, taking the fields named in `take` from her.

    Raises `NotFound` for somebody unknown, `ValidationFailed` for the same person twice or a field that there is not.
    """
    if strange := sorted(set(take) - set(FIELDS)):
        raise ValidationFailed({"take": [f"There is no field {strange[0]} to choose."]})
    hold([survivor_id, merged_id])
    survivor, other = get_customer(survivor_id), get_customer(merged_id)
    if survivor.id == other.id:
        raise ValidationFailed({"merged_id": ["These two are one customer already."]})
    if merged_id != other.id or survivor_id != survivor.id:
        detail = "One of them was merged into somebody else in the meantime; look at her again."
        raise Conflict(detail)
    entry = Merge(survivor_id=survivor.id, merged_id=other.id, staff_id=acting_staff.staff_id)
    entry.merged_at = clock.now()
    entry.fields = _choose(survivor, other, take)
    db.session.add(entry)
    db.session.flush()
    keep_number(survivor.id, entry.fields.get("phone", (None,))[0])
    merge_into(survivor, other)
    detail_ = {"merge": entry.id, "merged": merged_id, "fields": sorted(entry.fields)}
    audit.record(acting_staff, "customer.merge", subject_kind="customer", subject_id=survivor_id, detail=detail_)
    return entry


def merge_surest(*, acting_staff: Actor) -> Merge | None:
    """Merge the surest pair of duplicates that reaches the automatic threshold; None when none is left.

    Whoever was registered first stays.
    """
    pair = duplicates.sure()
    return None if pair is None else merge(*pair, acting_staff=acting_staff)


def undo(merge_id: str, *, acting_staff: Actor) -> Merge:
    """Make two of them again. Raises `NotFound`, and `Conflict` with the later merge that has to be undone before."""
    entry = find(merge_id)
    if entry.undone_at is not None:
        detail = "This merge was undone already."
        raise Conflict(detail)
    hold([entry.survivor_id])
    _refuse_below(entry)
    _give_back(entry)
    parted = part(entry.merged_id)
    entry = find(merge_id)
    entry.undone_at, entry.undone_by = clock.now(), acting_staff.staff_id
    entry.unclear = [list(each) for each in parted.unclear]
    for customer_id in (entry.survivor_id, entry.merged_id):
        detail_ = {"merge": entry.id}
        audit.record(acting_staff, "merge.undo", subject_kind="customer", subject_id=customer_id, detail=detail_)
    return entry


def merges(*, customer_id: str | None = None, standing: bool = False) -> Select[Merge]:
    """Merges, those of one customer or all; with `standing` those that were not undone."""
    concerned = or_(Merge.survivor_id == customer_id, Merge.merged_id == customer_id) if customer_id else true()
    return select(Merge).where(concerned, Merge.undone_at.is_(None) if standing else true())


def described(found: Sequence[Merge]) -> list[dict[str, Any]]:
    """What the list shows of each: who the two are by name, as far as anybody knows them still."""
    ids = {each for entry in found for each in (entry.survivor_id, entry.merged_id)}
    names = {
        row.id: row.name for row in db.session.execute(select(Customer.id, Customer.name).where(Customer.id.in_(ids)))
    }
    kept = select(MergedCustomer.id, MergedCustomer.kept).where(MergedCustomer.id.in_(ids - names.keys()))
    names |= {row.id: row.kept["customer"]["name"] for row in db.session.execute(kept)}
    columns = ("id", "survivor_id", "merged_id", "merged_at", "staff_id", "undone_at", "undone_by", "unclear")
    return [
        {name: getattr(entry, name) for name in columns}
        | {"survivor": names.get(entry.survivor_id), "merged": names.get(entry.merged_id)}
        | {"fields_changed": sorted(entry.fields)}
        for entry in found
    ]


def find(merge_id: str) -> Merge:
    """Return one merge. Raises `NotFound`."""
    found = db.session.get(Merge, merge_id) if is_id(merge_id) else None
    if found is None:
        raise NotFound
    return found


def forget(event: CustomerErased) -> None:
    """Delete what merges of an erased customer say of her fields, with the merges."""
    ids = (event.customer_id, *event.merged)
    for entry in db.session.scalars(select(Merge).where(or_(Merge.survivor_id.in_(ids), Merge.merged_id.in_(ids)))):
        db.session.delete(entry)
    db.session.flush()


def _choose(survivor: Customer, other: Customer, take: Collection[str]) -> dict[str, Any]:
    """Give the survivor what is taken from the other; {field: [before, now]} of what changed."""
    chosen: dict[str, Any] = {}
    for name in FIELDS:
        had, offered = getattr(survivor, name), getattr(other, name)
        if offered is not None and offered != had and (had is None or name in take):
            setattr(survivor, name, offered)
            chosen[name] = [_plain(had), _plain(offered)]
    return chosen


def _refuse_below(entry: Merge) -> None:
    """Refuse what a later merge rests upon."""
    for later in db.session.scalars(merges(customer_id=entry.survivor_id, standing=True).order_by(Merge.merged_at)):
        on_top = later.merged_at > entry.merged_at and set(later.fields) & set(entry.fields)
        if later.id == entry.id or not (later.merged_id == entry.survivor_id or on_top):
            continue
        when = clock.rfc3339(later.merged_at)
        if later.merged_id == entry.survivor_id:
            detail = f"She was merged into somebody else at {when} (merge {later.id}); undo that first."
        else:
            detail = f"A later merge at {when} (merge {later.id}) changed the same fields; undo that first."
        raise Conflict(detail)


def _give_back(entry: Merge) -> None:
    """Give the survivor the fields that she had, as far as nobody edited them since."""
    survivor = get_customer(entry.survivor_id)
    edited = _edited_since(entry)
    for name, (had, got) in entry.fields.items():
        if _EDITED_AS.get(name, name) not in edited and _plain(getattr(survivor, name)) == got:
            setattr(survivor, name, date.fromisoformat(had) if name == "birth_date" and had else had)
    db.session.flush()


def _edited_since(entry: Merge) -> set[str]:
    query = select(AuditEntry.detail).where(
        AuditEntry.subject_kind == "customer",
        AuditEntry.subject_id == entry.survivor_id,
        AuditEntry.action == "customer.edit",
        AuditEntry.at >= entry.merged_at,
    )
    return {name for detail in db.session.execute(query).scalars() if detail for name in detail.get("fields", ())}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field
    return value.isoformat() if isinstance(value, date) else value
