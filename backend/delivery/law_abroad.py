"""Hours of commercial messages to numbers outside Korea, in the recipient's time. Pure.

United States: 47 CFR 64.1200 (c) (1), 08:00 to 21:00. The other countries leave the hours to decency and codes of
conduct; the same window is kept for all of them. A Korean night consent says nothing about these hours, so it does not
lift them.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

QUIET_BEGINS: Final = time(21)
QUIET_ENDS: Final = time(8)


def is_quiet(local: datetime) -> bool:
    """Tell whether `local`, a time on the recipient's wall, is too late or too early for a commercial message."""
    return local.time() >= QUIET_BEGINS or local.time() < QUIET_ENDS
