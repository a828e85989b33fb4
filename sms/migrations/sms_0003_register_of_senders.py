"""the register of senders: registered numbers, certificates"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, UtcDateTime

revision = "sms_0003"
down_revision = "sms_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    _numbers()
    _certificates()


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("sms_certificate")
    op.drop_table("sms_sender_number")


def _numbers() -> None:
    op.create_table(
        "sms_sender_number",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("business_unit_id", Id(), nullable=False),
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        *_common("sms_sender_number", sa.Column("valid_until", sa.Date())),
        _key("sms_sender_number", "business_unit_id", "business_unit"),
    )
    op.create_index("ix_sms_sender_number_unit", "sms_sender_number", ["business_unit_id", "provider"])


def _certificates() -> None:
    op.create_table(
        "sms_certificate",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("holder", sa.String(120), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        *_common("sms_certificate", sa.Column("valid_until", sa.Date(), nullable=False)),
    )
    op.create_index("ix_sms_certificate_provider", "sms_certificate", ["provider"])


def _common(table: str, valid_until: sa.Column[object]) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        valid_until,
        sa.Column("note", sa.String(400)),
        sa.Column("replaces_id", Id()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", Id()),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("ended_by", Id()),
        _key(table, "replaces_id", table),
        _key(table, "created_by", "staff"),
        _key(table, "ended_by", "staff"),
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
