"""What follows for points when customers are merged or parted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.loyalty.service import refresh_points

if TYPE_CHECKING:
    from backend.customers import CustomersMerged, CustomersParted


def merged(event: CustomersMerged) -> None:
    """Show the balance of all entries."""
    refresh_points([event.survivor_id])


def parted(event: CustomersParted) -> None:
    """Show the balance of each."""
    refresh_points([event.survivor_id, event.parted_id])
