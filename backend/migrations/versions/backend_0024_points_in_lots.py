"""points: entries name their business unit and day; lots, debts and uses beside them; rules of what a sale earns"""

from __future__ import annotations

import warnings

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json, UtcDateTime

revision = "backend_0024"
down_revision = "backend_0023"
branch_labels = None
depends_on = None

_OF_SALES = sa.text("sale_id IS NOT NULL")
_EARNED = sa.text("kind = 'earn' AND sale_id IS NOT NULL")
_OPEN = sa.text("open > 0")
# Until here a sale's points were its store's unit's; what no sale gave was nobody's, and goes to the oldest unit.
_UNIT = """
    UPDATE points_entry SET business_unit_id = COALESCE(
        (SELECT store.business_unit_id FROM sale JOIN store ON store.id = sale.store_id WHERE sale.id = points_entry.sale_id),
        (SELECT id FROM business_unit ORDER BY id LIMIT 1)
    )
"""
_DAY = """
    UPDATE points_entry SET business_day = COALESCE(
        (SELECT sale.business_day FROM sale WHERE sale.id = points_entry.sale_id), {day}
    )
"""
_DERIVED = ("points_use", "points_debt", "points_lot")


def upgrade() -> None:
    """Apply this revision."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("points_entry") as table:
        table.add_column(sa.Column("business_unit_id", Id(), nullable=True))
        table.add_column(sa.Column("lot_id", Id(), nullable=True))
        table.add_column(sa.Column("rules", Json(), nullable=True))
        table.add_column(sa.Column("staff_id", Id(), nullable=True))
        table.add_column(sa.Column("business_day", sa.Date(), nullable=True))
        table.add_column(sa.Column("expires_on", sa.Date(), nullable=True))
    op.execute(_UNIT)
    op.execute(_DAY.format(day="date(occurred_at)" if sqlite else "CAST(occurred_at AS date)"))
    with warnings.catch_warnings():
        # Of `customer`, which stays as it is.
        warnings.filterwarnings("ignore", message="Skipped unsupported reflection of expression-based index")
        with op.batch_alter_table("points_entry") as table:
            table.alter_column("business_unit_id", existing_type=Id(), nullable=False)
            table.alter_column("business_day", existing_type=sa.Date(), nullable=False)
            table.create_foreign_key(
                op.f("fk_points_entry_business_unit_id_business_unit"), "business_unit", ["business_unit_id"], ["id"]
            )
            table.create_foreign_key(op.f("fk_points_entry_staff_id_staff"), "staff", ["staff_id"], ["id"])
    op.drop_index("ix_points_entry_customer", table_name="points_entry")
    op.create_index("ix_points_entry_customer", "points_entry", ["customer_id", "occurred_at", "id"])
    _index("ix_points_entry_sale", "points_entry", ["sale_id"], _OF_SALES)
    _index("uq_points_entry_earned", "points_entry", ["sale_id"], _EARNED, unique=True)
    _lots()
    op.create_table(
        "earning_rule",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("cap", sa.BigInteger()),
        sa.Column("valid_months", sa.Integer()),
        sa.Column("business_unit_id", Id(), sa.ForeignKey("business_unit.id")),
        sa.Column("store_id", Id(), sa.ForeignKey("store.id")),
        sa.Column("category", sa.String(80)),
        sa.Column("grade", sa.String(20)),
        sa.Column("card_issuer", sa.String(60)),
        sa.Column("weekdays", Json()),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("created_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime()),
    )


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("earning_rule")
    for name in _DERIVED:
        op.drop_table(name)
    op.drop_index("uq_points_entry_earned", table_name="points_entry")
    op.drop_index("ix_points_entry_sale", table_name="points_entry")
    op.drop_index("ix_points_entry_customer", table_name="points_entry")
    op.create_index("ix_points_entry_customer", "points_entry", ["customer_id", "id"])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Skipped unsupported reflection of expression-based index")
        with op.batch_alter_table("points_entry") as table:
            for name in ("expires_on", "business_day", "staff_id", "rules", "lot_id", "business_unit_id"):
                table.drop_column(name)


def _lots() -> None:
    op.create_table(
        "points_lot",
        sa.Column("id", Id(), sa.ForeignKey("points_entry.id"), primary_key=True),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("owner_id", Id()),
        sa.Column("business_unit_id", Id(), sa.ForeignKey("business_unit.id"), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=False),
        sa.Column("expired", sa.BigInteger(), nullable=False),
        sa.Column("expires_on", sa.Date()),
        sqlite_with_rowid=False,
    )
    _index("ix_points_lot_open", "points_lot", ["customer_id", "expires_on"], _OPEN)
    _index("ix_points_lot_expires", "points_lot", ["expires_on", "customer_id"], _OPEN)
    op.create_index("ix_points_lot_customer", "points_lot", ["customer_id"])
    op.create_table(
        "points_debt",
        sa.Column("id", Id(), sa.ForeignKey("points_entry.id"), primary_key=True),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("owner_id", Id()),
        sa.Column("business_unit_id", Id(), sa.ForeignKey("business_unit.id"), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_points_debt_customer", "points_debt", ["customer_id"])
    op.create_table(
        "points_use",
        sa.Column("entry_id", Id(), sa.ForeignKey("points_entry.id"), primary_key=True),
        sa.Column("lot_id", Id(), sa.ForeignKey("points_entry.id"), primary_key=True),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("owner_id", Id()),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_points_use_customer", "points_use", ["customer_id"])


def _index(name: str, table: str, columns: list[str], where: sa.TextClause, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
