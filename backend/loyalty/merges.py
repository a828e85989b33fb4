"""What follows for points when customers are merged or parted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.loyalty import ledger

if TYPE_CHECKING:
    from backend.customers import CustomersMerged, CustomersParted


def merged(event: CustomersMerged) -> None:
    """The books of both are one: what one owed, the other's points repay."""
    ledger.settle([event.survivor_id])


def parted(event: CustomersParted) -> None:
    """Each has the book of her own entries again."""
    ledger.settle([event.survivor_id, event.parted_id])
