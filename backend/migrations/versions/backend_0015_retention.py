"""how long things are kept, and when what was older went"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0015"
down_revision = "backend_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "retention_period",
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("set_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("rule", name=op.f("pk_retention_period")),
    )
    op.create_table(
        "retention_run",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("before", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", types.Id(), nullable=True),
        sa.Column("started_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
    op.create_index("ix_retention_run_rule", "retention_run", ["rule", "id"])


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("retention_run")
    op.drop_table("retention_period")
