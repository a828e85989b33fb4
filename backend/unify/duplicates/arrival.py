"""Looking for a member's duplicates when she is registered, and again when she is edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.core.db import db
from backend.unify.duplicates import index, pairs, records

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backend.customers import CustomerEdited, CustomerErased, CustomerRegistered, CustomersMerged, CustomersParted

_COMPARED = frozenset(
    {"name", "name_latin", "name_han", "phone", "phones", "cards", "email", "birth_date", "sex", "nationality"}
)


def find_on_arrival(customer_id: str) -> int:
    """Enter a member into the index and compare her with those who share a block; how many pairs are new.

    Within the open unit of work. Two who are registered in the same moment are found by the next pass.
    """
    db.session.flush()
    record = records.load([customer_id]).get(customer_id)
    if record is None:
        return 0
    index.enter([record])
    already_open = pairs.open_pairs([customer_id])
    partners = {each for pair in already_open for each in pair} - {customer_id}
    others = records.load(index.mates(record) | partners)
    return pairs.keep((pairs.compared(record, other) for other in others.values()), already_open)


def on_registered(event: CustomerRegistered) -> None:
    """Look for duplicates of somebody new."""
    find_on_arrival(event.customer_id)


def on_edited(event: CustomerEdited) -> None:
    """Look again when a field that is compared has changed."""
    if not _COMPARED.isdisjoint(event.fields):
        find_on_arrival(event.customer_id)


def on_erased(event: CustomerErased) -> None:
    """Forget her."""
    forget([event.customer_id])


def forget(customer_ids: Iterable[str]) -> None:
    """Take members out of the index, with their pairs."""
    for customer_id in customer_ids:
        index.take_out(customer_id)
        pairs.drop(customer_id)


def on_merged(event: CustomersMerged) -> None:
    """Forget whoever is no member of her own any more, and compare the survivor with what she has now."""
    forget([event.merged_id])
    find_on_arrival(event.survivor_id)


def on_parted(event: CustomersParted) -> None:
    """Compare both again; that they are not one person somebody has just said."""
    find_on_arrival(event.survivor_id)
    find_on_arrival(event.parted_id)
    pairs.keep_apart(event.survivor_id, event.parted_id)
