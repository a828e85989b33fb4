"""short links and their openings"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, UtcDateTime

revision = "sms_0006"
down_revision = "sms_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "sms_short_link",
        sa.Column("code", sa.String(12), primary_key=True),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("message_id", Id()),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id")),
        sa.Column("owner_id", Id()),
        sa.Column("sender_id", Id(), sa.ForeignKey("business_unit.id")),
        sa.Column("template", sa.String(80)),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_sms_short_link_customer", "sms_short_link", ["customer_id"])
    op.create_index("ix_sms_short_link_message", "sms_short_link", ["message_id"])
    op.create_table(
        "sms_link_click",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("device", sa.String(10), nullable=False),
    )
    op.create_index("ix_sms_link_click_code", "sms_link_click", ["code", "at"])
    op.create_index("ix_sms_link_click_at", "sms_link_click", ["at"])


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("sms_link_click")
    op.drop_table("sms_short_link")
