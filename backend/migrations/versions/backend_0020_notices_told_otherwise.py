"""how somebody was told about a consent when no text could tell, and notices of any state by when they are due"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0020"
down_revision = "backend_0019"
branch_labels = None
depends_on = None

_OWED = sa.text("state = 'owed'")


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("owed_notice", sa.Column("told_how", sa.String(length=20), nullable=True))
    op.add_column("owed_notice", sa.Column("told_note", sa.String(length=400), nullable=True))
    op.add_column("owed_notice", sa.Column("told_by", types.Id(), nullable=True))
    op.create_index("ix_owed_notice_state", "owed_notice", ["state", "due_by", "id"])
    op.drop_index("ix_owed_notice_owed", "owed_notice")


def downgrade() -> None:
    """Take this revision back."""
    op.create_index(
        "ix_owed_notice_owed", "owed_notice", ["due_by", "id"], sqlite_where=_OWED, postgresql_where=_OWED
    )
    op.drop_index("ix_owed_notice_state", "owed_notice")
    for name in ("told_by", "told_note", "told_how"):
        op.drop_column("owed_notice", name)
