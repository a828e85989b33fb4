"""when a link of a message was first opened"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import UtcDateTime

revision = "backend_0031"
down_revision = "backend_0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("message", sa.Column("opened_at", UtcDateTime()))


def downgrade() -> None:
    """Take this revision back."""
    op.drop_column("message", "opened_at")
