"""imports of members from files: what a run did, its problems, profiles of columns"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0006"
down_revision = "backend_0005"
branch_labels = None
depends_on = None

_IMPORTED = sa.text("source_key IS NOT NULL")
_COUNTS = ("created", "changed", "unchanged", "repeated", "bad")


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("import_run", sa.Column("kind", sa.String(length=20), nullable=True))
    op.add_column("import_run", sa.Column("file", sa.String(length=255), nullable=True))
    op.add_column("import_run", sa.Column("fingerprint", sa.String(length=64), nullable=True))
    op.add_column("import_run", sa.Column("options", types.Json(), nullable=True))
    for name in _COUNTS:
        op.add_column("import_run", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("import_run", sa.Column("undone_at", types.UtcDateTime(timezone=True), nullable=True))
    columns = ["source", "source_key"]
    op.create_index("ix_customer_source", "customer", columns, sqlite_where=_IMPORTED, postgresql_where=_IMPORTED)
    op.create_table(
        "import_change",
        sa.Column("customer_id", types.Id(length=36), nullable=False),
        sa.Column("run_id", types.Id(length=36), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("before", types.Json(), nullable=True),
        sa.Column("cards", types.Json(), nullable=False),
        sa.Column("written_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_change_run_id_import_run")),
        sa.PrimaryKeyConstraint("customer_id", "run_id", name=op.f("pk_import_change")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_problem",
        sa.Column("run_id", types.Id(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_problem_run_id_import_run")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_import_problem")),
    )
    op.create_table(
        "import_profile",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("columns", types.Json(), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_import_profile")),
    )


def downgrade() -> None:
    """Undo this revision."""
    for table in ("import_profile", "import_problem", "import_change"):
        op.drop_table(table)
    op.drop_index("ix_customer_source", "customer")
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        for name in ("undone_at", *_COUNTS, "options", "fingerprint", "file", "kind"):
            batch_op.drop_column(name)
