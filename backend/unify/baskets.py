"""Lines of a sales file, gathered into baskets. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from backend.unify.keys import derived_id
from backend.unify.problems import Problems, UnreadableValueError
from backend.unify.values import Amounts, Codes, Quantities, moment, time_text

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
_OTHER_HEADING = "sold_at, store_id or card_number differ from the basket's earlier lines"
Heading = tuple[str, str, str]
Line = tuple[str, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose sales these are. All stores share `time_zone` and `currency`; a store's code is prefix + number."""

    source: str
    unit_id: str
    time_zone: str
    currency: str
    store_prefix: str
    # When its stores opened, as far as anybody knows: part of their ids.
    began: datetime


class Basket(NamedTuple):
    """One sale as the file tells it; made of plain values, so that it travels between processes cheaply.

    `occurred_at` (UTC) and `business_day` as the database stores them; the lines are four columns of one length, money
    in minor units. `heading` is sold_at, store and card as every line repeats them; an empty card is nobody's.
    """

    key: str
    sale_id: str
    occurred_at: str
    business_day: str
    store: str
    card: str
    heading: Heading
    last_line: int
    skus: tuple[str, ...]
    quantities: tuple[int, ...]
    amounts: tuple[int, ...]
    discounts: tuple[int, ...]

    def joined(self, later: Basket) -> Basket:
        """This basket with the lines of another part of it behind its own."""
        return self._replace(
            last_line=later.last_line,
            skus=self.skus + later.skus,
            quantities=self.quantities + later.quantities,
            amounts=self.amounts + later.amounts,
            discounts=self.discounts + later.discounts,
        )


@dataclass(slots=True)
class _Open:
    """A basket whose lines are being read."""

    key: str
    sold_at: datetime
    heading: Heading
    last_line: int = 0
    lines: list[Line] = field(default_factory=list)


class BasketReader:
    """Reads the baskets of `origin` from rows of `file` and lists what cannot be read."""

    def __init__(self, file: str, origin: Origin, problems: Problems) -> None:
        self.file = file
        self.origin = origin
        self.problems = problems
        self._zone = ZoneInfo(origin.time_zone)
        self._keys = Codes("basket_id")
        self._stores = Codes("store_id")
        self._cards = Codes("card_number")
        self._products = Codes("product_id")
        self._quantities = Quantities("quantity")
        self._paid = Amounts("sales_value", origin.currency)
        self._discounts = [Amounts(column, origin.currency) for column in COLUMNS[7:]]

    def baskets(self, rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Basket]:
        """Yield a basket for each run of lines with one basket_id; a basket that is scattered comes in several runs."""
        products, quantities, paid_amounts = self._products, self._quantities, self._paid
        retail_amounts, coupon_amounts, match_amounts = self._discounts
        basket: _Open | None = None
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
                        yield self._close(basket)
                    basket, key_now = begun, key
                elif (sold_at, store, card) != basket.heading:
                    self.problems.add(self.file, number, _OTHER_HEADING)
                    continue
            except UnreadableValueError as error:
                self.problems.add(self.file, number, str(error))
                continue
            basket.lines.append(line)
            basket.last_line = number
        if basket is not None:
            yield self._close(basket)

    def _begin(self, key: str, heading: Heading) -> _Open:
        sold_at, store, card = heading
        _ = self._stores[store], self._cards[card] if card else ""  # Refuses what is no code.
        return _Open(self._keys[key], moment(sold_at, "sold_at"), heading)

    def _close(self, basket: _Open) -> Basket:
        _, store, card = basket.heading
        skus, quantities, amounts, discounts = zip(*basket.lines, strict=True)
        return Basket(
            basket.key,
            derived_id(self.origin.source, "sale", basket.key, moment=basket.sold_at),
            time_text(basket.sold_at),
            basket.sold_at.astimezone(self._zone).date().isoformat(),
            store,
            card,
            basket.heading,
            basket.last_line,
            skus,
            quantities,
            amounts,
            discounts,
        )
