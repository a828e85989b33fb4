"""revocation hard and soft, settled conflicts, reviewed flags, returns, online search"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0003"
down_revision = "backend_0002"
branch_labels = None
depends_on = None

_FLAGGED = sa.text("flags <> '[]'")
_WHOLE = sa.text("whole")


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("device", sa.Column("revoked_hard", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("device", sa.Column("revoked_reason", sa.String(length=400), nullable=True))
    op.add_column("edit_conflict", sa.Column("settled_by", types.Id(length=36), nullable=True))
    op.add_column("edit_conflict", sa.Column("choice", sa.String(length=6), nullable=True))
    op.create_index("ix_edit_conflict_settled_at", "edit_conflict", ["settled_at", "id"])
    op.add_column("sale", sa.Column("reviewed_at", types.UtcDateTime(timezone=True), nullable=True))
    op.add_column("sale", sa.Column("reviewed_by", types.Id(length=36), nullable=True))
    op.add_column("sale", sa.Column("review_note", sa.String(length=400), nullable=True))
    columns = ["reviewed_at", "store_id", "id"]
    op.create_index("ix_sale_flagged", "sale", columns, sqlite_where=_FLAGGED, postgresql_where=_FLAGGED)
    _returns()
    _search()


def _returns() -> None:
    op.create_table(
        "sale_return",
        sa.Column("id", types.Id(length=36), nullable=False),
        sa.Column("sale_id", types.Id(length=36), nullable=True),
        sa.Column("claimed_sale_id", sa.String(length=64), nullable=True),
        sa.Column("store_id", types.Id(length=36), nullable=False),
        sa.Column("staff_id", types.Id(length=36), nullable=True),
        sa.Column("device_id", types.Id(length=36), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("occurred_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("flags", types.Json(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_sale_return_store_id_store")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sale_return_staff_id_staff")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_sale_return_device_id_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_return")),
    )
    op.create_index("ix_sale_return_sale", "sale_return", ["sale_id"])
    op.create_index(
        "ix_sale_return_whole", "sale_return", ["sale_id"], sqlite_where=_WHOLE, postgresql_where=_WHOLE
    )
    op.create_table(
        "sale_return_line",
        sa.Column("return_id", types.Id(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["return_id"], ["sale_return.id"], name=op.f("fk_sale_return_line_return_id_sale_return")
        ),
        sa.PrimaryKeyConstraint("return_id", "position", name=op.f("pk_sale_return_line")),
    )


def _search() -> None:
    op.create_index("ix_customer_phone_end", "customer", [sa.literal_column("substr(phone, length(phone) - 3)")])
    op.create_index("ix_customer_name_begins", "customer", ["name"], postgresql_ops={"name": "varchar_pattern_ops"})
    op.create_index(
        "ix_customer_latin_begins",
        "customer",
        [sa.literal_column("lower(name_latin)").label("latin")],
        postgresql_ops={"latin": "text_pattern_ops"},
    )


def downgrade() -> None:
    """Undo this revision."""
    for name in ("ix_customer_latin_begins", "ix_customer_name_begins", "ix_customer_phone_end"):
        op.drop_index(name, "customer")
    op.drop_table("sale_return_line")
    op.drop_table("sale_return")
    op.drop_index("ix_sale_flagged", "sale")
    op.drop_index("ix_edit_conflict_settled_at", "edit_conflict")
    for table, columns in (
        ("sale", ("review_note", "reviewed_by", "reviewed_at")),
        ("edit_conflict", ("choice", "settled_by")),
        ("device", ("revoked_reason", "revoked_hard")),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
