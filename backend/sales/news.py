"""What sales tell other features, as events of `backend.core.events`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.core import events

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class SalesFlagged:
    """So many sales of a store were taken, or had something returned, that a manager has to look at."""

    store_id: str
    count: int


def tell_of_flags(stores: Iterable[str]) -> None:
    """Publish, for each store, how many of its sales want a look; `stores` has one entry for each sale."""
    for store_id, count in Counter(stores).items():
        events.publish(SalesFlagged(store_id, count))
