"""seals over the access log"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0007"
down_revision = "backend_0006"
branch_labels = None
depends_on = None

_KEPT = sa.text("cut_at IS NULL")


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("access_entry", sa.Column("recorded_at", types.UtcDateTime(timezone=True), nullable=True))
    op.execute("UPDATE access_entry SET recorded_at = at")
    with op.batch_alter_table("access_entry") as batch_op:
        batch_op.alter_column("recorded_at", existing_type=types.UtcDateTime(timezone=True), nullable=False)
        batch_op.add_column(sa.Column("seal_number", sa.Integer(), nullable=True))
        batch_op.create_index("ix_access_entry_staff", ["staff_id", "id"])
        batch_op.create_index("ix_access_entry_seal", ["seal_number", "id"])
    op.create_table(
        "access_seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cut_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_access_seal")),
    )
    op.create_index("ix_access_seal_kept", "access_seal", ["sealed_at"], sqlite_where=_KEPT, postgresql_where=_KEPT)


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("access_seal")
    with op.batch_alter_table("access_entry") as batch_op:
        for name in ("ix_access_entry_seal", "ix_access_entry_staff"):
            batch_op.drop_index(name)
        batch_op.drop_column("seal_number")
        batch_op.drop_column("recorded_at")
