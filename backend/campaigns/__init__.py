"""Campaigns: an offer to the members of a segment, some of whom are left alone, and what it brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.campaigns.models import Campaign, CampaignMember, CampaignSettings, CampaignVariant

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.campaigns import effect, erasure, holdings
    from backend.core import events
    from backend.customers import CustomerErased, holds

    holds(app, *holdings.SECTIONS)
    events.subscribe(app, CustomerErased, erasure.erase)
    effect.init_app(app)


__all__ = ["Campaign", "CampaignMember", "CampaignSettings", "CampaignVariant", "init_app"]
