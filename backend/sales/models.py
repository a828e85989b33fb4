"""A sale and its lines. A sale that happened is a fact: it is taken, and what is odd about it stands in `flags`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.catalog import Product
from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime
from backend.customers import Customer, Owned
from backend.organization import Staff, Store
from backend.sales import rules

# The same words in both databases: JSON text on one, jsonb on the other.
FLAGGED = text("flags <> '[]'")


class Sale(Owned, Base):
    """One basket at one store. Money is in minor units of `currency`; `rate` is what one unit was worth there."""

    __tablename__ = "sale"
    __table_args__ = (
        Index("ix_sale_customer", "customer_id", "business_day", "id"),
        Index("ix_sale_store", "store_id", "id"),
        Index("uq_sale_source", "source", "source_key", unique=True),
        # What a manager has yet to look at, and what one has: other sales cost nothing here.
        Index("ix_sale_flagged", "reviewed_at", "store_id", "id", sqlite_where=FLAGGED, postgresql_where=FLAGGED),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customer.id"))
    # Whom the till named, when nobody by that id is known here.
    claimed_customer_id: Mapped[str | None] = mapped_column(String(64))
    store_id: Mapped[str] = mapped_column(ForeignKey("store.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"))
    currency: Mapped[str] = mapped_column(String(3))
    total: Mapped[int] = mapped_column(BigInteger)
    discount: Mapped[int] = mapped_column(BigInteger, default=0)
    rate: Mapped[str | None] = mapped_column(String(24))
    points_redeemed: Mapped[int] = mapped_column(BigInteger, default=0)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    business_day: Mapped[date]
    flight: Mapped[str | None] = mapped_column(String(12))
    departs_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(Text)
    flags: Mapped[list[Any]] = mapped_column(Json, default=list)
    source: Mapped[str | None] = mapped_column(String(40))
    source_key: Mapped[str | None] = mapped_column(String(80))
    # Who looked at the flags, when, and what they found.
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by: Mapped[str | None] = mapped_column(Id)
    review_note: Mapped[str | None] = mapped_column(String(400))

    lines: Mapped[list[SaleLine]] = relationship(order_by="SaleLine.position", back_populates="sale")
    coupons: Mapped[list[SaleCoupon]] = relationship(order_by="SaleCoupon.code")
    store: Mapped[Store] = relationship()
    customer: Mapped[Customer | None] = relationship()
    staff: Mapped[Staff | None] = relationship()
    returns: Mapped[list[SaleReturn]] = relationship(
        primaryjoin="Sale.id == foreign(SaleReturn.sale_id)",
        order_by="(SaleReturn.occurred_at, SaleReturn.id)",
        viewonly=True,
    )

    @property
    def returned(self) -> int:
        """What came back of it is worth, in minor units of `currency`."""
        if not self.returns:
            return 0
        back = self.articles_back
        return sum(rules.refund(line.amount, line.quantity, back.get(line.position, 0)) for line in self.lines)

    @property
    def net(self) -> int:
        """What is left of the total."""
        return self.total - self.returned

    @property
    def articles_back(self) -> dict[int, int]:
        """How many articles of each line came back."""
        return rules.came_back((line.line, line.quantity) for each in self.returns for line in each.lines)


class SaleLine(Base):
    """One article of a sale. `amount` is what was paid for the whole line; `sku` is kept when no product has it."""

    __tablename__ = "sale_line"
    # Lines are read by their sale: on SQLite the key is the table, not a second copy beside it (a fifth less to write).
    __table_args__ = (
        # Who bought an article.
        Index("ix_sale_line_product", "product_id"),
        {"sqlite_with_rowid": False},
    )

    sale_id: Mapped[str] = mapped_column(ForeignKey("sale.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str | None] = mapped_column(ForeignKey("product.id"))
    sku: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    unit_price: Mapped[int | None] = mapped_column(BigInteger)
    discount: Mapped[int] = mapped_column(BigInteger, default=0)

    product: Mapped[Product | None] = relationship()
    sale: Mapped[Sale] = relationship(back_populates="lines")

    @property
    def returned(self) -> int:
        """How many articles of it came back."""
        return self.sale.articles_back.get(self.position, 0)


class SaleCoupon(Base):
    """A coupon code that was taken with a sale."""

    __tablename__ = "sale_coupon"
    __table_args__ = (Index("ix_sale_coupon_code", "code"),)

    sale_id: Mapped[str] = mapped_column(ForeignKey("sale.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(60), primary_key=True)


WHOLE = text("whole")


class SaleReturn(Base):
    """Articles that came back. Like a sale it has happened: it is taken, and what is odd about it stands in `flags`.

    `sale_id` is no foreign key: a return may arrive before its sale, and counts from the moment the sale is there.
    """

    __tablename__ = "sale_return"
    __table_args__ = (
        Index("ix_sale_return_sale", "sale_id"),
        Index("ix_sale_return_occurred", "occurred_at"),
        Index("ix_sale_return_whole", "sale_id", sqlite_where=WHOLE, postgresql_where=WHOLE),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    sale_id: Mapped[str | None] = mapped_column(Id)
    # What the tablet named, when that is no id.
    claimed_sale_id: Mapped[str | None] = mapped_column(String(64))
    store_id: Mapped[str] = mapped_column(ForeignKey("store.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"))
    reason: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    business_day: Mapped[date]
    flags: Mapped[list[Any]] = mapped_column(Json, default=list)
    # With it nothing is left of the sale, which is then no purchase any more.
    whole: Mapped[bool] = mapped_column(default=False)

    lines: Mapped[list[SaleReturnLine]] = relationship(order_by="SaleReturnLine.position")
    store: Mapped[Store] = relationship()
    staff: Mapped[Staff | None] = relationship()


class SaleReturnLine(Base):
    """How many articles of a sale's line came back; `line` counts from 0."""

    __tablename__ = "sale_return_line"

    return_id: Mapped[str] = mapped_column(ForeignKey("sale_return.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int] = mapped_column(BigInteger)
