"""processing that a member had suspended, and for what reason somebody took a copy of her data"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0014"
down_revision = "backend_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("customer", sa.Column("suspended_at", types.UtcDateTime(timezone=True), nullable=True))
    op.add_column("customer", sa.Column("suspended_reason", sa.String(length=400), nullable=True))
    op.add_column("access_entry", sa.Column("reason", sa.String(length=400), nullable=True))
    # The copy has one field more: blocks are made from the tables anew.
    for table in ("block_body", "block", "block_set"):
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables


def downgrade() -> None:
    """Take this revision back."""
    for table in ("block_body", "block", "block_set"):
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables
    op.drop_column("access_entry", "reason")
    op.drop_column("customer", "suspended_reason")
    op.drop_column("customer", "suspended_at")
