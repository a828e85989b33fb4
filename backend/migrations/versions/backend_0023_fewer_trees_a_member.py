"""on SQLite, three trees less for each member: one index of names is enough, cards and facts are stored in their key"""

from __future__ import annotations

import warnings

import sqlalchemy as sa
from alembic import op

revision = "backend_0023"
down_revision = "backend_0022"
branch_labels = None
depends_on = None

_NAMES = "ix_customer_name_begins"


def upgrade() -> None:
    """Apply this revision."""
    _rebuild(with_rowid=False, names=sa.text("name IS NULL"))


def downgrade() -> None:
    """Take this revision back."""
    _rebuild(with_rowid=True, names=None)


def _rebuild(*, with_rowid: bool, names: sa.TextClause | None) -> None:
    # PostgreSQL has no such choice, and needs the second index to look for a beginning.
    if op.get_bind().dialect.name != "sqlite":
        return
    op.drop_index(_NAMES, table_name="customer")
    op.create_index(_NAMES, "customer", ["name"], sqlite_where=names)
    with warnings.catch_warnings():
        # Of `customer`, which both refer to and which stays as it is.
        warnings.filterwarnings("ignore", message="Skipped unsupported reflection of expression-based index")
        for table in ("customer_facts", "card"):
            with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_with_rowid": with_rowid}):
                pass
