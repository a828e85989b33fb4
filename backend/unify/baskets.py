"""Lines of a sales file, gathered into baskets. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from backend.unify.problems import Problems, UnreadableValueError
from backend.unify.values import Amounts, Codes, Quantities, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

COLUMNS = (
    "basket_id",
    "sold_at",
    "store_id",
    "card_number",
    "product_id",
    "quantity",
    "sales_value",
    "retail_disc",
    "coupon_disc",
    "coupon_match_disc",
)
Line = tuple[str, int, int, int]


@dataclass(slots=True)
class Basket:
    """One sale as the file tells it. `lines`: (product code, quantity, paid, taken off), money in minor units."""

    key: str
    sold_at: datetime
    store: str
    card: str | None
    last_line: int
    # sold_at, store_id and card_number as written: every line repeats them.
    heading: tuple[str, str, str]
    lines: list[Line] = field(default_factory=list)

    @property
    def paid(self) -> int:
        """What was paid for all of it, in minor units."""
        return sum(line[2] for line in self.lines)

    @property
    def discount(self) -> int:
        """What was taken off all of it, in minor units."""
        return sum(line[3] for line in self.lines)


class BasketReader:
    """Reads baskets in the currency of the file and lists what cannot be read."""

    def __init__(self, file: str, currency: str, problems: Problems) -> None:
        self.file = file
        self.problems = problems
        self._keys = Codes("basket_id")
        self._stores = Codes("store_id")
        self._cards = Codes("card_number")
        self._products = Codes("product_id")
        self._quantities = Quantities("quantity")
        self._paid = Amounts("sales_value", currency)
        self._discounts = [Amounts(column, currency) for column in COLUMNS[7:]]

    def baskets(self, rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Basket]:
        """Yield a basket for each run of lines with one basket_id; a basket that is scattered comes in several runs."""
        products, quantities, paid_amounts = self._products, self._quantities, self._paid
        retail_amounts, coupon_amounts, match_amounts = self._discounts
        basket: Basket | None = None
        key_now = ""
        for number, (key, sold_at, store, card, product, quantity, paid, retail, coupon, match) in rows:
            try:
                line = (
                    products[product],
                    quantities[quantity],
                    paid_amounts[paid],
                    retail_amounts[retail] + coupon_amounts[coupon] + match_amounts[match],
                )
                if basket is None or key != key_now:
                    begun = self._begin(key, (sold_at, store, card))
                    if basket is not None:
                        yield basket
                    basket, key_now = begun, key
                elif (sold_at, store, card) != basket.heading:
                    message = "sold_at, store_id or card_number differ from the basket's earlier lines"
                    raise UnreadableValueError(message)  # noqa: TRY301 - read like the other refusals of this line
            except UnreadableValueError as error:
                self.problems.add(self.file, number, str(error))
                continue
            basket.lines.append(line)
            basket.last_line = number
        if basket is not None:
            yield basket

    def _begin(self, key: str, heading: tuple[str, str, str]) -> Basket:
        sold_at, store, card = heading
        return Basket(
            key=self._keys[key],
            sold_at=moment(sold_at, "sold_at"),
            store=self._stores[store],
            card=self._cards[card] if card else None,
            last_line=0,
            heading=heading,
        )
