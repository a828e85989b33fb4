"""what an import gave of further numbers and preferences"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import types

revision = "backend_0016"
down_revision = "backend_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("import_change", sa.Column("further", types.Json(), nullable=True))


def downgrade() -> None:
    """Take this revision back."""
    op.drop_column("import_change", "further")
