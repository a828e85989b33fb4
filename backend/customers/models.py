"""The member, her numbers, cards and preferences, and what the tablet's copy shows of her purchases."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Double, ForeignKey, Index, String, Text, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime
from backend.organization import BusinessUnit, Staff, Store

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


# Spelled alike in the indexes below and in the queries of `customers.search`, or the database would not see the match.
PHONE_END: ColumnElement[str] = literal_column("substr(phone, length(phone) - 3)", String)
LATIN_NAME: ColumnElement[str] = literal_column("lower(name_latin)", String)
IMPORTED = text("source_key IS NOT NULL")


def _of_some(name: str, column: str, **options: Any) -> Index:  # noqa: ANN401 - options of an index
    """An index of what few members have: whoever lacks it costs nothing, least of all an import of many."""
    there = text(f"{column} IS NOT NULL")
    return Index(name, column, sqlite_where=there, postgresql_where=there, **options)


class Customer(Base):
    """A member: one person, whatever card she shows."""

    __tablename__ = "customer"
    __table_args__ = (
        Index("ix_customer_phone", "phone"),
        Index("ix_customer_name", "name", "id"),
        # What a person types: a phone's last four digits, the beginning of a name. PostgreSQL looks for a beginning
        # only in an index that compares characters and not as a language sorts them. SQLite looks in ix_customer_name;
        # there this one holds nobody.
        Index("ix_customer_phone_end", PHONE_END),
        Index(
            "ix_customer_name_begins",
            "name",
            postgresql_ops={"name": "varchar_pattern_ops"},
            sqlite_where=text("name IS NULL"),
        ),
        Index("ix_customer_latin_begins", LATIN_NAME.label("latin"), postgresql_ops={"latin": "text_pattern_ops"}),
        _of_some("ix_customer_han_begins", "name_han", postgresql_ops={"name_han": "varchar_pattern_ops"}),
        _of_some("ix_customer_email", "email"),
        _of_some("ix_customer_household_id", "household_id"),
        # Who came from a file with a key of her own: an import finds her again. Others cost nothing here.
        Index("ix_customer_source", "source", "source_key", sqlite_where=IMPORTED, postgresql_where=IMPORTED),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    # As she writes it, mostly in Hangul; `name_latin` as in her passport, `name_han` in Chinese characters.
    name: Mapped[str] = mapped_column(String(120))
    name_latin: Mapped[str | None] = mapped_column(String(120))
    name_han: Mapped[str | None] = mapped_column(String(60))
    # The main number, which tablets show and texts go to; further ones are in `customer_phone`.
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    language: Mapped[str | None] = mapped_column(String(5))
    birth_date: Mapped[date | None]
    sex: Mapped[str | None] = mapped_column(String(1))
    nationality: Mapped[str | None] = mapped_column(String(2))
    district: Mapped[str | None] = mapped_column(String(60))
    home_store_id: Mapped[str | None] = mapped_column(ForeignKey("store.id"), index=True)
    preferred_staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    # With whom she lives (`customers.life`).
    household_id: Mapped[str | None] = mapped_column(ForeignKey("household.id"))
    memo: Mapped[str | None] = mapped_column(Text)
    # Since when, and why, her data is kept but not made use of (`customers.suspension`).
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    suspended_reason: Mapped[str | None] = mapped_column(String(400))
    # Where the row came from, for imports that may run again: ("complete-journey", "1").
    source: Mapped[str | None] = mapped_column(String(40))
    source_key: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)

    phones: Mapped[list[CustomerPhone]] = relationship(order_by="CustomerPhone.id")
    cards: Mapped[list[Card]] = relationship(order_by="Card.number")
    preferences: Mapped[list[Preference]] = relationship(order_by="Preference.id")
    facts: Mapped[CustomerFacts] = relationship(uselist=False)
    home_store: Mapped[Store | None] = relationship()
    preferred_staff: Mapped[Staff | None] = relationship()


class Owned:
    """A row of a customer's history, which goes along when she is merged into another (`customers.merging`).

    `owner_id` is whose it was before, or by whose id it was recorded since; None where that is `customer_id` itself.
    """

    if TYPE_CHECKING:
        customer_id: Mapped[Any]

    owner_id: Mapped[str | None] = mapped_column(Id)


class CustomerPhone(Owned, Base):
    """A further number of a customer; the main one is `Customer.phone` and stands nowhere else."""

    __tablename__ = "customer_phone"
    __table_args__ = (
        Index("uq_customer_phone_customer_phone", "customer_id", "phone", unique=True),
        Index("ix_customer_phone_number", "phone"),
        Index("ix_customer_phone_number_end", PHONE_END),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    phone: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(10), default="mobile")
    note: Mapped[str | None] = mapped_column(String(120))


class Card(Owned, Base):
    """A card that stands for its holder, who is one customer; of a partner bank's card `number` is the token."""

    __tablename__ = "card"
    __table_args__ = ({"sqlite_with_rowid": False},)

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), index=True)
    business_unit_id: Mapped[str | None] = mapped_column(ForeignKey("business_unit.id"))
    kind: Mapped[str] = mapped_column(String(10), default="unit", server_default="unit")
    # Who gave it out, where that is none of the own business units: a bank, a foreign programme.
    issuer: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    business_unit: Mapped[BusinessUnit | None] = relationship()


class Preference(Owned, Base):
    """Something the customer likes, dislikes, wears or cannot eat."""

    __tablename__ = "preference"
    __table_args__ = (Index("uq_preference_customer_kind_value", "customer_id", "kind", "value", unique=True),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(120))


class CustomerFacts(Base):
    """What is known of a customer from other features, as the tablet's copy shows it: facts, never states that age.

    Written by their owners through `customers.service` (sales: purchases; loyalty: grade and points; consent: senders).
    """

    __tablename__ = "customer_facts"
    __table_args__ = ({"sqlite_with_rowid": False},)

    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    grade: Mapped[str | None] = mapped_column(String(20))
    points: Mapped[int] = mapped_column(default=0)
    last_purchase_on: Mapped[date | None]
    # [[sku, quantity, amount in minor units], …], at most five.
    last_basket: Mapped[list[Any]] = mapped_column(Json, default=list)
    last_currency: Mapped[str | None] = mapped_column(String(3))
    # Days between purchase days, oldest first, at most seven.
    purchase_gaps: Mapped[list[int]] = mapped_column(Json, default=list)
    # The median of all gaps between her purchase days, a half at most after the point; None with fewer than four days.
    cycle_days: Mapped[float | None] = mapped_column(Double)
    # Codes of the business units that may send commercial texts, by day and by night, as the consent ledger stands.
    sms_senders: Mapped[list[str]] = mapped_column(Json, default=list)
    night_senders: Mapped[list[str]] = mapped_column(Json, default=list)


class StoreActivity(Base):
    """On which day a customer last bought at a store: what decides whose tablets hold her."""

    __tablename__ = "store_activity"

    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("store.id"), primary_key=True, index=True)
    last_on: Mapped[date]


class StoreDeparture(Base):
    """A customer whom a store's tablets hold no longer: away for too long, or behind too many more recent ones.

    It stands until she buys there after `last_on`, or until the store becomes her home store anew.
    """

    __tablename__ = "store_departure"

    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("store.id"), primary_key=True, index=True)
    last_on: Mapped[date]


class MergedCustomer(Base):
    """A customer who was merged into another: her own rows as they were, and into whom. She may be parted again."""

    __tablename__ = "merged_customer"
    __table_args__ = (Index("ix_merged_customer_into", "into_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    # No foreign key: whom she was merged into may be merged in turn.
    into_id: Mapped[str] = mapped_column(Id)
    # {"customer": {column: value}, "preferences": […], "departures": […], "grade": …}
    kept: Mapped[dict[str, Any]] = mapped_column(Json)
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
