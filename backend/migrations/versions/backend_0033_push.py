"""push to staff: their browsers, wishes and notices; for whom of the staff a message is"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json, UtcDateTime

revision = "backend_0033"
down_revision = "backend_0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "push_subscription",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("staff_id", Id(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("device_id", Id(), sa.ForeignKey("device.id")),
        sa.Column("fingerprint", sa.String(64), nullable=False, unique=True),
        sa.Column("endpoint", sa.String(1000), nullable=False),
        sa.Column("p256dh", sa.String(100), nullable=False),
        sa.Column("auth", sa.String(40), nullable=False),
        sa.Column("surface", sa.String(10), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime()),
        sa.Column("waits_until", UtcDateTime()),
    )
    op.create_index("ix_push_subscription_staff", "push_subscription", ["staff_id", "id"])
    op.create_table(
        "push_wish",
        sa.Column("staff_id", Id(), sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("muted", Json(), nullable=False),
        sa.Column("quiet_from", sa.String(5)),
        sa.Column("quiet_until", sa.String(5)),
        sa.Column("time_zone", sa.String(60), nullable=False),
    )
    op.create_table(
        "push_event",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("staff_id", Id()),
        sa.Column("store_id", Id()),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "push_notice",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("staff_id", Id(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("unseen", sa.Integer(), nullable=False),
        sa.Column("message_id", Id()),
        sa.Column("told_at", UtcDateTime()),
        sa.Column("seen_at", UtcDateTime()),
    )
    op.create_index("uq_push_notice", "push_notice", ["staff_id", "kind"], unique=True)
    op.create_table(
        "push_delivery",
        sa.Column("message_id", Id(), primary_key=True),
        sa.Column("subscription_id", Id(), primary_key=True),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_push_delivery_at", "push_delivery", ["at"])
    op.create_table(
        "push_fault",
        sa.Column("service", sa.String(255), primary_key=True),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("code", sa.String(20)),
        sa.Column("detail", sa.String(400)),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
    )
    op.add_column("message", sa.Column("recipient_id", Id()))


def downgrade() -> None:
    """Take this revision back."""
    op.drop_column("message", "recipient_id")
    for table in ("push_fault", "push_delivery", "push_notice", "push_event", "push_wish", "push_subscription"):
        op.drop_table(table)
