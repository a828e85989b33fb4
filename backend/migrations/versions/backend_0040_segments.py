"""segments"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json, UtcDateTime

revision = "backend_0040"
down_revision = "backend_0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "segment",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(400)),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("members", sa.Integer()),
        sa.Column("counted_at", UtcDateTime()),
        sa.Column("looked_at", UtcDateTime()),
        sa.Column("created_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_segment_state", "segment", ["state", "id"])
    op.create_table(
        "segment_version",
        sa.Column("segment_id", Id(), sa.ForeignKey("segment.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("rule", Json(), nullable=False),
        sa.Column("created_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "segment_member",
        sa.Column("segment_id", Id(), sa.ForeignKey("segment.id"), primary_key=True),
        sa.Column("member_id", Id(), primary_key=True),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("owner_id", Id()),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_segment_member_customer", "segment_member", ["customer_id", "segment_id"])
    op.create_table(
        "segment_move",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("segment_id", Id(), sa.ForeignKey("segment.id"), nullable=False),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("entered", sa.Boolean(), nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.Column("owner_id", Id()),
    )
    op.create_index("ix_segment_move_customer", "segment_move", ["customer_id"])
    op.create_index("ix_segment_move_segment", "segment_move", ["segment_id", "moved_at", "id"])
    op.create_index("ix_sale_line_product", "sale_line", ["product_id"])


def downgrade() -> None:
    """Take this revision back."""
    op.drop_index("ix_sale_line_product", "sale_line")
    op.drop_table("segment_move")
    op.drop_table("segment_member")
    op.drop_table("segment_version")
    op.drop_table("segment")
