"""whether a business unit relies on the exception for existing customers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "backend_0017"
down_revision = "backend_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    flag: sa.Column[bool] = sa.Column("existing_customers", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("business_unit", flag)


def downgrade() -> None:
    """Take this revision back."""
    op.drop_column("business_unit", "existing_customers")
