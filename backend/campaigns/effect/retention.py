"""What grows old here: what was redeemed of past campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from backend.campaigns.effect.models import PastRedemption
from backend.campaigns.models import Campaign
from backend.core.db import db
from backend.core.retention import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select


def _old(before: datetime) -> Select[Any, Any]:
    query = select(PastRedemption.id, Campaign.ended_at).join(Campaign, Campaign.id == PastRedemption.campaign_id)
    return query.where(Campaign.ended_at < before)


def _drop(keys: Sequence[str]) -> None:
    gone = delete(PastRedemption).where(PastRedemption.id.in_(keys))
    db.session.execute(gone, execution_options={"synchronize_session": False})


RULES = (Rule("past_redemptions", ("지난 캠페인의 쿠폰 사용", "Coupons redeemed in past campaigns"), _old, _drop),)
