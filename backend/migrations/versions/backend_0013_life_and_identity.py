"""days to remember, trips, households; passports, encrypted"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types
from backend.migrations.references import add_reference, drop_reference

revision = "backend_0013"
down_revision = "backend_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "household",
        sa.Column("id", types.Id(length=36), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("created_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    add_reference("customer", "household_id", to="household")
    there = sa.text("household_id IS NOT NULL")
    op.create_index(
        "ix_customer_household_id", "customer", ["household_id"], sqlite_where=there, postgresql_where=there
    )
    _of_a_customer(
        "life_event",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("yearly", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
    )
    op.create_index("ix_life_event_customer", "life_event", ["customer_id", "day"])
    _of_a_customer(
        "trip",
        sa.Column("flight", sa.String(length=12), nullable=True),
        sa.Column("departs_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("from_airport", sa.String(length=3), nullable=True),
        sa.Column("to_airport", sa.String(length=3), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
    )
    op.create_index("ix_trip_customer", "trip", ["customer_id", "departs_at"])
    _of_a_customer(
        "identity_document",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("number_cipher", sa.Text(), nullable=False),
        sa.Column("number_index", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=20), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_identity_document_customer", "identity_document", ["customer_id"])
    op.create_index("ix_identity_document_number", "identity_document", ["number_index"])
    op.create_index("ix_identity_document_key", "identity_document", ["key_id", "id"])


def downgrade() -> None:
    """Take this revision back."""
    for table in ("identity_document", "trip", "life_event"):
        op.drop_table(table)
    op.drop_index("ix_customer_household_id", "customer")
    drop_reference("customer", "household_id")
    op.drop_table("household")


def _of_a_customer(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("id", types.Id(length=36), nullable=False),
        sa.Column("customer_id", types.Id(length=36), nullable=False),
        sa.Column("owner_id", types.Id(length=36), nullable=True),
        *columns,
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f(f"fk_{name}_customer_id_customer")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
