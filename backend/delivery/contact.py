"""May she be contacted now, and why not: what the gate would say to each sender, without anything being sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from sqlalchemy import select

from backend.core.db import db
from backend.delivery.drafts import Draft
from backend.delivery.law_kr import frame_advert
from backend.delivery.rules import ChannelName, Skipped
from backend.delivery.service import decide
from backend.organization import BusinessUnit, Store, current_viewer, hidden_units

if TYPE_CHECKING:
    from backend.customers import Customer
    from backend.delivery.rules import Verdict

_SAMPLE: Final = "-"
_SOME_REFUSAL: Final = "080-000-0000"
_CHANNELS: Final = tuple(name for name in get_args(ChannelName) if name != "push")


def of_customer(customer: Customer) -> list[dict[str, Any]]:
    """Ask for each channel and business unit, those at hand first; who was never asked there is left out elsewhere."""
    asked = [(unit, store, channel) for unit, store in _senders(customer) for channel in _CHANNELS]
    verdicts = decide([_draft(customer, unit, store, channel) for unit, store, channel in asked])
    return [
        {"channel": channel, "sender": unit, "verdict": verdict}
        for (unit, store, channel), verdict in zip(asked, verdicts, strict=True)
        if _is_at_hand(store, customer) or not _nobody_asked(verdict)
    ]


def _senders(customer: Customer) -> list[tuple[BusinessUnit, Store]]:
    """Each business unit that one may know of, with the store whose clock would count: hers, or the unit's first."""
    query = select(Store).join(BusinessUnit).where(BusinessUnit.id.not_in(hidden_units())).order_by(Store.code)
    found: dict[str, Store] = {}
    for store in db.session.scalars(query):
        if store.business_unit_id not in found or store.id == customer.home_store_id:
            found[store.business_unit_id] = store
    stores = sorted(found.values(), key=lambda store: (not _is_at_hand(store, customer), store.business_unit.code))
    return [(store.business_unit, store) for store in stores]


def _is_at_hand(store: Store, customer: Customer) -> bool:
    """Whether it is of the unit where one works; for head office, of the one where she is at home."""
    home = customer.home_store.business_unit_id if customer.home_store else None
    return store.business_unit_id == (current_viewer().business_unit_id or home)


def _nobody_asked(verdict: Verdict) -> bool:
    return isinstance(verdict, Skipped) and verdict.reason == "no_consent"


def _draft(customer: Customer, unit: BusinessUnit, store: Store, channel: ChannelName) -> Draft:
    """An advertisement as it would go, in the form that the law asks for where the unit has what that takes."""
    body = _SAMPLE
    if unit.contact:
        # Where there is no number to refuse by, each text brings a link of its own.
        refusal = unit.refusal_number or _SOME_REFUSAL
        body = frame_advert(
            _SAMPLE, sender_name=unit.sender_name or unit.name, contact=unit.contact, free_refusal=refusal
        )
    return Draft(
        channel=channel,
        purpose="commercial",
        customer_id=customer.id,
        sender_id=unit.id,
        store_id=store.id,
        address=customer.phone,
        body=body,
    )
