"""insight: dated cut-points, and how long similar members take"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json, UtcDateTime

revision = "backend_0036"
down_revision = "backend_0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "insight_cuts",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False, unique=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("recency", Json(), nullable=False),
        sa.Column("frequency", Json(), nullable=False),
        sa.Column("money", Json(), nullable=False),
        sa.Column("cycles", Json(), nullable=False),
        sa.Column("prices", Json(), nullable=False),
    )
    op.create_table(
        "similar_cycle",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("purchase_days", sa.Integer(), nullable=False),
        sa.Column("cycle_twice", sa.Integer(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
    )
    op.create_index(
        "uq_similar_cycle_unit_purchase_days", "similar_cycle", ["unit", "purchase_days"], unique=True
    )


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("similar_cycle")
    op.drop_table("insight_cuts")
