"""Loading what the gate looks at: a fixed number of statements for any number of messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast, get_args

from flask import current_app
from sqlalchemy import select

from backend import consent, customers
from backend.core.db import db, table_of
from backend.core.one_of import one_of
from backend.delivery import blackouts, numbers, objections, recipients
from backend.delivery.channels import registered
from backend.delivery.drafts import Draft
from backend.delivery.limits import service as house
from backend.delivery.models import AddressBlock, Message
from backend.delivery.rules import ChannelName, Consent, Facts, Purpose
from backend.organization import BusinessUnit, Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.delivery.caps import Limits
    from backend.delivery.channels import Route

Contact = Draft | Message
"""What the gate can be asked about."""


_block = table_of(AddressBlock).c
# By uq_address_block, which begins with the channel: one after the other, there are three.
_BLOCKS = select(_block.channel, _block.address, _block.kind, _block.sender_id).where(
    _block.channel.in_(get_args(ChannelName)), one_of(_block.address, "addresses")
)


@dataclass(frozen=True, slots=True)
class _Blocks:
    bad: frozenset[tuple[str, str]]
    refused: frozenset[tuple[str, str, str | None]]


def load_facts(contacts: Sequence[Contact], *, now: datetime) -> list[Facts]:
    """Load the facts of each contact, in order. `store_zone` falls to the store's only; without one it is unknown."""
    senders = _senders({contact.sender_id for contact in contacts if contact.sender_id})
    zones = _zones({contact.store_id for contact in contacts if contact.store_id})
    consents = _consents(contacts)
    deals = _deals(contacts, consents)
    children = consent.children({each.customer_id for each in contacts if _needs_consent(each) and each.customer_id})
    blocks = _blocks(contacts)
    routes = _routes(contacts)
    objected = _objections(contacts, now)
    suspended = customers.suspended({contact.customer_id for contact in contacts if contact.customer_id})
    past = _past(contacts, now)
    return [
        Facts(
            now=now,
            purpose=cast("Purpose", contact.purpose),
            sender=contact.sender_id,
            sender_name=senders.get(contact.sender_id or ""),
            number=numbers.describe(contact.address) if contact.address and contact.channel != "push" else None,
            consent=consents.get((contact.channel, contact.sender_id, contact.customer_id)),
            deal_ended_at=deals.get((contact.customer_id or "", contact.sender_id or "")),
            store_zone=zones.get(contact.store_id or ""),
            text=contact.body,
            not_after=contact.not_after,
            under_14=contact.customer_id in children,
            suspended=contact.customer_id in suspended,
            number_suppressed=(contact.channel, contact.address or "") in blocks.bad,
            number_refused=bool(blocks.refused) and _is_refused(blocks, contact),
            route=route,
            objection=objection,
            **(past.of(contact) if _needs_consent(contact) else {}),
        )
        for contact, route, objection in zip(contacts, routes, objected, strict=True)
    ]


def _is_refused(blocks: _Blocks, contact: Contact) -> bool:
    """A refusal by number that names no sender is meant for all."""
    channel, address = contact.channel, contact.address or ""
    return bool({(channel, address, contact.sender_id), (channel, address, None)} & blocks.refused)


def _routes(contacts: Sequence[Contact]) -> list[Route | None]:
    """Ask each channel once for the ways of its contacts. A channel that is not registered here has none."""
    found: list[Route | None] = [None] * len(contacts)
    for name, channel in registered(current_app).items():
        places = [place for place, contact in enumerate(contacts) if contact.channel == name]
        ways = channel.routes([contacts[place] for place in places]) if places else []
        for place, route in zip(places, ways, strict=True):
            found[place] = route
    return found


def _objections(contacts: Sequence[Contact], now: datetime) -> list[objections.Objection | None]:
    """Ask the feature of each channel once, about messages to staff."""
    found: list[objections.Objection | None] = [None] * len(contacts)
    for channel in {contact.channel for contact in contacts if contact.recipient_id}:
        places = [place for place, contact in enumerate(contacts) if contact.channel == channel]
        said = objections.of(channel, [contacts[place] for place in places], now=now)
        for place, objection in zip(places, said, strict=True):
            found[place] = objection
    return found


class _Past(NamedTuple):
    """What happened to those who are to be contacted, as far as the house's limits look back."""

    limits: Limits
    history: recipients.History
    complained: dict[str, datetime]
    returned: dict[str, datetime]

    def of(self, contact: Contact) -> dict[str, Any]:
        """Return the facts of what happened to one of them."""
        customer, went = contact.customer_id or "", self.history.get(contact.address or "")
        found: dict[str, Any] = {"limits": self.limits}
        if customer in self.complained:
            found["complained_at"] = self.complained[customer]
        if customer in self.returned:
            found["returned_at"] = self.returned[customer]
        return found if went is None else found | recipients.past_of(went, recipients.digest_of(contact.body))


def _past(contacts: Sequence[Contact], now: datetime) -> _Past:
    advertised = [contact for contact in contacts if _needs_consent(contact)]
    limits = house.limits()
    people = {contact.customer_id for contact in advertised if contact.customer_id}
    return _Past(
        limits,
        recipients.history({contact.address for contact in advertised if contact.address}, limits, now=now),
        blackouts.last("complaint", people, now - timedelta(days=limits.complaint_days)),
        blackouts.last("return", people, now - timedelta(days=limits.return_days)),
    )


def _needs_consent(contact: Contact) -> bool:
    return contact.purpose == "commercial"


def _senders(ids: set[str]) -> dict[str, str]:
    if not ids:
        return {}
    query = select(BusinessUnit.id, BusinessUnit.sender_name, BusinessUnit.name).where(BusinessUnit.id.in_(ids))
    return {unit: sender_name or name for unit, sender_name, name in db.session.execute(query)}


def _zones(ids: set[str]) -> dict[str, str]:
    if not ids:
        return {}
    query = select(Store.id, Store.time_zone).where(Store.id.in_(ids))
    return {row.id: row.time_zone for row in db.session.execute(query)}


def _consents(contacts: Sequence[Contact]) -> dict[tuple[str, str | None, str | None], Consent]:
    """Ask the ledger once for all. Who is not in it was never asked, as is known."""
    wanted = {
        (contact.customer_id, contact.channel, contact.sender_id)
        for contact in contacts
        if _needs_consent(contact) and contact.customer_id and contact.sender_id
    }
    states = consent.current_states(wanted) if wanted else {}
    return {(channel, sender, who): _stands(states.get((who, channel, sender))) for who, channel, sender in wanted}


def _deals(
    contacts: Sequence[Contact], consents: dict[tuple[str, str | None, str | None], Consent]
) -> dict[tuple[str, str], datetime]:
    """When the last deal ended of those who neither agreed nor refused: nothing else depends on it."""
    open_ = {
        (contact.customer_id, contact.sender_id)
        for contact in contacts
        if contact.customer_id
        and contact.sender_id
        and (stands := consents.get((contact.channel, contact.sender_id, contact.customer_id))) is not None
        and not (stands.granted or stands.refused)
    }
    if not open_:
        return {}
    return consent.deals({customer for customer, _ in open_}, senders={sender for _, sender in open_})


def _stands(state: consent.ConsentState | None) -> Consent:
    if state is None:
        return Consent(granted=False)
    return Consent(granted=state.granted, night=state.night, refused=state.refused, confirmed_at=state.granted_at)


def _blocks(contacts: Sequence[Contact]) -> _Blocks:
    addresses = {contact.address for contact in contacts if contact.address}
    if not addresses:
        return _Blocks(frozenset(), frozenset())
    rows = db.session.execute(_BLOCKS, {"addresses": sorted(addresses)}).all()
    return _Blocks(
        frozenset((channel, address) for channel, address, kind, _ in rows if kind == "bad"),
        frozenset((channel, address, sender_id) for channel, address, kind, sender_id in rows if kind == "refused"),
    )
