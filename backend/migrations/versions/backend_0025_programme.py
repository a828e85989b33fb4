"""points: settings of the programme; caps a month; trials of rules"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json, UtcDateTime

revision = "backend_0025"
down_revision = "backend_0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "loyalty_programme",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("offline_per_sale", sa.BigInteger()),
        sa.Column("offline_per_member", sa.BigInteger()),
        sa.Column("offline_per_lease", sa.BigInteger()),
        sa.Column("notice_days", sa.Integer()),
        sa.Column("notice_least", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "expiry_notice_place",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("member", Id()),
    )
    with op.batch_alter_table("earning_rule") as table:
        table.add_column(sa.Column("cap_month", sa.BigInteger()))
    op.create_table(
        "rule_trial",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("rule", Json(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("sales", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("result", Json()),
        sa.Column("asked_by", Id(), sa.ForeignKey("staff.id")),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("alive_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
    )


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("rule_trial")
    with op.batch_alter_table("earning_rule") as table:
        table.drop_column("cap_month")
    op.drop_table("expiry_notice_place")
    op.drop_table("loyalty_programme")
