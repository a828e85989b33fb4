"""epochs, retention of the logs, departures, erasures"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from backend.core import clock, types

revision = "backend_0002"
down_revision = "backend_0001"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply this revision."""
    op.create_table(
        "sync_epoch",
        sa.Column("epoch", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("restored_to", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_sync_epoch")),
        sa.UniqueConstraint("number", name=op.f("uq_sync_epoch_number")),
    )
    op.create_table(
        "clock_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("v", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_clock_day")),
    )
    op.create_table(
        "erasure",
        sa.Column("customer_id", types.Id(length=36), nullable=False),
        sa.Column("erased_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("staff_id", types.Id(length=36), nullable=True),
        sa.Column("blocks_clean_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_erasure")),
    )
    op.create_table(
        "store_departure",
        sa.Column("customer_id", types.Id(length=36), nullable=False),
        sa.Column("store_id", types.Id(length=36), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_store_departure_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_store_departure_store_id_store")),
        sa.PrimaryKeyConstraint("customer_id", "store_id", name=op.f("pk_store_departure")),
    )
    with op.batch_alter_table("store_departure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_store_departure_store_id"), ["store_id"], unique=False)
    with op.batch_alter_table("sync_clock", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kept_from", _BIG, nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("backed_up_at", types.UtcDateTime(timezone=True), nullable=True))
    _name_first_epoch()


def _name_first_epoch() -> None:
    """Write down the epoch that a database in use already has."""
    connection = op.get_bind()
    sync_clock = sa.table("sync_clock", sa.column("epoch"))
    sync_epoch = sa.table(
        "sync_epoch", sa.column("epoch"), sa.column("number"), sa.column("started_at", types.UtcDateTime())
    )
    for (epoch,) in connection.execute(sa.select(sync_clock.c.epoch)).all():
        connection.execute(sa.insert(sync_epoch).values(epoch=epoch, number=1, started_at=clock.now()))


def downgrade() -> None:
    """Undo this revision."""
    with op.batch_alter_table("sync_clock", schema=None) as batch_op:
        batch_op.drop_column("backed_up_at")
        batch_op.drop_column("kept_from")
    with op.batch_alter_table("store_departure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_store_departure_store_id"))
    op.drop_table("store_departure")
    op.drop_table("erasure")
    op.drop_table("clock_day")
    op.drop_table("sync_epoch")
