"""what people are owed to be told about their consents"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0011"
down_revision = "backend_0010"
branch_labels = None
depends_on = None

_GRANT = sa.text("purpose = 'marketing' AND granted")
_OWED, _QUEUED = sa.text("state = 'owed'"), sa.text("state = 'queued'")


def upgrade() -> None:
    """Apply this revision."""
    moment = types.UtcDateTime(timezone=True)
    op.create_table(
        "owed_notice",
        sa.Column("id", types.Id(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("customer_id", types.Id(length=36), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=True),
        sa.Column("night", sa.Boolean(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("sender_id", types.Id(length=36), nullable=True),
        sa.Column("entry_id", types.Id(length=36), nullable=False),
        sa.Column("said_at", moment, nullable=False),
        sa.Column("due_by", moment, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("message_id", types.Id(length=36), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("owner_id", types.Id(length=36), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_owed_notice_customer_id_customer")),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["business_unit.id"], name=op.f("fk_owed_notice_sender_id_business_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owed_notice")),
    )
    op.create_index("uq_owed_notice_entry", "owed_notice", ["entry_id", "kind"], unique=True)
    op.create_index(
        "ix_owed_notice_owed", "owed_notice", ["due_by", "id"], sqlite_where=_OWED, postgresql_where=_OWED
    )
    op.create_index(
        "ix_owed_notice_queued", "owed_notice", ["message_id"], sqlite_where=_QUEUED, postgresql_where=_QUEUED
    )
    op.create_index("ix_owed_notice_customer", "owed_notice", ["customer_id", "id"])
    op.create_index(
        "ix_consent_entry_marketing",
        "consent_entry",
        ["occurred_at", "id"],
        sqlite_where=_GRANT,
        postgresql_where=_GRANT,
    )


def downgrade() -> None:
    """Take this revision back."""
    op.drop_index("ix_consent_entry_marketing", "consent_entry")
    op.drop_table("owed_notice")
