"""sms: templates asked for approval and sent back, those that tablets hold, prices of texts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json, UtcDateTime

revision = "sms_0002"
down_revision = "sms_0003"
branch_labels = None
depends_on = None

_PEOPLE = ("asked_by", "sent_back_by")


def upgrade() -> None:
    """Apply this revision."""
    with op.batch_alter_table("template") as table:
        table.add_column(sa.Column("one_to_one", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("template_version") as table:
        table.add_column(sa.Column("restored_from", sa.Integer()))
        table.add_column(sa.Column("asked_at", UtcDateTime()))
        table.add_column(sa.Column("sent_back_at", UtcDateTime()))
        table.add_column(sa.Column("remark", sa.String(400)))
        for name in _PEOPLE:
            table.add_column(sa.Column(name, Id()))
            table.create_foreign_key(op.f(f"fk_template_version_{name}_staff"), "staff", [name], ["id"])
    op.create_table(
        "sms_floor_template",
        sa.Column("id", Id(), sa.ForeignKey("template.id"), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("title", sa.String(120)),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("purpose", sa.String(12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("fields", Json(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "sms_price",
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("way", "country", name=op.f("pk_sms_price")),
    )


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("sms_price")
    op.drop_table("sms_floor_template")
    op.execute("UPDATE template SET state = 'draft' WHERE state = 'waiting'")
    with op.batch_alter_table("template_version") as table:
        for name in _PEOPLE:
            table.drop_constraint(op.f(f"fk_template_version_{name}_staff"), type_="foreignkey")
            table.drop_column(name)
        for name in ("remark", "sent_back_at", "asked_at", "restored_from"):
            table.drop_column(name)
    with op.batch_alter_table("template") as table:
        table.drop_column("one_to_one")
