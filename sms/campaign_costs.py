"""What the texts of a campaign cost, by what was handed to each provider and the house's prices of now."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from flask import current_app
from phonenumbers import region_code_for_country_code
from sqlalchemy import LargeBinary, cast, func, select

from backend.campaigns import CampaignMember, effect
from backend.core.db import db
from backend.delivery import Message
from sms import prices
from sms.config import providers_of
from sms.encoding import SMS_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Select

    from backend.campaigns import Campaign
    from sms.costs import UnitPrice, Way

_PREFIX, _LONGEST_CODE = 4, 3
_NO_REGION = "ZZ"


def costs(campaign: Campaign) -> list[effect.Cost]:
    """By currency what was accepted by a provider came to; a line without an amount for texts without a price.

    Empty of campaigns that send no texts. One pass over the audience's messages, by the keys of both tables.
    """
    if campaign.kind != "text":
        return []
    known: dict[tuple[str, str | None], UnitPrice] = {
        (price.way, price.country): price for price in prices.all_prices()
    }
    relays = providers_of(current_app).relays
    units: dict[str | None, int] = defaultdict(int)
    micros: dict[str | None, int] = defaultdict(int)
    for provider, size, prefix, is_long, texts in db.session.execute(_handed(campaign)):
        way, country = _way(provider, is_long=is_long, relays=relays), _country(prefix)
        number = texts * (size if way == "twilio_segment" else 1)
        price = known.get((way, country))
        currency = price.currency if price else None
        units[currency] += number
        micros[currency] += number * price.micros if price else 0
    return [
        effect.Cost("texts", units[currency], None if currency is None else micros[currency], currency)
        for currency in sorted(units, key=lambda name: name or "")
    ]


def _handed(campaign: Campaign) -> Select[Any, Any, Any, Any, Any]:
    """How many texts there are of each provider, size, beginning of the number, and length at a relay."""
    is_long = _euc_kr_bytes() > SMS_BYTES
    kinds = (Message.provider, Message.size, func.substr(Message.address, 1, _PREFIX), is_long)
    return (
        select(*kinds, func.count())
        .select_from(CampaignMember)
        .join(Message, Message.id == CampaignMember.message_id)
        .where(CampaignMember.campaign_id == campaign.id, Message.accepted_at.is_not(None))
        .group_by(*kinds)
    )


def _euc_kr_bytes() -> ColumnElement[int]:
    """How long a body is at a relay: letters of Hangul have three bytes in the database and two there."""
    characters = func.length(Message.body)
    if db.engine.dialect.name == "postgresql":
        stored = func.octet_length(Message.body)
    else:
        stored = func.length(cast(Message.body, LargeBinary))
    return characters + (stored - characters) / 2


def _way(provider: str | None, *, is_long: bool, relays: Collection[str]) -> Way:
    if provider not in relays:
        return "twilio_segment"
    return "relay_lms" if is_long else "relay_sms"


def _country(prefix: str | None) -> str | None:
    """The country of the beginning of a number in E.164; of several that share a code the one that leads it."""
    digits = (prefix or "").removeprefix("+")
    for length in range(1, _LONGEST_CODE + 1):
        region = region_code_for_country_code(int(digits[:length])) if digits[:length].isdecimal() else _NO_REGION
        if region != _NO_REGION:
            return str(region)
    return None
