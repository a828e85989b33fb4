"""The one gate: may this person be contacted on this channel now? Pure; every fact comes in as a value.

What can never become right is skipped, what may become right later is held, and what is unknown is held: a message that
waits can still go, one that went cannot be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from backend.consent import existing_customer_until, reconfirm_by
from backend.delivery import caps, law_kr
from backend.delivery.hours import Clock, evenings, quiet_until

if TYPE_CHECKING:
    from datetime import datetime

    from backend.consent import ConsentState
    from backend.delivery.channels import Route
    from backend.delivery.numbers import Number

ChannelName = Literal["sms", "push", "call"]
Purpose = Literal["commercial", "service"]
Basis = Literal["consent", "existing_customer", "service"]

_SURELY_FRESH = timedelta(days=365)
"""So old a consent needs no calendar to be within its two years."""

_ROUNDS = 20
"""How often one delay may end within another before nobody can tell when all are over."""


@dataclass(slots=True, kw_only=True)
class Facts:
    """What the gate looks at. None means unknown, except where a line says otherwise.

    `consent`: what the ledger comes to for this person, channel and legal sender; None holds a commercial message.
    `number`: None means that the person has none. `number_refused`:
    somebody refused by this number, whoever that was. `under_14`: the customer is, today. `store_zone`: an IANA name.
    `text`: as it would be sent; None when there is none (a call). `not_after`: None means no limit. `deal_ended_at`:
    given only where the sender relies on the exception for existing customers. `contacts`: when commercial messages
    went to this address, or may have gone, as far back as the house's `limits` look; `same_content_at`: when this very
    content last did. `complained_at`, `returned_at`: the last time, where there was one. `route`: how the channel
    would send it; None: there is no way. `objection`: what the channel's own feature has against a service message.
    """

    now: datetime
    purpose: Purpose
    sender: str | None
    sender_name: str | None
    number: Number | None
    consent: ConsentState | None
    store_zone: str | None
    text: str | None = None
    not_after: datetime | None = None
    erased: bool = False
    suspended: bool = False
    number_refused: bool = False
    under_14: bool = False
    number_suppressed: bool = False
    deal_ended_at: datetime | None = None
    limits: caps.Limits = caps.NONE
    contacts: tuple[datetime, ...] = ()
    same_content_at: datetime | None = None
    complained_at: datetime | None = None
    returned_at: datetime | None = None
    route: Route | None = None
    objection: Held | Skipped | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """Contact is allowed now, on this ground."""

    basis: Basis


@dataclass(frozen=True, slots=True)
class Held:
    """Not now. `until` is when to look again, None when only a person can clear it. `reason` is a code of `reasons`."""

    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Never, as things stand. `reason` is a code of `reasons`."""

    reason: str


Verdict = Allowed | Held | Skipped


def may_contact(channel: ChannelName, facts: Facts) -> Verdict:
    """Decide on one contact. What rules it out is looked at before what delays it."""
    refusal = _out_of_the_question(channel, facts)
    if refusal is not None:
        return refusal
    if facts.purpose == "service":
        return _no_way(channel, facts) or _objection(facts) or Allowed("service")
    ground = _ground(facts)
    if not isinstance(ground, Allowed):
        return ground
    if channel != "call" and (facts.text is None or _advert_faults(channel, facts)):
        return Skipped("advert_form")
    again_from = caps.later(facts.same_content_at, facts.limits.same_content_days)
    if again_from is not None and facts.now < again_from:
        return Skipped("same_content")
    return _no_way(channel, facts) or _delay(channel, facts) or ground


def _out_of_the_question(channel: ChannelName, facts: Facts) -> Skipped | None:
    if facts.erased:
        return Skipped("customer_erased")
    if facts.suspended and facts.purpose == "commercial":
        return Skipped("processing_suspended")
    if facts.not_after is not None and facts.now > facts.not_after:
        return Skipped("too_late")
    return None if channel == "push" else _unreachable(channel, facts)


def _unreachable(channel: ChannelName, facts: Facts) -> Skipped | None:
    if facts.number is None:
        return Skipped("no_phone")
    if facts.number.kind == "invalid":
        return Skipped("bad_number")
    if channel == "sms" and facts.number.kind == "landline":
        return Skipped("landline")
    if channel == "sms" and facts.number_suppressed:
        return Skipped("number_suppressed")
    return None


def _no_way(channel: ChannelName, facts: Facts) -> Held | None:
    """Hold what nobody could send: for advertising in Korea it takes a certified provider and a registered number."""
    if channel != "sms":
        return None
    if facts.route is None:
        return Held(None, "no_route")
    if facts.purpose == "service" or facts.number is None or facts.number.country != law_kr.COUNTRY:
        return None
    if not facts.route.certificate_holder:
        return Held(None, "uncertified_provider")
    return None if facts.route.sender_number else Held(None, "unregistered_number")


def _objection(facts: Facts) -> Verdict | None:
    """Heed what the channel's feature has against it; one that would come too late never goes."""
    objection = facts.objection
    if isinstance(objection, Held) and facts.not_after is not None and (objection.until or facts.now) > facts.not_after:
        return Skipped("too_late")
    return objection


def _ground(facts: Facts) -> Verdict:
    """Find what permits a commercial contact. A refusal is looked at first and beats every ground."""
    consent = facts.consent
    if facts.number_refused or (consent is not None and consent.refused):
        return Skipped("refused")
    if facts.under_14:
        return Held(None, "under_14")
    if consent is None:
        return Held(None, "unknown_consent")
    if facts.sender is None or not facts.sender_name:
        return Held(None, "unknown_sender")
    return _ground_of_consent(consent, facts.now) if consent.granted else _ground_of_existing_customer(facts)


def _ground_of_consent(consent: ConsentState, now: datetime) -> Verdict:
    if is_surely_fresh(consent, now) or (consent.granted_at is not None and now < reconfirm_by(consent.granted_at)):
        return Allowed("consent")
    return Held(None, "reconfirmation_due")


def is_surely_fresh(consent: ConsentState, now: datetime) -> bool:
    """Tell whether somebody agreed, and so lately that no calendar is needed to know that it still counts."""
    return consent.granted and consent.granted_at is not None and now - consent.granted_at <= _SURELY_FRESH


def _ground_of_existing_customer(facts: Facts) -> Verdict:
    if facts.deal_ended_at is None or facts.now >= existing_customer_until(facts.deal_ended_at):
        return Skipped("no_consent")
    return Allowed("existing_customer")


def _advert_faults(channel: ChannelName, facts: Facts) -> bool:
    text = facts.text or ""
    if channel == "push":
        return not law_kr.has_advert_prefix(text)
    return bool(law_kr.advert_faults(text, sender_name=facts.sender_name or ""))


def closes_at(channel: ChannelName, facts: Facts) -> datetime | None:
    """Return when a contact that is allowed now ends: at the next night, or at its not-after time if that is sooner.

    A provider's own queue must not hold a commercial message past it. None: no limit.
    """
    limits = [] if facts.not_after is None else [facts.not_after]
    if facts.purpose == "commercial":
        limits += evenings(facts.now, _binding(facts, _clocks(channel, facts) or ()))
    return min(limits, default=None)


def _delay(channel: ChannelName, facts: Facts) -> Verdict | None:
    """Hold what comes at a bad time until everything that delays it is over, and say what delays it most."""
    clocks = _clocks(channel, facts)
    if clocks is None:
        return Held(None, "unknown_time_zone")
    binding = _binding(facts, clocks)
    if _has_no_past(facts) and quiet_until(facts.now, binding) == facts.now:
        return None
    zones = _recipient_zones(clocks)
    reason = _what_delays(facts, binding, zones)
    if reason is None:
        return None
    until = _clear_at(facts, binding, zones)
    if facts.not_after is not None and (until is None or until > facts.not_after):
        return Skipped("too_late")
    return Held(until, reason)


def _has_no_past(facts: Facts) -> bool:
    """Whether there is nothing that the house's limits could count, as of most people."""
    return not facts.contacts and facts.complained_at is None and facts.returned_at is None


def _what_delays(facts: Facts, binding: tuple[Clock, ...], zones: tuple[str, ...]) -> str | None:
    for ends, reason in ((_complaint_ends(facts), "after_complaint"), (_return_ends(facts), "after_return")):
        if ends is not None and facts.now < ends:
            return reason
    full = caps.full(facts.contacts, facts.limits, at=facts.now, zones=zones)
    if full is not None:
        return f"cap_{full.period}"
    return None if quiet_until(facts.now, binding) == facts.now else "night"


def _clear_at(facts: Facts, binding: tuple[Clock, ...], zones: tuple[str, ...]) -> datetime | None:
    """Return the first moment at which nothing delays it any more; None when nobody can tell."""
    moment = max([facts.now, *(each for each in (_complaint_ends(facts), _return_ends(facts)) if each)])
    for _ in range(_ROUNDS):
        full = caps.full(facts.contacts, facts.limits, at=moment, zones=zones)
        following = quiet_until(full.until if full else moment, binding)
        if following is None or following == moment:
            return following
        moment = following
    return None


def _complaint_ends(facts: Facts) -> datetime | None:
    return caps.later(facts.complained_at, facts.limits.complaint_days)


def _return_ends(facts: Facts) -> datetime | None:
    return caps.later(facts.returned_at, facts.limits.return_days)


def _binding(facts: Facts, clocks: tuple[Clock, ...]) -> tuple[Clock, ...]:
    """Leave out what a night consent lifts. It is given under Korean law and says nothing about hours abroad."""
    if facts.consent is None or not facts.consent.night:
        return clocks
    return tuple(clock for clock in clocks if clock.abroad)


def _clocks(channel: ChannelName, facts: Facts) -> tuple[Clock, ...] | None:
    """The store's clock and those of the places where the number may be. None when one of them is not known."""
    if facts.store_zone is None:
        return None
    if channel == "push":
        return _all_clocks(facts.store_zone, (), abroad=False)
    if facts.number is None or not facts.number.zones:
        return None
    return _all_clocks(facts.store_zone, facts.number.zones, abroad=facts.number.country != law_kr.COUNTRY)


@lru_cache(maxsize=1024)
def _all_clocks(store_zone: str, zones: tuple[str, ...], *, abroad: bool) -> tuple[Clock, ...]:
    return (Clock(store_zone, abroad=False), *(Clock(zone, abroad) for zone in zones))


def _recipient_zones(clocks: tuple[Clock, ...]) -> tuple[str, ...]:
    """Whose calendar counts: the recipient's, and the store's only where no other is known."""
    return tuple(clock.zone for clock in clocks[1:]) or (clocks[0].zone,)
