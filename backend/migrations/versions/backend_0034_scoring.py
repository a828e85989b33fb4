"""insight: versions of the models, and what the newest says of each member"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json, UtcDateTime

revision = "backend_0034"
down_revision = "backend_0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "insight_model",
        sa.Column("id", Id(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False, unique=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("touched_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("staff_id", Id(), sa.ForeignKey("staff.id")),
        sa.Column("currency", sa.String(3)),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("parameters", Json(), nullable=False),
        sa.Column("judgements", Json(), nullable=False),
    )
    op.create_table(
        "member_score",
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), primary_key=True),
        sa.Column("model_id", Id(), sa.ForeignKey("insight_model.id"), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("alive", sa.Double()),
        sa.Column("return_28", sa.Double()),
        sa.Column("return_56", sa.Double()),
        sa.Column("worth", sa.BigInteger()),
        sa.Column("stake", sa.BigInteger()),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reasons", Json(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_member_score_stake", "member_score", ["stake", "customer_id"])


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("member_score")
    op.drop_table("insight_model")
