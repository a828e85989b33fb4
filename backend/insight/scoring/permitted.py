"""Of whom scores may be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.consent import standing
from backend.customers import suspended

if TYPE_CHECKING:
    from collections.abc import Sequence

PURPOSE = "profiling"


def permitted(customer_ids: Sequence[str]) -> set[str]:
    """Those of the customers who agreed to profiling, and whose data may be made use of. Two statements."""
    agreed = {each for each, permission in standing(customer_ids, PURPOSE).items() if permission.allowed}
    return agreed - suspended(agreed)
