"""at which tablet a consent was said"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0019"
down_revision = "backend_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("consent_entry", sa.Column("device_id", types.Id(), nullable=True))


def downgrade() -> None:
    """Take this revision back."""
    op.drop_column("consent_entry", "device_id")
