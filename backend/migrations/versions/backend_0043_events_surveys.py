"""events, who came, and questionnaires"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json, UtcDateTime

revision = "backend_0043"
down_revision = "backend_0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "event",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("store_id", Id(), sa.ForeignKey("store.id"), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("campaign_id", Id()),
        sa.Column("survey_id", Id()),
        sa.Column("note", sa.String(400)),
        sa.Column("created_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_event_campaign", "event", ["campaign_id"])
    op.create_index("ix_event_store", "event", ["store_id", "starts_at"])
    op.create_table(
        "event_visit",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("event_id", Id(), sa.ForeignKey("event.id"), nullable=False),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("how", sa.String(10), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("staff_id", Id(), sa.ForeignKey("staff.id")),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("owner_id", Id()),
    )
    op.create_index("ix_event_visit_customer", "event_visit", ["customer_id", "event_id"])
    op.create_index("ix_event_visit_event", "event_visit", ["event_id", "seen_at", "id"])
    op.create_table(
        "survey",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("business_unit_id", Id(), sa.ForeignKey("business_unit.id"), nullable=False),
        sa.Column("questions", Json(), nullable=False),
        sa.Column("created_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "survey_invitation",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("survey_id", Id(), sa.ForeignKey("survey.id"), nullable=False),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("campaign_id", Id()),
        sa.Column("event_id", Id()),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime()),
        sa.Column("score", sa.Integer()),
        sa.Column("answers", Json()),
        sa.Column("owner_id", Id()),
    )
    op.create_index("ix_survey_invitation_campaign", "survey_invitation", ["campaign_id"])
    op.create_index("ix_survey_invitation_customer", "survey_invitation", ["customer_id"])
    op.create_index("ix_survey_invitation_survey", "survey_invitation", ["survey_id", "answered_at"])


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("survey_invitation")
    op.drop_table("survey")
    op.drop_table("event_visit")
    op.drop_table("event")
