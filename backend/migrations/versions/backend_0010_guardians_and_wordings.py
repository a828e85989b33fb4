"""guardians who consent for children; wordings that admins write and publish"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import clock, types
from backend.core.ids import new_id

revision = "backend_0010"
down_revision = "backend_0009"
branch_labels = None
depends_on = None

_ADDED = ("id", "channel", "night", "recipient", "text_zh", "text_ja", "state", "written_by", "written_at")
_PUBLISHED = ("published_by", "published_at", "retired_at")


def upgrade() -> None:
    """Apply this revision."""
    op.add_column("consent_entry", sa.Column("guardian", sa.Boolean(), nullable=False, server_default=sa.false()))
    moment = types.UtcDateTime(timezone=True)
    with op.batch_alter_table("consent_wording") as batch_op:
        batch_op.add_column(sa.Column("id", types.Id(length=36), nullable=True))
        batch_op.add_column(sa.Column("channel", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("night", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("recipient", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("text_zh", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("text_ja", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("state", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("written_by", types.Id(length=36), nullable=True))
        batch_op.add_column(sa.Column("written_at", moment, nullable=True))
        batch_op.add_column(sa.Column("published_by", types.Id(length=36), nullable=True))
        batch_op.add_column(sa.Column("published_at", moment, nullable=True))
        batch_op.add_column(sa.Column("retired_at", moment, nullable=True))
    _fill()
    with op.batch_alter_table("consent_wording") as batch_op:
        batch_op.alter_column("id", existing_type=types.Id(length=36), nullable=False)
        batch_op.alter_column("night", existing_type=sa.Boolean(), nullable=False)
        batch_op.alter_column("state", existing_type=sa.String(length=10), nullable=False)
        batch_op.alter_column("written_at", existing_type=moment, nullable=False)
        batch_op.create_index("uq_consent_wording_id", ["id"], unique=True)


def _fill() -> None:
    """What was there was shown: the marketing ones were about texts."""
    wording = sa.table(
        "consent_wording",
        sa.column("version", sa.String),
        sa.column("purpose", sa.String),
        sa.column("id", types.Id(length=36)),
        sa.column("channel", sa.String),
        sa.column("night", sa.Boolean),
        sa.column("state", sa.String),
        sa.column("written_at", types.UtcDateTime(timezone=True)),
        sa.column("published_at", types.UtcDateTime(timezone=True)),
    )
    connection, now = op.get_bind(), clock.now()
    for version, purpose in connection.execute(sa.select(wording.c.version, wording.c.purpose)).all():
        values = {
            "id": new_id(),
            "channel": "sms" if purpose == "marketing" else None,
            "night": "-night" in version,
            "state": "published" if version.endswith("-2026-11") else "retired",
            "written_at": now,
            "published_at": now,
        }
        connection.execute(wording.update().where(wording.c.version == version).values(values))


def downgrade() -> None:
    """Take this revision back."""
    with op.batch_alter_table("consent_wording") as batch_op:
        batch_op.drop_index("uq_consent_wording_id")
        for name in (*_ADDED, *_PUBLISHED):
            batch_op.drop_column(name)
    op.drop_column("consent_entry", "guardian")
