"""points: partners, their rates, keys and transfers; corrections with a second person"""

from __future__ import annotations

import warnings

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, UtcDateTime

revision = "backend_0028"
down_revision = "backend_0027"
branch_labels = None
depends_on = None

_TRANSFERRED = sa.text("transfer_id IS NOT NULL")
_WAITING = sa.text("state = 'waiting'")
_UNDOING = sa.text("undoes_id IS NOT NULL AND state IN ('waiting', 'applied')")
_TRANSFER_KEY = "fk_points_entry_transfer_id_partner_transfer"


def upgrade() -> None:
    """Apply this revision."""
    _partners()
    _transfers()
    with warnings.catch_warnings():
        # Of `customer`, which stays as it is.
        warnings.filterwarnings("ignore", message="Skipped unsupported reflection of expression-based index")
        with op.batch_alter_table("points_entry") as table:
            table.add_column(sa.Column("transfer_id", Id()))
            table.create_foreign_key(op.f(_TRANSFER_KEY), "partner_transfer", ["transfer_id"], ["id"])
    _index("ix_points_entry_transfer", "points_entry", ["transfer_id"], _TRANSFERRED)
    _corrections()
    with op.batch_alter_table("loyalty_programme") as table:
        for name in ("manager_alone", "admin_alone"):
            table.add_column(sa.Column(name, sa.BigInteger(), nullable=False, server_default="10000"))


def downgrade() -> None:
    """Take this revision back."""
    with op.batch_alter_table("loyalty_programme") as table:
        table.drop_column("admin_alone")
        table.drop_column("manager_alone")
    op.drop_table("points_correction")
    op.drop_index("ix_points_entry_transfer", table_name="points_entry")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Skipped unsupported reflection of expression-based index")
        with op.batch_alter_table("points_entry") as table:
            table.drop_constraint(op.f(_TRANSFER_KEY), type_="foreignkey")
            table.drop_column("transfer_id")
    for name in ("partner_transfer", "partner_key", "partner_rate", "partner"):
        op.drop_table(name)


def _partners() -> None:
    op.create_table(
        "partner",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("code", sa.String(40), nullable=False, unique=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_latin", sa.String(120)),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("business_unit_id", Id(), sa.ForeignKey("business_unit.id"), nullable=False),
        sa.Column("issuer", sa.String(60), unique=True),
        sa.Column("most_at_once", sa.BigInteger()),
        sa.Column("most_a_month", sa.BigInteger()),
        sa.Column("valid_months", sa.Integer()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "partner_rate",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("partner_id", Id(), sa.ForeignKey("partner.id"), nullable=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger()),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("created_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_partner_rate_partner", "partner_rate", ["partner_id", "direction", "starts_on"])
    op.create_table(
        "partner_key",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("partner_id", Id(), sa.ForeignKey("partner.id"), nullable=False),
        sa.Column("data_key_id", sa.String(20), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("created_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime()),
        sa.Column("withdrawn_at", UtcDateTime()),
    )
    op.create_index("ix_partner_key_partner", "partner_key", ["partner_id"])


def _transfers() -> None:
    op.create_table(
        "partner_transfer",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("partner_id", Id(), sa.ForeignKey("partner.id"), nullable=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id")),
        sa.Column("owner_id", Id()),
        sa.Column("account", sa.String(40)),
        sa.Column("theirs", sa.BigInteger(), nullable=False),
        sa.Column("ours", sa.BigInteger(), nullable=False),
        sa.Column("rate_id", Id(), sa.ForeignKey("partner_rate.id"), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(200)),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("staff_id", Id(), sa.ForeignKey("staff.id")),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("collected_at", UtcDateTime()),
        sa.Column("decided_at", UtcDateTime()),
        sa.Column("back_on", sa.Date()),
        sa.UniqueConstraint("partner_id", "direction", "reference"),
    )
    op.create_index("ix_partner_transfer_customer", "partner_transfer", ["customer_id"])
    op.create_index("ix_partner_transfer_booked", "partner_transfer", ["partner_id", "booked_on"])
    op.create_index("ix_partner_transfer_state", "partner_transfer", ["partner_id", "state", "id"])


def _corrections() -> None:
    op.create_table(
        "points_correction",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("owner_id", Id()),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("business_unit_id", Id(), sa.ForeignKey("business_unit.id"), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("decided_at", UtcDateTime()),
        sa.Column("note", sa.String(200)),
        sa.Column("entry_id", Id(), sa.ForeignKey("points_entry.id")),
        sa.Column("undoes_id", Id(), sa.ForeignKey("points_correction.id")),
    )
    op.create_index("ix_points_correction_customer", "points_correction", ["customer_id", "id"])
    _index("ix_points_correction_waiting", "points_correction", ["id"], _WAITING)
    _index("uq_points_correction_undoes", "points_correction", ["undoes_id"], _UNDOING, unique=True)


def _index(name: str, table: str, columns: list[str], where: sa.TextClause, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
