"""What the worker does for coupons: long issues go on, a part at a time, wherever they were left."""

from __future__ import annotations

from functools import partial

from backend.core.db import db, run_in_unit_of_work
from backend.loyalty.coupons import issuing

EVERY = 2.0
"""Seconds between two looks; a look without anything to do is one seek in ix_coupon_issue_state."""


def issue_waiting() -> int:
    """Go on with every issue that is not done, in turns; how many parts were issued. Opens units of work of its own."""
    count = 0
    db.session.rollback()
    while waiting := issuing.waiting():
        for issue_id in waiting:
            run_in_unit_of_work(partial(issuing.go_on, issue_id))
            count += 1
    return count
