"""What this feature holds about a member."""

from __future__ import annotations

from backend.campaigns.models import CampaignMember
from backend.customers import of_table

SECTIONS = (
    of_table(
        CampaignMember,
        ("캠페인", "Campaigns"),
        shown={"entered_on": ("날짜", "Day"), "campaign_id": ("캠페인", "Campaign"), "arm": ("구분", "Group")},
    ),
)
