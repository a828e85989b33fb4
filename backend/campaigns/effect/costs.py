"""What a campaign cost: whoever carries messages says what they cost; what coupons took off is known here."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from flask import current_app

from backend.campaigns.effect import stages
from backend.catalog import Rates
from backend.core.money import exponent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from flask import Flask

    from backend.campaigns.models import Campaign

_KEY = "dangol.campaign_costs"
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What `units` of something came to, in millionths of the main unit of `currency`; None without a known price."""

    what: str
    units: int
    micros: int | None
    currency: str | None


def register_costs(app: Flask, tell: Callable[[Campaign], Sequence[Cost]]) -> None:
    """Have `tell(campaign)` say what it cost to carry the campaign's messages; each carrier may register."""
    app.extensions.setdefault(_KEY, []).append(tell)


def of(campaign: Campaign) -> list[Cost]:
    """Everything that is known: what was carried, then what coupons took off by currency."""
    if campaign.kind == "past":
        return []
    found = [cost for tell in current_app.extensions.get(_KEY, []) for cost in tell(campaign)]
    return found + [
        Cost("coupons", uses, worth * MILLION // 10 ** exponent(currency), currency)
        for currency, uses, worth in stages.coupons_worth(campaign)
    ]


def carried(costs: Sequence[Cost], campaign: Campaign) -> tuple[float | None, str | None]:
    """What carrying cost in minor units of the campaign's currency, or the reason why that is unknown.

    Other currencies count at the house's rate of the campaign's first day. Coupons are no part of it: what they took
    off is off the sales already.
    """
    paid = [cost for cost in costs if cost.what != "coupons"]
    if not paid:
        return None, "no_cost"
    if any(cost.micros is None for cost in paid):
        return None, "no_price"
    day, rates = (campaign.started_at or campaign.created_at).date(), Rates()
    known = [_worth(cost, campaign.currency, day, rates) for cost in paid]
    if None in known:
        return None, "other_currency"
    return float(sum(each or 0 for each in known) * 10 ** exponent(campaign.currency) / MILLION), None


def _worth(cost: Cost, currency: str, day: date, rates: Rates) -> Fraction | None:
    """It in millionths of `currency`; None where no rate is known."""
    if cost.currency == currency:
        return Fraction(cost.micros or 0)
    rate = rates.of(cost.currency or "", currency, day)
    return None if rate is None else Fraction(cost.micros or 0) * Fraction(rate)


def shown(cost: Cost) -> dict[str, Any]:
    """It in the shape of `EffectCostSchema`."""
    return {"what": cost.what, "units": cost.units, "micros": cost.micros, "currency": cost.currency}
