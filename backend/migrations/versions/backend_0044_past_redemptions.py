"""what was redeemed of past campaigns"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id

revision = "backend_0044"
down_revision = "backend_0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "past_redemption",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("campaign_id", Id(), sa.ForeignKey("campaign.id"), nullable=False),
        sa.Column("member_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("coupon", sa.String(40), nullable=False),
        sa.Column("redeemed_on", sa.Date(), nullable=False),
        sa.Column("owner_id", Id()),
    )
    op.create_index("uq_past_redemption", "past_redemption", ["campaign_id", "member_id", "redeemed_on", "coupon"], unique=True)
    op.create_index("ix_past_redemption_customer", "past_redemption", ["customer_id", "campaign_id"])


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("past_redemption")
