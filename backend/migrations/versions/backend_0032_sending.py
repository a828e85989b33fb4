"""delivery: batches, senders' rates, the switch; a message's batch"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, UtcDateTime

revision = "backend_0032"
down_revision = "backend_0031"
branch_labels = None
depends_on = None

_QUEUED = sa.text("state = 'queued'")
_HELD = sa.text("state = 'held'")
_IN_BATCH = sa.text("batch_id IS NOT NULL")


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "message_batch",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("purpose", sa.String(12), nullable=False),
        sa.Column("sender_id", Id(), sa.ForeignKey("business_unit.id"), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("paused_at", UtcDateTime()),
        sa.Column("paused_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("not_after", UtcDateTime()),
        sa.Column("total", sa.Integer()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("judged_from", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
    )
    op.create_index("ix_message_batch_state", "message_batch", ["state", "id"])
    op.create_table(
        "sending_lane",
        sa.Column("id", sa.String(50), primary_key=True),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("sender_id", Id(), sa.ForeignKey("business_unit.id")),
        sa.Column("rate", sa.Double()),
        sa.Column("burst", sa.Double(), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("refilled_at", UtcDateTime(), nullable=False),
        sa.Column("paused_at", UtcDateTime()),
        sa.Column("paused_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("reason", sa.String(40)),
    )
    op.create_table(
        "sending_switch",
        sa.Column("channel", sa.String(10), primary_key=True),
        sa.Column("note", sa.String(200)),
        sa.Column("stopped_at", UtcDateTime(), nullable=False),
        sa.Column("stopped_by", Id(), sa.ForeignKey("staff.id")),
    )
    op.add_column("message", sa.Column("batch_id", Id()))
    op.drop_index("ix_message_claim", table_name="message")
    op.drop_index("ix_message_due", table_name="message")
    _index("ix_message_claim", ["channel", "sender_id", "batch_id", "priority", "id"], _QUEUED)
    _index("ix_message_due", ["batch_id", "due_at"], _HELD)
    _index("ix_message_batch", ["batch_id", "state", "decided_at"], _IN_BATCH)
    whose = sa.text("coalesce(owner_id, customer_id)")
    _index("uq_message_batch_customer", ["batch_id", whose], _IN_BATCH, unique=True)
    _index("uq_message_batch_address", ["batch_id", "address"], _IN_BATCH, unique=True)


def downgrade() -> None:
    """Take this revision back."""
    for name in ("uq_message_batch_address", "uq_message_batch_customer", "ix_message_batch"):
        op.drop_index(name, table_name="message")
    op.drop_index("ix_message_due", table_name="message")
    op.drop_index("ix_message_claim", table_name="message")
    op.drop_column("message", "batch_id")
    _index("ix_message_claim", ["priority", "id"], _QUEUED)
    _index("ix_message_due", ["due_at"], _HELD)
    for name in ("sending_switch", "sending_lane", "message_batch"):
        op.drop_table(name)


def _index(name: str, columns: list[str | sa.TextClause], where: sa.TextClause, *, unique: bool = False) -> None:
    op.create_index(name, "message", columns, unique=unique, sqlite_where=where, postgresql_where=where)
