"""What the worker does every minute so that who was erased stays erased."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from backend.core import clock
from backend.core.db import db, run_in_unit_of_work
from backend.privacy import ledger, service
from backend.privacy.blocks import clean_blocks
from backend.privacy.models import Erasure

_LATE = timedelta(minutes=10)


def tend() -> None:
    """Erase whom the file knows and the database does not; forget what came late; clean blocks that still hold anybody.

    The first is for data that was put back by other means than `dangol restore`.
    """
    known = set(db.session.execute(select(Erasure.customer_id)).scalars())
    missing = ledger.read() - known
    if missing:
        run_in_unit_of_work(lambda: service.erase_again(missing))
    if known | missing:
        run_in_unit_of_work(lambda: service.forget_late(clock.now() - _LATE))
    clean_blocks()
