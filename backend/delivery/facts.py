"""Loading what the gate looks at: a fixed number of statements for any number of messages."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast, get_args

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
from backend.delivery.rules import ChannelName, Facts, Purpose
from backend.organization import BusinessUnit, Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.delivery.caps import Limits
    from backend.delivery.channels import Route

Contact = Draft | Message
"""What the gate can be asked about."""

_Consents = dict[tuple[str, str], dict[str, consent.ConsentState]]
"""By channel and sender, of each customer."""


_block = table_of(AddressBlock).c
# By uq_address_block, which begins with the channel: one after the other, there are three.
_BLOCKS = select(_block.channel, _block.address, _block.kind, _block.sender_id).where(
    _block.channel.in_(get_args(ChannelName)), one_of(_block.address, "addresses")
)


class _Blocks(NamedTuple):
    """What is known against numbers; a refusal that names no sender is meant for all."""

    bad: frozenset[tuple[str, str]]
    refused: frozenset[tuple[str, str, str | None]]

    def mark(self, facts: Facts, contact: Contact) -> None:
        """Note what is known against the number of a contact: of most there is nothing."""
        channel, address = contact.channel, contact.address or ""
        if self.bad:
            facts.number_suppressed = (channel, address) in self.bad
        if self.refused:
            facts.number_refused = bool(
                {(channel, address, contact.sender_id), (channel, address, None)} & self.refused
            )


def load_facts(contacts: Sequence[Contact], *, now: datetime) -> list[Facts]:
    """Load the facts of each contact, in order. `store_zone` falls to the store's only; without one it is unknown."""
    senders = _senders({contact.sender_id for contact in contacts if contact.sender_id})
    zones = _zones({contact.store_id for contact in contacts if contact.store_id})
    advertised = [contact for contact in contacts if _needs_consent(contact)]
    people = sorted({contact.customer_id for contact in advertised if contact.customer_id})
    consents = _consents(advertised)
    deals = _deals(consents)
    children = consent.children(people)
    blocks = _blocks(contacts)
    routes = _routes(contacts)
    objected = _objections(contacts, now)
    suspended = customers.suspended(people)
    past = _past(advertised, people, now)
    found = []
    for contact, route, objection in zip(contacts, routes, objected, strict=True):
        customer_id, sender_id, address = contact.customer_id, contact.sender_id, contact.address
        facts = Facts(
            now=now,
            purpose=cast("Purpose", contact.purpose),
            sender=sender_id,
            sender_name=senders.get(sender_id or ""),
            number=numbers.describe(address) if address and contact.channel != "push" else None,
            consent=None,
            store_zone=zones.get(contact.store_id or ""),
            text=contact.body,
            not_after=contact.not_after,
            under_14=customer_id in children,
            suspended=customer_id in suspended,
            route=route,
            objection=objection,
        )
        blocks.mark(facts, contact)
        if _needs_consent(contact):
            facts.consent = consents.get((contact.channel, sender_id or ""), {}).get(customer_id or "")
            facts.deal_ended_at = deals.get((customer_id or "", sender_id or ""))
            past.mark(facts, contact)
        found.append(facts)
    return found


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

    def mark(self, facts: Facts, contact: Contact) -> None:
        """Note what happened to one of them."""
        customer_id, went = contact.customer_id or "", self.history.get(contact.address or "")
        facts.limits = self.limits
        facts.complained_at = self.complained.get(customer_id)
        facts.returned_at = self.returned.get(customer_id)
        if went is not None:
            recipients.mark(facts, went, recipients.digest_of(contact.body))


def _past(advertised: Sequence[Contact], people: Sequence[str], now: datetime) -> _Past:
    limits = house.limits()
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


def _consents(contacts: Sequence[Contact]) -> _Consents:
    """Ask the ledger once for all. Who is not in it was never asked, as is known."""
    wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
    for contact in contacts:
        if contact.customer_id and contact.sender_id:
            wanted[contact.channel, contact.sender_id].add(contact.customer_id)
    return consent.current_states(wanted) if wanted else {}


def _deals(consents: _Consents) -> dict[tuple[str, str], datetime]:
    """When the last deal ended of those who neither agreed nor refused: nothing else depends on it."""
    open_ = {
        (customer_id, sender_id)
        for (_, sender_id), states in consents.items()
        for customer_id, state in states.items()
        if not (state.granted or state.refused)
    }
    if not open_:
        return {}
    return consent.deals({customer for customer, _ in open_}, senders={sender for _, sender in open_})


def _blocks(contacts: Sequence[Contact]) -> _Blocks:
    addresses = {contact.address for contact in contacts if contact.address}
    if not addresses:
        return _Blocks(frozenset(), frozenset())
    rows = db.session.execute(_BLOCKS, {"addresses": sorted(addresses)}).all()
    return _Blocks(
        frozenset((channel, address) for channel, address, kind, _ in rows if kind == "bad"),
        frozenset((channel, address, sender_id) for channel, address, kind, sender_id in rows if kind == "refused"),
    )
