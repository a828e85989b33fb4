"""What to write for the baskets of a file, given what is there. Touches no database, so any process may run it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count, repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from backend.customers import is_network_card
from backend.unify.keys import derived_id

if TYPE_CHECKING:
    from backend.unify.baskets import Basket, Origin

SALE_COLUMNS = (
    "id",
    "customer_id",
    "claimed_customer_id",
    "store_id",
    "currency",
    "total",
    "discount",
    "points_redeemed",
    "occurred_at",
    "received_at",
    "business_day",
    "flags",
    "source",
    "source_key",
)
LINE_COLUMNS = ("sale_id", "position", "product_id", "sku", "quantity", "amount", "discount")
Row = tuple[Any, ...]


def claimed(card: str, customer_id: str | None) -> str | None:
    """What is kept of a card that nobody is known by; nothing of a payment card's number."""
    return None if customer_id or is_network_card(card) else card or None


class Known(NamedTuple):
    """What the database holds of a basket: enough to see whether the file says the same."""

    sale_id: str
    occurred_at: str
    total: int
    discount: int
    nameless: bool
    lines: int
    quantity: int
    linked: int


class Planned(NamedTuple):
    """A chunk of a file, ready to be written: new sales, their lines and stores, and how far the file is read."""

    position: int
    last_line: int
    stores: list[str]
    sales: list[Row]
    lines: list[Row]
    problems: list[tuple[int, str]]
    # Baskets that differ from what is there or are scattered over the file; complete in the last chunk.
    unsettled: list[str]


@dataclass(slots=True)
class Planner:
    """Knows articles (code → id), cards (number → customer) and the sales there are (key → `Known`) of an origin."""

    origin: Origin
    received_at: str
    products: dict[str, str]
    cards: dict[str, str]
    known: dict[str, Known]
    _seen: set[str] = field(default_factory=set)
    _stores: dict[str, str] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)

    def is_new(self, basket: Basket) -> bool:
        """Whether `basket` is to be inserted. What differs from what is there, or comes twice, becomes `unsettled`."""
        key = basket.key
        known = self.known.get(key)
        repeated = key in self._seen
        self._seen.add(key)
        if repeated or (known is not None and not self.same(basket, known)):
            self.unsettled.add(key)
        return not repeated and known is None

    def same(self, basket: Basket, known: Known) -> bool:
        """Whether the database says what the file says. Whose sale it is may have changed since, by a merge."""
        return (
            known.lines == len(basket.skus)
            and known.total == sum(basket.amounts)
            and known.discount == sum(basket.discounts)
            and known.quantity == sum(basket.quantities)
            and known.occurred_at == basket.occurred_at
            and known.linked == sum(sku in self.products for sku in basket.skus)
            and not (known.nameless and basket.card in self.cards)
        )

    def sale_row(self, basket: Basket) -> Row:
        """The row of `sale`, in the order of `SALE_COLUMNS`."""
        customer_id = self.cards.get(basket.card)
        flags = ",".join([f'"{flag}"' for flag in self.flags(basket, customer_id)])
        return (
            basket.sale_id,
            customer_id,
            claimed(basket.card, customer_id),
            self.store_id(basket.store),
            self.origin.currency,
            sum(basket.amounts),
            sum(basket.discounts),
            0,
            basket.occurred_at,
            self.received_at,
            basket.business_day,
            f"[{flags}]",
            self.origin.source,
            basket.key,
        )

    def line_rows(self, basket: Basket, sale_id: str) -> list[Row]:
        """The rows of `sale_line`, in the order of `LINE_COLUMNS`."""
        # zip is not strict: two of its parts never end.
        product_ids = map(self.products.get, basket.skus)
        columns = (basket.skus, basket.quantities, basket.amounts, basket.discounts)
        return list(zip(repeat(sale_id), count(), product_ids, *columns))

    def flags(self, basket: Basket, customer_id: str | None) -> list[str]:
        """What a person must look at, in the words of the sync contract."""
        flags = [] if customer_id or not basket.card else ["unknown_customer"]
        return flags if all(map(self.products.__contains__, basket.skus)) else [*flags, "unknown_product"]

    def store_code(self, number: str) -> str:
        """The code of the store that the file calls `number`."""
        return f"{self.origin.store_prefix}{number}"

    def store_id(self, number: str) -> str:
        """The id of that store."""
        known = self._stores.get(number)
        if known is None:
            known = derived_id(self.origin.source, "store", number, moment=self.origin.began)
            self._stores[number] = known
        return known
