"""merging customers: whose a row was, who was merged into whom, and what that changed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0004"
down_revision = "backend_0003"
branch_labels = None
depends_on = None

_OWNED = ("card", "preference", "consent_entry", "note", "sale", "points_entry", "message")


def upgrade() -> None:
    """Apply this revision."""
    for table in _OWNED:
        op.add_column(table, sa.Column("owner_id", types.Id(length=36), nullable=True))
    op.create_table(
        "merged_customer",
        sa.Column("id", types.Id(length=36), nullable=False),
        sa.Column("into_id", types.Id(length=36), nullable=False),
        sa.Column("kept", types.Json(), nullable=False),
        sa.Column("merged_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merged_customer")),
    )
    op.create_index("ix_merged_customer_into", "merged_customer", ["into_id"])
    op.create_table(
        "customer_merge",
        sa.Column("id", types.Id(length=36), nullable=False),
        sa.Column("survivor_id", types.Id(length=36), nullable=False),
        sa.Column("merged_id", types.Id(length=36), nullable=False),
        sa.Column("fields", types.Json(), nullable=False),
        sa.Column("merged_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("staff_id", types.Id(length=36), nullable=True),
        sa.Column("undone_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("undone_by", types.Id(length=36), nullable=True),
        sa.Column("unclear", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_merge")),
    )
    op.create_index("ix_customer_merge_survivor", "customer_merge", ["survivor_id", "id"])
    op.create_index("ix_customer_merge_merged", "customer_merge", ["merged_id", "id"])


def downgrade() -> None:
    """Undo this revision. Merges that stand cannot be undone afterwards."""
    op.drop_table("customer_merge")
    op.drop_table("merged_customer")
    for table in reversed(_OWNED):
        op.drop_column(table, "owner_id")
