"""campaigns and their frozen audiences"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json, UtcDateTime

revision = "backend_0041"
down_revision = "backend_0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "campaign_settings",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("holdout", sa.Integer(), nullable=False),
        sa.Column("approval_above", sa.Integer(), nullable=False),
    )
    op.create_table(
        "campaign",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("business_unit_id", Id(), sa.ForeignKey("business_unit.id")),
        sa.Column("segment_id", Id()),
        sa.Column("segment_version", sa.Integer()),
        sa.Column("rule", Json()),
        sa.Column("holdout", sa.Integer(), nullable=False),
        sa.Column("holdout_from", sa.Integer(), nullable=False),
        sa.Column("control", sa.Integer(), nullable=False),
        sa.Column("trigger", Json()),
        sa.Column("rest_days", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime()),
        sa.Column("not_after", UtcDateTime()),
        sa.Column("hour_from", sa.Integer()),
        sa.Column("hour_until", sa.Integer()),
        sa.Column("hourly", sa.Integer()),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("coupon_id", Id(), sa.ForeignKey("coupon.id")),
        sa.Column("link", sa.String(400)),
        sa.Column("survey_id", Id()),
        sa.Column("batch_id", Id()),
        sa.Column("frozen_to", Id()),
        sa.Column("counts", Json(), nullable=False),
        sa.Column("created_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("asked_at", UtcDateTime()),
        sa.Column("approved_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("approved_at", UtcDateTime()),
        sa.Column("frozen_at", UtcDateTime()),
        sa.Column("started_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("source", sa.String(40)),
        sa.Column("source_key", sa.String(80)),
    )
    op.create_index("ix_campaign_state", "campaign", ["state", "id"])
    op.create_index("uq_campaign_source", "campaign", ["source", "source_key"], unique=True)
    op.create_table(
        "campaign_variant",
        sa.Column("campaign_id", Id(), sa.ForeignKey("campaign.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(80)),
        sa.Column("script", sa.String(2000)),
        sa.Column("fields", Json(), nullable=False),
    )
    op.create_table(
        "campaign_member",
        sa.Column("campaign_id", Id(), sa.ForeignKey("campaign.id"), primary_key=True),
        sa.Column("entered_on", sa.Date(), primary_key=True),
        sa.Column("member_id", Id(), primary_key=True),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("arm", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("variant", sa.Integer()),
        sa.Column("address", sa.String(20)),
        sa.Column("store_id", Id()),
        sa.Column("grade", sa.String(20)),
        sa.Column("from_at", UtcDateTime()),
        sa.Column("message_id", Id()),
        sa.Column("task_id", Id()),
        sa.Column("coupon_code", sa.String(16)),
        sa.Column("owner_id", Id()),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_campaign_member_customer", "campaign_member", ["customer_id", "campaign_id"])
    op.create_index("uq_campaign_member_address", "campaign_member", ["campaign_id", "entered_on", "address"], unique=True, sqlite_where=sa.text("arm IN ('treated', 'held_out') AND address IS NOT NULL"), postgresql_where=sa.text("arm IN ('treated', 'held_out') AND address IS NOT NULL"))


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("campaign_member")
    op.drop_table("campaign_variant")
    op.drop_table("campaign")
    op.drop_table("campaign_settings")
