"""members who may be one person: pairs, blocking keys, passes, the automatic threshold"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0005"
down_revision = "backend_0004"
branch_labels = None
depends_on = None

_OPEN = sa.text("decision IS NULL")


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "duplicate_pair",
        sa.Column("id", types.Id(length=36), nullable=False),
        sa.Column("first_id", types.Id(length=36), nullable=False),
        sa.Column("second_id", types.Id(length=36), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", types.Json(), nullable=False),
        sa.Column("fingerprint", sa.String(length=65), nullable=False),
        sa.Column("found_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("decided_by", types.Id(length=36), nullable=True),
        sa.Column("decided_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_duplicate_pair_ordered")),
        sa.ForeignKeyConstraint(["first_id"], ["customer.id"], name=op.f("fk_duplicate_pair_first_id_customer")),
        sa.ForeignKeyConstraint(["second_id"], ["customer.id"], name=op.f("fk_duplicate_pair_second_id_customer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_pair")),
    )
    op.create_index("uq_duplicate_pair_first_id_second_id", "duplicate_pair", ["first_id", "second_id"], unique=True)
    op.create_index("ix_duplicate_pair_second_id", "duplicate_pair", ["second_id"])
    op.create_index(
        "ix_duplicate_pair_queue", "duplicate_pair", ["score", "id"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_table(
        "duplicate_record",
        sa.Column("customer_id", types.Id(length=36), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("block_keys", types.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_duplicate_record_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_duplicate_record")),
    )
    op.create_table(
        "duplicate_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_id", types.Id(length=36), nullable=False),
        sa.PrimaryKeyConstraint("key", "customer_id", name=op.f("pk_duplicate_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "duplicate_pass",
        sa.Column("id", types.Id(length=36), nullable=False),
        sa.Column("phase", sa.String(length=10), nullable=False),
        sa.Column("position", types.Id(length=36), nullable=True),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("compared", sa.BigInteger(), nullable=False),
        sa.Column("started_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_pass")),
    )
    op.create_table(
        "duplicate_settings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("automatic_threshold", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_settings")),
    )


def downgrade() -> None:
    """Undo this revision."""
    for table in ("duplicate_settings", "duplicate_pass", "duplicate_key", "duplicate_record", "duplicate_pair"):
        op.drop_table(table)
