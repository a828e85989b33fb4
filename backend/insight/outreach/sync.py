"""The list on tablets, and outcomes recorded there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.core.errors import NotFound
from backend.customers import COLLECTION as CUSTOMERS
from backend.insight.outreach import service
from backend.insight.outreach.copy import RISKS
from backend.insight.outreach.models import AtRisk
from backend.insight.outreach.schemas import OutreachData, TakeBackData
from backend.sync import Kind, Mutation, Outcome, Rejected, register_collection, register_kind, track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the collection `risks` and the kinds `outreach.record`, `outreach.take_back`."""
    register_collection(app, RISKS)
    track(app, AtRisk, RISKS.name, lambda row: row.customer_id)
    register_kind(app, Kind("outreach.record", OutreachData(), record, writes_to=_named))
    register_kind(app, Kind("outreach.take_back", TakeBackData(), take_back))


def _named(mutations: Sequence[Mutation]) -> dict[str, set[str]]:
    return {CUSTOMERS: {each.data["customer_id"] for each in mutations}}


def record(mutation: Mutation) -> Outcome:
    """Take an outcome, dated by the tablet's clock but never later than it arrived."""
    when = min(mutation.data["occurred_at"], mutation.received_at)
    try:
        said = service.record(
            mutation.data | {"occurred_at": when},
            outreach_id=mutation.id,
            store_id=mutation.caller.store_id,
            acting_staff=mutation.actor,
        )
    except NotFound:
        raise Rejected("unknown_customer", "The server knows no such customer.") from None
    return Outcome(flags=("merged_customer",) if said.owner_id else ())


def take_back(mutation: Mutation) -> Outcome:
    """Take an outcome back that was recorded by mistake."""
    outreach_id = mutation.data["outreach_id"]
    try:
        service.take_back(outreach_id, store_id=mutation.caller.store_id, acting_staff=mutation.actor)
    except NotFound:
        raise Rejected("unknown_outreach", "The server knows no such outcome.") from None
    except service.TooLate as error:
        raise Rejected(error.code, error.detail) from None
    return Outcome()
