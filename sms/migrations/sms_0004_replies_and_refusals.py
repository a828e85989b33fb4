"""texts from people, words of refusal, links and 080 numbers by which people refuse"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "sms_0004"
down_revision = "sms_0006"
branch_labels = None
depends_on = None

_OPEN = sa.text("handled_at IS NULL")


def upgrade() -> None:
    """Apply this revision."""
    _incoming()
    op.create_table(
        "sms_word",
        sa.Column("id", types.Id(length=36), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("compact", sa.String(length=80), nullable=False),
        sa.Column("added_by", types.Id(length=36), nullable=True),
        sa.Column("added_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["staff.id"], name=op.f("fk_sms_word_added_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_word")),
    )
    op.create_index("uq_sms_word_compact", "sms_word", ["compact"], unique=True)
    _links()
    op.create_table(
        "sms_refusal_unit",
        sa.Column("unit_id", types.Id(length=36), nullable=False),
        sa.Column("by_link", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("key_id", types.Id(length=36), nullable=True),
        sa.Column("data_key_id", sa.String(length=20), nullable=True),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("key_made_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["business_unit.id"], name=op.f("fk_sms_refusal_unit_unit_id_business_unit")
        ),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_sms_refusal_unit")),
    )


def _incoming() -> None:
    op.create_table(
        "sms_incoming",
        sa.Column("id", types.Id(length=36), nullable=False),
        sa.Column("provider_ref", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=True),
        sa.Column("our_number", sa.String(length=40), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("customer_id", types.Id(length=36), nullable=True),
        sa.Column("sender_id", types.Id(length=36), nullable=True),
        sa.Column("store_id", types.Id(length=36), nullable=True),
        sa.Column("staff_id", types.Id(length=36), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("handled_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("handled_by", types.Id(length=36), nullable=True),
        sa.Column("owner_id", types.Id(length=36), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_sms_incoming_customer_id_customer")),
        sa.ForeignKeyConstraint(["handled_by"], ["staff.id"], name=op.f("fk_sms_incoming_handled_by_staff")),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["business_unit.id"], name=op.f("fk_sms_incoming_sender_id_business_unit")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sms_incoming_staff_id_staff")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_sms_incoming_store_id_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_incoming")),
        sa.UniqueConstraint("provider_ref", name=op.f("uq_sms_incoming_provider_ref")),
    )
    op.create_index("ix_sms_incoming_customer", "sms_incoming", ["customer_id", "id"])
    op.create_index("ix_sms_incoming_address", "sms_incoming", ["address"])
    op.create_index("ix_sms_incoming_open", "sms_incoming", ["id"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def _links() -> None:
    op.create_table(
        "sms_refusal_link",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("made_for", sa.String(length=40), nullable=False),
        sa.Column("customer_id", types.Id(length=36), nullable=True),
        sa.Column("address", sa.String(length=40), nullable=True),
        sa.Column("sender_id", types.Id(length=36), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=True),
        sa.Column("created_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("owner_id", types.Id(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_sms_refusal_link_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["business_unit.id"], name=op.f("fk_sms_refusal_link_sender_id_business_unit")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sms_refusal_link")),
    )
    columns = ["made_for", "sender_id", "channel"]
    op.create_index("uq_sms_refusal_link_made_for", "sms_refusal_link", columns, unique=True)
    op.create_index("ix_sms_refusal_link_customer", "sms_refusal_link", ["customer_id"])
    op.create_index("ix_sms_refusal_link_address", "sms_refusal_link", ["address"])


def downgrade() -> None:
    """Undo this revision."""
    for table in ("sms_refusal_unit", "sms_refusal_link", "sms_word", "sms_incoming"):
        op.drop_table(table)
