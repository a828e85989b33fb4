"""Consents said on the floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.consent import service, wordings
from backend.consent.models import ConsentWording
from backend.consent.schemas import ConsentData
from backend.core.errors import NotFound
from backend.customers import COLLECTION, get_customer
from backend.sync import Collection, Kind, Mutation, Outcome, Rejected, register_collection, register_kind, track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask


WORDINGS = Collection(name=wordings.COLLECTION, fields=wordings.FIELDS, load=wordings.load, personal=False)


def init_app(app: Flask) -> None:
    """Register the collection `wordings` and the kind `consent.record`."""
    register_collection(app, WORDINGS)
    track(app, ConsentWording, WORDINGS.name, lambda wording: wording.id)
    register_kind(app, Kind("consent.record", ConsentData(), record, writes_to=_named))


def _named(mutations: Sequence[Mutation]) -> dict[str, set[str]]:
    return {COLLECTION: {each.data["customer_id"] for each in mutations}}


def record(mutation: Mutation) -> Outcome:
    """Take a statement; the mutation's id is the ledger line's, which a later grant may name."""
    try:
        customer = get_customer(mutation.data["customer_id"])
    except NotFound:
        raise Rejected("unknown_customer", "The server knows no such customer.") from None
    named = mutation.data["customer_id"]
    merged = named != customer.id
    flags = service.record(
        customer.id,
        mutation.data,
        acting_staff=mutation.actor,
        store_id=mutation.caller.store_id,
        entry_id=mutation.id,
        owner_id=named if merged else None,
    )
    return Outcome(flags=(*flags, "merged_customer") if merged else flags)
