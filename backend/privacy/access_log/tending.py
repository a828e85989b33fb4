"""What the worker does every minute for the access log."""

from __future__ import annotations

from backend.core.db import run_in_unit_of_work
from backend.privacy.access_log import service


def tend() -> None:
    """Seal what was added, cut what is old."""
    while run_in_unit_of_work(service.seal):
        pass
    run_in_unit_of_work(service.cut)
