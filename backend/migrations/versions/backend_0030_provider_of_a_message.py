"""the provider that has a message"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "backend_0030"
down_revision = "backend_0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    with op.batch_alter_table("message") as table:
        table.add_column(sa.Column("provider", sa.String(20)))


def downgrade() -> None:
    """Take this revision back."""
    with op.batch_alter_table("message") as table:
        table.drop_column("provider")
