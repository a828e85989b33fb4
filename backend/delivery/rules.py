"""The one gate: may this person be contacted on this channel now? Pure; every fact comes in as a value.

What can never become right is skipped, what may become right later is held, and what is unknown is held: a message that
waits can still go, one that went cannot be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from backend.consent import existing_customer_until, reconfirm_by
from backend.delivery import law_abroad, law_kr

if TYPE_CHECKING:
    from backend.delivery.numbers import Number

ChannelName = Literal["sms", "push", "call"]
Purpose = Literal["commercial", "service"]
Basis = Literal["consent", "existing_customer", "service"]

_LOOK_AHEAD_DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The consent ledger's derived state for one person, channel and legal sender, for marketing.

    `refused` is a refusal that no later grant has named; it wins over everything.
    `confirmed_at` is the grant or its last confirmation.
    """

    granted: bool
    night: bool = False
    refused: bool = False
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the gate looks at. None means unknown, except where a line says otherwise.

    `consent`: None holds a commercial message. `number`: None means that the person has none. `number_refused`:
    somebody refused by this number, whoever that was. `under_14`: the customer is, today. `store_zone`: an IANA name.
    `text`: as it would be sent; None when there is none (a call). `not_after`: None means no limit. `deal_ended_at`:
    given only where the sender relies on the exception for existing customers.
    """

    now: datetime
    purpose: Purpose
    sender: str | None
    sender_name: str | None
    number: Number | None
    consent: Consent | None
    store_zone: str | None
    text: str | None = None
    not_after: datetime | None = None
    erased: bool = False
    suspended: bool = False
    number_refused: bool = False
    under_14: bool = False
    number_suppressed: bool = False
    deal_ended_at: datetime | None = None


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
        return Allowed("service")
    ground = _ground(facts)
    if not isinstance(ground, Allowed):
        return ground
    if channel != "call" and (facts.text is None or _advert_faults(channel, facts)):
        return Skipped("advert_form")
    return _quiet_hours(channel, facts) or ground


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


def _ground_of_consent(consent: Consent, now: datetime) -> Verdict:
    if consent.confirmed_at is None or now >= reconfirm_by(consent.confirmed_at):
        return Held(None, "reconfirmation_due")
    return Allowed("consent")


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
        limits += [
            evening
            for zone, abroad in _binding_zones(facts, _zones(channel, facts) or ())
            for evening in _moments(facts.now, zone, law_abroad.QUIET_BEGINS if abroad else law_kr.NIGHT_BEGINS)
        ]
    return min(limits, default=None)


def _quiet_hours(channel: ChannelName, facts: Facts) -> Verdict | None:
    """Hold at night in the store's zone or in any zone that the number may be in, whichever is stricter."""
    zones = _zones(channel, facts)
    if zones is None:
        return Held(None, "unknown_time_zone")
    binding = _binding_zones(facts, zones)
    if not any(_is_quiet(facts.now, zone, abroad=abroad) for zone, abroad in binding):
        return None
    until = _next_open(facts.now, binding)
    if facts.not_after is not None and (until is None or until > facts.not_after):
        return Skipped("too_late")
    return Held(until, "night")


def _binding_zones(facts: Facts, zones: tuple[tuple[str, bool], ...]) -> tuple[tuple[str, bool], ...]:
    """Leave out what a night consent lifts. It is given under Korean law and says nothing about hours abroad."""
    night = facts.consent is not None and facts.consent.night
    return tuple((zone, abroad) for zone, abroad in zones if abroad or not night)


def _zones(channel: ChannelName, facts: Facts) -> tuple[tuple[str, bool], ...] | None:
    """Pair each zone that binds with whether it is bound by foreign hours. None when one of them is not known."""
    if facts.store_zone is None:
        return None
    zones = [(facts.store_zone, False)]
    if channel != "push":
        if facts.number is None or not facts.number.zones:
            return None
        abroad = facts.number.country != law_kr.COUNTRY
        zones += [(zone, abroad) for zone in facts.number.zones]
    return tuple(zones)


def _is_quiet(moment: datetime, zone: str, *, abroad: bool) -> bool:
    local = moment.astimezone(ZoneInfo(zone))
    return law_abroad.is_quiet(local) if abroad else law_kr.is_night(local)


def _next_open(moment: datetime, zones: tuple[tuple[str, bool], ...]) -> datetime | None:
    """Return the first end of some zone's night at which all zones are awake; None when they never are together."""
    # Many zones share their mornings: a set, because a number may lie in any of forty.
    mornings = {
        morning
        for zone, abroad in zones
        for morning in _moments(moment, zone, law_abroad.QUIET_ENDS if abroad else law_kr.NIGHT_ENDS)
    }
    for morning in sorted(mornings):
        if not any(_is_quiet(morning, zone, abroad=abroad) for zone, abroad in zones):
            return morning
    return None


def _moments(moment: datetime, zone: str, wall: time) -> list[datetime]:
    """List the next times at which clocks in `zone` show `wall`."""
    here = moment.astimezone(ZoneInfo(zone))
    days = (here.date() + timedelta(days=offset) for offset in range(_LOOK_AHEAD_DAYS))
    times = (datetime.combine(day, wall, tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in days)
    return [time for time in times if time > moment]
