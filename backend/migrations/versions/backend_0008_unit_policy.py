"""what a business unit keeps to itself, and at which store a remark was written"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0008"
down_revision = "backend_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    for name in ("shares", "shares_applied"):
        op.add_column("business_unit", sa.Column(name, sa.String(length=10), nullable=False, server_default="all"))
    op.add_column("note", sa.Column("store_id", types.Id(), nullable=True))
    op.execute("UPDATE note SET store_id = (SELECT store_id FROM staff WHERE staff.id = note.staff_id)")


def downgrade() -> None:
    """Take this revision back."""
    op.drop_column("note", "store_id")
    for name in ("shares_applied", "shares"):
        op.drop_column("business_unit", name)
