"""tasks of stores"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, UtcDateTime

revision = "backend_0042"
down_revision = "backend_0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "task",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("store_id", Id(), sa.ForeignKey("store.id"), nullable=False),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id")),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("detail", sa.Text()),
        sa.Column("due_on", sa.Date()),
        sa.Column("assignee_id", Id(), sa.ForeignKey("staff.id")),
        sa.Column("campaign_id", Id()),
        sa.Column("coupon_code", sa.String(16)),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("note", sa.Text()),
        sa.Column("offered", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(8)),
        sa.Column("verdict_reason", sa.String(40)),
        sa.Column("created_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("done_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("done_at", UtcDateTime()),
        sa.Column("owner_id", Id()),
    )
    op.create_index("ix_task_campaign", "task", ["campaign_id", "state"])
    op.create_index("ix_task_customer", "task", ["customer_id", "id"])
    op.create_index("ix_task_open", "task", ["store_id", "due_on", "id"], sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("task")
