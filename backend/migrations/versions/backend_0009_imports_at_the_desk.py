"""imports at the desk: uploaded files, runs that the worker carries out, problems in any language"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0009"
down_revision = "backend_0008"
branch_labels = None
depends_on = None

_RUN = ("staff_id", "upload_id", "job", "claim", "beat_at", "begun_at", "failure", "failed_by")
_COUNTED = ("dry_run", "stop", "fraction", "begun_lines", "begun_fraction")


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "import_upload",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=True),
        sa.Column("damaged", sa.Boolean(), nullable=False),
        sa.Column("staff_id", types.Id(), nullable=True),
        sa.Column("uploaded_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_upload")),
    )
    with op.batch_alter_table("import_run") as batch_op:
        for name in ("staff_id", "upload_id", "claim"):
            batch_op.add_column(sa.Column(name, types.Id(), nullable=True))
        for name in ("beat_at", "begun_at"):
            batch_op.add_column(sa.Column(name, types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("job", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("failure", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("failed_by", types.Json(), nullable=True))
        for name in ("dry_run", "stop"):
            batch_op.add_column(sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
        for name in ("fraction", "begun_fraction"):
            batch_op.add_column(sa.Column(name, sa.Double(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("begun_lines", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.create_index("ix_import_run_job", ["job", "id"])
    with op.batch_alter_table("import_problem") as batch_op:
        batch_op.add_column(sa.Column("code", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("heading", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("detail", sa.String(length=60), nullable=True))


def downgrade() -> None:
    """Take this revision back."""
    with op.batch_alter_table("import_problem") as batch_op:
        for name in ("code", "heading", "detail"):
            batch_op.drop_column(name)
    with op.batch_alter_table("import_run") as batch_op:
        batch_op.drop_index("ix_import_run_job")
        for name in (*_RUN, *_COUNTED):
            batch_op.drop_column(name)
    op.drop_table("import_upload")
