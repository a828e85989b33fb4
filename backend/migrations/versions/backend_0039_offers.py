"""insight: what is bought together and next"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json, UtcDateTime

revision = "backend_0039"
down_revision = "backend_0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "product_pairing",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("key", sa.String(60), nullable=False, unique=True),
        sa.Column("partners", Json(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
    )
    op.create_table(
        "pairing_run",
        sa.Column("as_of", sa.Date(), primary_key=True),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("pairing_run")
    op.drop_table("product_pairing")
