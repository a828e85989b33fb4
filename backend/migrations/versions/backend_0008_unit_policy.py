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
    with op.batch_alter_table("business_unit") as batch_op:
        batch_op.add_column(sa.Column("shares", sa.String(length=10), nullable=False, server_default="all"))
        batch_op.add_column(sa.Column("shares_applied", sa.String(length=10), nullable=False, server_default="all"))
    with op.batch_alter_table("note") as batch_op:
        batch_op.add_column(sa.Column("store_id", types.Id(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_note_store_id_store"), "store", ["store_id"], ["id"])
    op.execute("UPDATE note SET store_id = (SELECT store_id FROM staff WHERE staff.id = note.staff_id)")


def downgrade() -> None:
    """Take this revision back."""
    with op.batch_alter_table("note") as batch_op:
        batch_op.drop_constraint(op.f("fk_note_store_id_store"), type_="foreignkey")
        batch_op.drop_column("store_id")
    with op.batch_alter_table("business_unit") as batch_op:
        batch_op.drop_column("shares_applied")
        batch_op.drop_column("shares")
