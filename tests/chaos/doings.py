"""What a floor does in a day: mutations, each with what must come of it."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.chaos.model import Planned

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.chaos.world import Place

Row = dict[str, Any]

SOON = timedelta(minutes=5)
"""A clock further ahead than this is flagged."""
EDITED = ("memo", "name_latin", "district", "phone")
"""Fields that edits give values of their own, so that applied edits form one chain from the first value to the last."""
_UNDERSTOOD_WITHIN = 8


@dataclass(frozen=True)
class Book:
    """What a tablet sees when it records: the rows of its copy with its own edits laid over, and whom it registered."""

    rows: dict[str, Row]
    own: list[str]
    sold: list[tuple[str, int]]
    """Sales of this tablet, with the number of their lines."""
    shown: Callable[[str, str], Any]
    """The value of a customer's field as the screen shows it."""


class Floor:
    """One tablet's people and their doings, chosen by `random`; `ahead` is how far its clock is off."""

    def __init__(self, random: Random, name: str, place: Place, ahead: timedelta) -> None:
        self._random, self._name, self._place, self._ahead = random, name, place, ahead
        self._seq = 0
        self._serial = 0
        self._kinds: list[tuple[int, Callable[[Book], Planned]]] = [
            (54, self._sale),
            (4, self._return),
            (17, self._edit),
            (8, self._note),
            (7, self._register),
            (4, self._consent),
            (6, self._nonsense),
        ]

    def does(self, book: Book) -> Planned:
        """The next mutation."""
        weights, kinds = zip(*self._kinds, strict=True)
        planned: Planned = self._random.choices(kinds, weights)[0](book)
        return planned

    def _plan(self, kind: str, data: Any, *, taken: bool = False, **expected: Any) -> Planned:
        """A mutation of the person at the tablet; a stranger's sale is `taken` all the same, with a flag."""
        self._seq += 1
        staff, flags = self._random.choice(self._place.staff), set(expected.pop("flags", ()))
        if self._random.random() < 0.03 and not expected.get("rejection"):
            staff = "nobody-here"
            if taken:
                flags.add("unknown_staff")
            else:
                expected["rejection"] = "unknown_staff"
        if self._ahead > SOON and not expected.get("rejection"):
            flags.add("clock_skew")
        mutation = {"id": self.uuid7(), "kind": kind, "staff": staff, "at": self._now(), "seq": self._seq, "data": data}
        return Planned(mutation, flags=frozenset(flags), **expected)

    def _sale(self, book: Book) -> Planned:
        who, flags, may = self._buyer(book)
        lines, odd = self._lines()
        data: dict[str, Any] = {"customer_id": who, "lines": lines, "currency": "KRW", "occurred_at": self._now()}
        flags |= odd
        if self._random.random() < 0.03:
            data["currency"] = "USD"
            flags = flags - {"price_differs"} | {"unknown_rate"}
        if self._random.random() < 0.1:
            data["points_redeemed"] = self._random.randint(1, 50)
            (flags if who is None or "unknown_customer" in flags else may).add(
                "points_without_customer" if who is None or "unknown_customer" in flags else "points_overdrawn"
            )
            may.add("points_without_customer")
        if self._random.random() < 0.05:
            # Of a basket that is worth less than nothing a coupon takes nothing off.
            known = self._random.random() < 0.9
            data["coupons"] = [self._random.choice(self._place.coupons) if known else "COUPON-1"]
            may |= {"coupon_already_used", "coupon_not_fitting"} if known else set()
            flags |= set() if known else {"unknown_coupon"}
        if self._random.random() < 0.2:
            data["note"] = self._own("메모")
        return self._plan("sale.log", data, taken=True, flags=flags, may_flags=frozenset(may))

    def _return(self, book: Book) -> Planned:
        """Something of a sale of this tablet comes back, perhaps more than was sold; or of a sale that nobody knows."""
        lines, flags, may = 1, {"unknown_sale"}, set[str]()
        sale = self.uuid7()
        if book.sold and self._random.random() < 0.9:
            sale, lines = self._random.choice(book.sold[-_UNDERSTOOD_WITHIN:])
            flags, may = set(), {"returned_too_much"}
        line = {"line": self._random.randrange(lines), "quantity": self._random.randint(1, 2)}
        data = {"sale_id": sale, "lines": [line], "reason": "단순 변심", "occurred_at": self._now()}
        return self._plan("sale.return", data, taken=True, flags=flags, may_flags=frozenset(may))

    def _buyer(self, book: Book) -> tuple[str | None, set[str], set[str]]:
        """Who buys, with the flags that this must and may bring."""
        chance = self._random.random()
        if chance < 0.15:
            return None, set(), set()
        if chance < 0.18:
            return self.uuid7(), {"unknown_customer"}, set()
        return self._somebody(book), set(), {"unknown_customer"}

    def _lines(self) -> tuple[list[dict[str, Any]], set[str]]:
        lines, flags = [], set()
        for _ in range(self._random.randint(1, 3)):
            sku, price = self._random.choice(self._place.products)
            quantity = self._random.randint(1, 4)
            line: dict[str, Any] = {"sku": sku, "quantity": quantity, "amount": quantity * price}
            chance = self._random.random()
            if chance < 0.05:
                line["amount"] -= 1_000
                flags.add("price_differs")
            elif chance < 0.1:
                line |= {"amount": line["amount"] - 500, "discount": 500}
            elif chance < 0.13:
                line["sku"] = self._own("SKU")
                flags.add("unknown_product")
            lines.append(line)
        return lines, flags

    def _edit(self, book: Book) -> Planned:
        who = self._somebody(book)
        fields = self._random.sample(EDITED, self._random.choice((1, 1, 1, 2)))
        changes = {name: {"from": book.shown(who, name), "to": self._value(name)} for name in fields}
        if self._random.random() < 0.05:
            place = self._random.choice(self._place.stores)
            changes["home_store"] = {"from": book.shown(who, "home_store"), "to": place}
        return self._plan("customer.edit", {"customer_id": who, "changes": changes}, may_be_unknown=True)

    def _value(self, name: str) -> str:
        if name != "phone":
            return self._own(name)
        self._serial += 1
        digits = f"{self._place.number:03d}{self._serial:05d}"
        # As people spell it: the server compares what it means.
        return f"010-{digits[:4]}-{digits[4:]}"

    def _note(self, book: Book) -> Planned:
        data = {"customer_id": self._somebody(book), "text": self._own("메모: 선물 포장을 좋아하신다")}
        return self._plan("note.add", data, may_be_unknown=True)

    def _register(self, _book: Book) -> Planned:
        data: dict[str, Any] = {"name": self._own("김새롬"), "phone": self._value("phone"), "cards": [self._own("C")]}
        may = frozenset[str]()
        if self._random.random() < 0.3:
            # Two people with one card, perhaps in the same moment: it stays with whoever came first.
            data["cards"].append(f"SHARED-{self._random.randrange(12)}")
            may = frozenset({"card_taken"})
        if self._random.random() < 0.3:
            data["name_latin"] = self._own("Kim")
        return self._plan("customer.register", data, may_flags=may)

    def _consent(self, book: Book) -> Planned:
        data = {
            "customer_id": self._somebody(book),
            "purpose": "marketing",
            "channel": "sms",
            "granted": self._random.random() < 0.6,
            "wording_version": "chaos-1",
            "occurred_at": self._now(),
        }
        return self._plan("consent.record", data, flags={"unknown_wording"}, may_be_unknown=True)

    def _nonsense(self, book: Book) -> Planned:
        """What cannot be read, each with the code that says so."""
        good = self._sale(book).mutation["data"]
        edit = {"customer_id": self._somebody(book), "changes": {"phone": {"from": None, "to": "no number"}}}
        nobody = {"customer_id": self.uuid7(), "text": "x"}
        kind, data, code = self._random.choice(
            [
                ("no.such", good, "unknown_kind"),
                ("sale.log", good | {"lines": []}, "invalid_data"),
                ("sale.log", good | {"surprise": 1}, "invalid_data"),
                ("sale.log", good | {"note": "a\x00b"}, "invalid_data"),
                ("sale.log", [good], "invalid_data"),
                ("customer.edit", edit, "invalid_data"),
                ("customer.edit", nobody | {"text": "x"}, "invalid_data"),
                ("note.add", nobody, "unknown_customer"),
                ("sale.log", good, "bad_id"),
            ]
        )
        planned = self._plan(kind, data, rejection=code)
        if code == "bad_id":
            planned.mutation["id"] = self._own("no-id")
        return planned

    def _somebody(self, book: Book) -> str:
        """Often one of a few whom everybody knows, sometimes somebody registered here."""
        chance = self._random.random()
        if chance < 0.2:
            return self._random.choice(self._place.regulars)
        if chance < 0.35 and book.own:
            return self._random.choice(book.own[-_UNDERSTOOD_WITHIN:])
        return self._random.choice(list(book.rows)) if book.rows else self._random.choice(self._place.regulars)

    def _own(self, what: str) -> str:
        """A text that nobody else writes."""
        self._serial += 1
        return f"{what} {self._name}-{self._serial}"

    def _now(self) -> str:
        return (datetime.now(UTC) + self._ahead).isoformat()

    def uuid7(self) -> str:
        """An id as RFC 9562 makes them, with the seed's bits in it."""
        head = (int(time.time() * 1000) << 80) | (7 << 76) | (self._random.getrandbits(12) << 64)
        return str(uuid.UUID(int=head | (2 << 62) | self._random.getrandbits(62)))
