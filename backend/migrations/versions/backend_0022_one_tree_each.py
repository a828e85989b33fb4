"""on SQLite, the logs of changes are stored in their key, not beside it"""

from __future__ import annotations

from alembic import op

revision = "backend_0022"
down_revision = "backend_0021"
branch_labels = None
depends_on = None

_TABLES = ("change_log", "scope_log")


def upgrade() -> None:
    """Apply this revision."""
    _rebuild(with_rowid=False)


def downgrade() -> None:
    """Take this revision back."""
    _rebuild(with_rowid=True)


def _rebuild(*, with_rowid: bool) -> None:
    # PostgreSQL has no such choice.
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in _TABLES:
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_with_rowid": with_rowid}):
            pass
