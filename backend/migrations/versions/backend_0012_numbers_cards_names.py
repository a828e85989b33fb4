"""further numbers, kinds of cards, e-mail, the name in Han characters, who serves her"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types
from backend.migrations.references import add_reference, drop_reference

revision = "backend_0012"
down_revision = "backend_0011"
branch_labels = None
depends_on = None

_HAN = {"name_han": "varchar_pattern_ops"}


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("customer", sa.Column("name_han", sa.String(length=60), nullable=True))
    op.add_column("customer", sa.Column("email", sa.String(length=254), nullable=True))
    for name, column, ops in (("ix_customer_email", "email", {}), ("ix_customer_han_begins", "name_han", _HAN)):
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "customer", [column], postgresql_ops=ops, sqlite_where=there, postgresql_where=there)
    add_reference("customer", "preferred_staff_id", to="staff")
    op.create_table(
        "customer_phone",
        sa.Column("id", types.Id(length=36), nullable=False),
        sa.Column("customer_id", types.Id(length=36), nullable=False),
        sa.Column("owner_id", types.Id(length=36), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_phone_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_phone")),
    )
    op.create_index("uq_customer_phone_customer_phone", "customer_phone", ["customer_id", "phone"], unique=True)
    op.create_index("ix_customer_phone_number", "customer_phone", ["phone"])
    op.create_index("ix_customer_phone_number_end", "customer_phone", [sa.text("substr(phone, length(phone) - 3)")])
    op.add_column("card", sa.Column("kind", sa.String(length=10), nullable=False, server_default="unit"))
    op.add_column("card", sa.Column("issuer", sa.String(length=60), nullable=True))
    _renew_blocks()


def downgrade() -> None:
    """Take this revision back."""
    op.drop_column("card", "issuer")
    op.drop_column("card", "kind")
    op.drop_table("customer_phone")
    op.drop_index("ix_customer_han_begins", "customer")
    op.drop_index("ix_customer_email", "customer")
    drop_reference("customer", "preferred_staff_id")
    for name in ("email", "name_han"):
        op.drop_column("customer", name)
    _renew_blocks()


def _renew_blocks() -> None:
    """Have the worker build the blocks of customers anew: their rows have other fields."""
    op.execute("DELETE FROM block WHERE collection = 'customers'")
    op.execute("DELETE FROM block_body WHERE hash NOT IN (SELECT hash FROM block)")
    op.execute("UPDATE block_set SET v = -1 WHERE collection = 'customers'")
