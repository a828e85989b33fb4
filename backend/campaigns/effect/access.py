"""Campaigns whose effect is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.campaigns.models import Campaign
from backend.core.db import db
from backend.core.errors import NotFound
from backend.core.http import page
from backend.core.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Sequence

_BEFORE = ("draft", "waiting", "freezing")


def campaign(campaign_id: str) -> Campaign:
    """Return the campaign by this id. Raises `NotFound`."""
    found = db.session.get(Campaign, campaign_id) if is_id(campaign_id) else None
    if found is None:
        raise NotFound
    return found


def begun(args: dict[str, Any]) -> tuple[Sequence[Campaign], str | None]:
    """A page of campaigns whose audience is frozen, the latest first, and the next page's key."""
    query = select(Campaign).where(Campaign.state.not_in(_BEFORE))
    if args["kind"] is not None:
        query = query.where(Campaign.kind == args["kind"])
    return page(query, keys=(Campaign.id,), args=args, newest_first=True)
