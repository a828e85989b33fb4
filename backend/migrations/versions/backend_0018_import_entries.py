"""what an import did to products and sales"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0018"
down_revision = "backend_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "import_entry",
        sa.Column("row_id", types.Id(length=36), nullable=False),
        sa.Column("run_id", types.Id(length=36), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("before", types.Json(), nullable=True),
        sa.Column("after", types.Json(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_entry_run_id_import_run")),
        sa.PrimaryKeyConstraint("row_id", "run_id", name=op.f("pk_import_entry")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("import_entry")
