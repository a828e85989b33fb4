"""Cleaning what holds copies of rows: the blocks, and the database's own log of pages."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sqlalchemy import select, update

from backend import customers
from backend.core import clock
from backend.core.db import db, run_in_unit_of_work
from backend.privacy.models import Erasure
from backend.sync import blocks

_WAIT_SECONDS = 2.0


def clean_blocks() -> bool:
    """Have no block and no page of the log hold an erased person; False when somebody was in the way.

    The worker tries again every minute, so that it is done within the hour whatever stood in the way.
    """
    waiting = db.session.execute(select(Erasure.customer_id).where(Erasure.blocks_clean_at.is_(None))).scalars().all()
    db.session.rollback()
    if not waiting:
        return True
    if not blocks.forget(customers.COLLECTION, waiting):
        return False
    db.session.rollback()
    if not _empty_log():
        return False
    done = update(Erasure).where(Erasure.customer_id.in_(waiting)).values(blocks_clean_at=clock.now())
    run_in_unit_of_work(lambda: db.session.execute(done))
    return True


def _empty_log() -> bool:
    """Write SQLite's log (WAL) back into the file and cut it off; False while somebody reads an older view.

    The file itself keeps nothing: `secure_delete` overwrites what is deleted. PostgreSQL's old row versions go with its
    vacuum and its own log with its checkpoints, in their own time.
    """
    if db.engine.dialect.name != "sqlite":
        return True
    with closing(sqlite3.connect(db.engine.url.database or "", timeout=_WAIT_SECONDS)) as connection:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
