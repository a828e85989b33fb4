"""What is sold."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id
from backend.organization import BusinessUnit


class Product(Base):
    """An article with its price in minor units; `price` is None where the price is made at the till."""

    __tablename__ = "product"
    __table_args__ = (Index("ix_product_barcode", "barcode"), Index("ix_product_name", "name", "id"))

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    sku: Mapped[str] = mapped_column(String(40), unique=True)
    barcode: Mapped[str | None] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    name_latin: Mapped[str | None] = mapped_column(String(200))
    brand: Mapped[str | None] = mapped_column(String(80))
    category: Mapped[str | None] = mapped_column(String(80))
    price: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3))
    business_unit_id: Mapped[str | None] = mapped_column(ForeignKey("business_unit.id"))

    business_unit: Mapped[BusinessUnit | None] = relationship()


class ExchangeRate(Base):
    """What one unit of `currency` was worth in `base` on a day, as decimal text; kept on each sale that used it."""

    __tablename__ = "exchange_rate"

    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    base: Mapped[str] = mapped_column(String(3), primary_key=True)
    on: Mapped[date] = mapped_column(primary_key=True)
    rate: Mapped[str] = mapped_column(String(24))
