"""how far along the keys a pass over all members has compared"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "backend_0021"
down_revision = "backend_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("duplicate_pass", sa.Column("compared_to", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take this revision back."""
    op.drop_column("duplicate_pass", "compared_to")
