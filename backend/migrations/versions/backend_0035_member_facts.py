"""insight: what each member's purchases add up to; cycles that are no whole number"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core.types import Id, Json

revision = "backend_0035"
down_revision = "backend_0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "member_facts",
        sa.Column("customer_id", Id(), sa.ForeignKey("customer.id"), primary_key=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("purchase_days", sa.Integer(), nullable=False),
        sa.Column("sales", sa.Integer(), nullable=False),
        sa.Column("cycle_twice", sa.Integer()),
        sa.Column("days", Json(), nullable=False),
        sa.Column("stores", Json(), nullable=False),
        sa.Column("hours", Json(), nullable=False),
        sa.Column("goods", Json(), nullable=False),
    )
    # Cycles are worked out from the facts, which `dangol init` and a restore have worked out from the sales.
    op.drop_column("customer_facts", "cycle_days")
    op.add_column("customer_facts", sa.Column("cycle_days", sa.Double()))


def downgrade() -> None:
    """Take this revision back."""
    op.drop_column("customer_facts", "cycle_days")
    op.add_column("customer_facts", sa.Column("cycle_days", sa.Integer()))
    op.drop_table("member_facts")
