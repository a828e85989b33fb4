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
from backend.delivery.law_kr import advert_faults
from backend.delivery.limits import service as house
from backend.delivery.models import AddressBlock, Message
from backend.delivery.rules import ChannelName, Facts, Purpose, is_surely_fresh
from backend.organization import BusinessUnit, Store

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

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
    addresses: frozenset[str]

    def mark(self, facts: Facts, contact: Contact) -> None:
        """Note what is known against the number of a contact: of most there is nothing."""
        channel, address = contact.channel, contact.address or ""
        if self.bad:
            facts.number_suppressed = (channel, address) in self.bad
        if self.refused:
            facts.number_refused = bool(
                {(channel, address, contact.sender_id), (channel, address, None)} & self.refused
            )


class Known(NamedTuple):
    """What is known of some contacts, by what it is known of; `facts` puts together that of one, by its place."""

    now: datetime
    contacts: Sequence[Contact]
    senders: dict[str, str]
    zones: dict[str, str]
    consents: _Consents
    deals: dict[tuple[str, str], datetime]
    children: set[str]
    suspended: set[str]
    blocks: _Blocks
    routes: list[Route | None]
    objected: list[objections.Objection | None]
    past: _Past

    def facts(self, place: int) -> Facts:
        """Return the facts of one. `store_zone` falls to the store's only; without one it is unknown."""
        contact = self.contacts[place]
        customer_id, sender_id, address = contact.customer_id, contact.sender_id, contact.address
        facts = Facts(
            now=self.now,
            purpose=cast("Purpose", contact.purpose),
            sender=sender_id,
            sender_name=self.senders.get(sender_id or ""),
            number=numbers.describe(address) if address and contact.channel != "push" else None,
            consent=None,
            store_zone=self.zones.get(contact.store_id or ""),
            text=contact.body,
            not_after=contact.not_after,
            under_14=customer_id in self.children,
            suspended=customer_id in self.suspended,
            route=self.routes[place],
            objection=self.objected[place],
        )
        self.blocks.mark(facts, contact)
        if _needs_consent(contact):
            facts.consent = self._consent(contact)
            facts.deal_ended_at = self.deals.get((customer_id or "", sender_id or ""))
            self.past.mark(facts, contact)
        return facts

    def likeness(self, place: int) -> Hashable | None:
        """Return what those have in common to whom the gate gives the same answer; None: this one is like nobody.

        Of most who are to get an offer nothing is known but what they said of offers: a short while ago, or never.
        """
        contact = self.contacts[place]
        customer_id, sender_id, address = contact.customer_id, contact.sender_id, contact.address
        said = self._consent(contact)
        if (
            contact.channel != "sms"
            or not address
            or said is None
            or (said.granted and not is_surely_fresh(said, self.now))
            or customer_id in self.children
            or customer_id in self.suspended
            or address in self.blocks.addresses
            or self.past.knows(contact)
            or (self.deals and (customer_id, sender_id) in self.deals)
        ):
            return None
        sender_name, number, route = self.senders.get(sender_id or ""), numbers.describe(address), self.routes[place]
        in_form = not advert_faults(contact.body, sender_name=sender_name or "")
        # When she agreed, and by which line of the ledger, is left out: it was lately.
        key = (sender_id, contact.store_id, contact.not_after, number, in_form, said.granted, said.night, said.refused)
        return key if route is None else (*key, route.certificate_holder, route.sender_number)

    def _consent(self, contact: Contact) -> consent.ConsentState | None:
        return self.consents.get((contact.channel, contact.sender_id or ""), {}).get(contact.customer_id or "")


def load(contacts: Sequence[Contact], *, now: datetime) -> Known:
    """Load what the gate looks at."""
    advertised = [contact for contact in contacts if _needs_consent(contact)]
    people = sorted({contact.customer_id for contact in advertised if contact.customer_id})
    consents = _consents(advertised)
    return Known(
        now=now,
        contacts=contacts,
        senders=_senders({contact.sender_id for contact in contacts if contact.sender_id}),
        zones=_zones({contact.store_id for contact in contacts if contact.store_id}),
        consents=consents,
        deals=_deals(consents),
        children=consent.children(people),
        suspended=customers.suspended(people),
        blocks=_blocks(contacts),
        routes=_routes(contacts),
        objected=_objections(contacts, now),
        past=_past(advertised, people, now),
    )


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

    def knows(self, contact: Contact) -> bool:
        """Whether anything happened to one of them."""
        customer_id = contact.customer_id or ""
        return (contact.address or "") in self.history or customer_id in self.complained or customer_id in self.returned

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
        return _Blocks(frozenset(), frozenset(), frozenset())
    rows = db.session.execute(_BLOCKS, {"addresses": sorted(addresses)}).all()
    return _Blocks(
        frozenset((channel, address) for channel, address, kind, _ in rows if kind == "bad"),
        frozenset((channel, address, sender_id) for channel, address, kind, sender_id in rows if kind == "refused"),
        frozenset(address for _, address, _, _ in rows),
    )
