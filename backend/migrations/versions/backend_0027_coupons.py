"""coupons: what they are, codes that are issued, and what becomes of each code at the till"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json, UtcDateTime

revision = "backend_0027"
down_revision = "backend_0026"
branch_labels = None
depends_on = None

_HERS = sa.text("customer_id IS NOT NULL")
_COUNTED = sa.text("state = 'counted'")
_FLAGGED = sa.text("state = 'flagged'")
_TABLES = ("coupon_use", "coupon_code", "coupon_issue_part", "coupon_issue", "coupon")


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "coupon",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("number", sa.String(4), nullable=False, unique=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_latin", sa.String(120)),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("value", sa.BigInteger()),
        sa.Column("currency", sa.String(3)),
        sa.Column("cap", sa.BigInteger()),
        sa.Column("least_spend", sa.BigInteger()),
        sa.Column("gift_sku", sa.String(40)),
        sa.Column("gift", sa.String(200)),
        sa.Column("audience", sa.String(10), nullable=False),
        sa.Column("grade", sa.String(20)),
        sa.Column("business_unit_id", Id(), sa.ForeignKey("business_unit.id")),
        sa.Column("store_id", Id(), sa.ForeignKey("store.id")),
        sa.Column("category", sa.String(80)),
        sa.Column("stacks", sa.Boolean(), nullable=False),
        sa.Column("exclusion_group", sa.String(40)),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("valid_days", sa.Integer()),
        sa.Column("per_member", sa.Integer()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("live_at", UtcDateTime()),
        sa.Column("stopped_at", UtcDateTime()),
    )
    op.create_table(
        "coupon_issue",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("coupon_id", Id(), sa.ForeignKey("coupon.id"), nullable=False),
        sa.Column("to", sa.String(10), nullable=False),
        sa.Column("grade", sa.String(20)),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("after", Id()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime()),
    )
    op.create_index("ix_coupon_issue_coupon", "coupon_issue", ["coupon_id", "id"])
    op.create_index("ix_coupon_issue_state", "coupon_issue", ["state", "id"])
    op.create_table(
        "coupon_issue_part",
        sa.Column("issue_id", Id(), sa.ForeignKey("coupon_issue.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("ids", Json(), nullable=False),
    )
    _codes()
    _uses()


def downgrade() -> None:
    """Take this revision back."""
    for name in _TABLES:
        op.drop_table(name)


def _codes() -> None:
    op.create_table(
        "coupon_code",
        sa.Column("code", sa.String(16), primary_key=True),
        sa.Column("coupon_id", Id(), sa.ForeignKey("coupon.id"), nullable=False),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id")),
        sa.Column("owner_id", Id()),
        sa.Column("issue_id", Id(), sa.ForeignKey("coupon_issue.id")),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("issued_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("good_until", sa.Date()),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_coupon_code_coupon", "coupon_code", ["coupon_id", "code"])
    op.create_index("ix_coupon_code_issue", "coupon_code", ["issue_id", "code"])
    _index("ix_coupon_code_customer", "coupon_code", ["customer_id", "coupon_id"], _HERS)


def _uses() -> None:
    op.create_table(
        "coupon_use",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("sale_id", Id(), sa.ForeignKey("sale.id"), nullable=False),
        sa.Column("code", sa.String(16), sa.ForeignKey("coupon_code.code"), nullable=False),
        sa.Column("coupon_id", Id(), sa.ForeignKey("coupon.id"), nullable=False),
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id")),
        sa.Column("owner_id", Id()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("flags", Json(), nullable=False),
        sa.Column("worth", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("multiplier", sa.Integer()),
        sa.Column("used_at", UtcDateTime(), nullable=False),
    )
    _index("uq_coupon_use_counted", "coupon_use", ["code"], _COUNTED, unique=True)
    op.create_index("ix_coupon_use_coupon", "coupon_use", ["coupon_id", "state", "sale_id"])
    _index("ix_coupon_use_flagged", "coupon_use", ["coupon_id", "id"], _FLAGGED)
    _index("ix_coupon_use_customer", "coupon_use", ["customer_id", "coupon_id"], _HERS)
    op.create_index("uq_coupon_use_sale", "coupon_use", ["sale_id", "code"], unique=True)


def _index(name: str, table: str, columns: list[str], where: sa.TextClause, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
