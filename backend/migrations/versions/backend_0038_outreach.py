"""insight: the stores' lists of members at risk, and what came of asking them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json, UtcDateTime

revision = "backend_0038"
down_revision = "backend_0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "at_risk",
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), primary_key=True),
        sa.Column("store_id", Id(), sa.ForeignKey("store.id"), nullable=False),
        sa.Column("chance", sa.Integer(), nullable=False),
        sa.Column("worth", sa.BigInteger(), nullable=False),
        sa.Column("stake", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reasons", Json(), nullable=False),
        sa.Column("may_call", sa.Boolean(), nullable=False),
        sa.Column("call_reason", sa.String(40)),
        sa.Column("since", sa.Date(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_at_risk_store", "at_risk", ["store_id", "stake"])
    op.create_table(
        "outreach",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("staff_id", Id(), sa.ForeignKey("staff.id")),
        sa.Column("store_id", Id(), sa.ForeignKey("store.id"), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(16)),
        sa.Column("note", sa.Text()),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("verdict_reason", sa.String(40)),
        sa.Column("listed", Json()),
        sa.Column("rests_until", sa.Date(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("owner_id", Id()),
    )
    op.create_index("ix_outreach_customer", "outreach", ["customer_id", "occurred_at"])
    op.create_index("ix_outreach_store", "outreach", ["store_id", "occurred_at", "id"])
    op.create_index("ix_outreach_when", "outreach", ["occurred_at", "id"])


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("outreach")
    op.drop_table("at_risk")
