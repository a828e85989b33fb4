"""What is erased with a customer: that she was in an audience."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from backend.campaigns.models import CampaignMember
from backend.core.db import db

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Delete her rows; counts of the campaign stay as they were."""
    db.session.execute(delete(CampaignMember).where(CampaignMember.customer_id == event.customer_id))
