"""insight: how far a refresh is, where it is taken up again, and why it failed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json

revision = "backend_0037"
down_revision = "backend_0036"
branch_labels = None
depends_on = None

_COLUMNS = ("problem", "purchases", "looked", "after", "left_out")


def upgrade() -> None:
    """Apply this revision."""
    with op.batch_alter_table("insight_model") as table:
        table.add_column(sa.Column("problem", sa.String(20)))
        table.add_column(sa.Column("purchases", sa.BigInteger(), nullable=False, server_default="0"))
        table.add_column(sa.Column("looked", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("after", Id()))
        table.add_column(sa.Column("left_out", Json(), nullable=False, server_default="[]"))
    with op.batch_alter_table("insight_model") as table:
        for name in ("purchases", "looked", "left_out"):
            table.alter_column(name, server_default=None)


def downgrade() -> None:
    """Take this revision back."""
    with op.batch_alter_table("insight_model") as table:
        for name in _COLUMNS:
            table.drop_column(name)
