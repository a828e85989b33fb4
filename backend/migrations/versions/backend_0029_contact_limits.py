"""the house's limits of contacting people; what a number was sent; complaints"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, UtcDateTime

revision = "backend_0029"
down_revision = "backend_0028"
branch_labels = None
depends_on = None

_COMPLAINT = sa.text("kind = 'complaint'")
_ADDRESS = "ix_message_address"


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "contact_limits",
        sa.Column("id", Id(), primary_key=True),
        *(sa.Column(name, sa.Integer()) for name in ("per_day", "per_week", "per_month")),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("complaint_days", "return_days", "same_content_days")
        ),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("set_by", Id(), sa.ForeignKey("staff.id")),
    )
    op.add_column("message", sa.Column("claimed_at", UtcDateTime()))
    op.add_column("message", sa.Column("digest", sa.String(32)))
    # What went before there were limits counts by when it was accepted.
    op.execute("UPDATE message SET claimed_at = accepted_at WHERE accepted_at IS NOT NULL")
    op.drop_index(_ADDRESS, table_name="message")
    op.create_index(_ADDRESS, "message", ["address", "claimed_at"])
    op.add_column("note", sa.Column("kind", sa.String(12), nullable=False, server_default="note"))
    op.create_index(
        "ix_note_complaint",
        "note",
        ["customer_id", "written_at"],
        sqlite_where=_COMPLAINT,
        postgresql_where=_COMPLAINT,
    )
    op.create_index("ix_sale_return_occurred", "sale_return", ["occurred_at"])


def downgrade() -> None:
    """Take this revision back."""
    op.drop_index("ix_sale_return_occurred", table_name="sale_return")
    op.drop_index("ix_note_complaint", table_name="note")
    op.drop_column("note", "kind")
    op.drop_index(_ADDRESS, table_name="message")
    op.create_index(_ADDRESS, "message", ["address"])
    op.drop_column("message", "digest")
    op.drop_column("message", "claimed_at")
    op.drop_table("contact_limits")
