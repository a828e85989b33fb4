"""Business units, stores, staff and tablets."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from flask_security import RoleMixin, UserMixin
from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, UtcDateTime


class StaffRole(StrEnum):
    """What a staff member may do; each role is described in DESIGN terms in the README."""

    ASSOCIATE = "associate"
    MANAGER = "manager"
    MARKETER = "marketer"
    ADMIN = "admin"


class BusinessUnit(Base):
    """A business that sells: a duty-free shop, a department store, a hotel. The legal sender of its messages."""

    __tablename__ = "business_unit"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_latin: Mapped[str | None] = mapped_column(String(120))
    # What the law asks of an advertising text: who sends it, where to reach them, how to refuse free of charge.
    sender_name: Mapped[str | None] = mapped_column(String(60))
    contact: Mapped[str | None] = mapped_column(String(40))
    refusal_number: Mapped[str | None] = mapped_column(String(40))
    # What the other units' people see of it (`rules.SHARES`), and what the facts on the tablets were worked out for.
    shares: Mapped[str] = mapped_column(String(10), default="all", server_default="all")
    shares_applied: Mapped[str] = mapped_column(String(10), default="all", server_default="all")

    # Whether it relies on the exception for existing customers (`backend.consent.existing`).
    existing_customers: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def applying(self) -> bool:
        """Whether the policy was changed and the tablets' facts are being worked out anew."""
        return self.shares != self.shares_applied


class Store(Base):
    """A place of a business unit with its own time zone and currency."""

    __tablename__ = "store"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_latin: Mapped[str | None] = mapped_column(String(120))
    business_unit_id: Mapped[str] = mapped_column(ForeignKey("business_unit.id"), index=True)
    time_zone: Mapped[str] = mapped_column(String(60))
    currency: Mapped[str] = mapped_column(String(3))
    phone: Mapped[str | None] = mapped_column(String(20))

    business_unit: Mapped[BusinessUnit] = relationship(lazy="joined")


class Role(RoleMixin):
    """A role as Flask-Security sees it; the set of roles is fixed in code (`StaffRole`)."""

    def __init__(self, name: str) -> None:
        self.name = name


class Staff(Base, UserMixin):
    """A person who works here and signs in."""

    __tablename__ = "staff"

    # Flask-Security types its mix-in for integer keys.
    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)  # type: ignore[assignment]
    login: Mapped[str] = mapped_column(String(60), unique=True)
    password: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(5), default="ko")
    store_id: Mapped[str | None] = mapped_column(ForeignKey("store.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    # A new value ends every session of this person (Flask-Security).
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    store: Mapped[Store | None] = relationship(lazy="joined")

    @property
    def roles(self) -> list[Role]:  # type: ignore[override] # a property is enough for Flask-Security, which only reads it
        """The role in Flask-Security's terms."""
        return [Role(self.role)]


class Device(Base):
    """A tablet: bound to one store, known by the hash of its token."""

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    store_id: Mapped[str] = mapped_column(ForeignKey("store.id"), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    label: Mapped[str | None] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[str] = mapped_column(String(60))
    scope_reason: Mapped[str | None] = mapped_column(String(400))
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Hard: what waits on it is not taken either.
    revoked_hard: Mapped[bool] = mapped_column(default=False)
    revoked_reason: Mapped[str | None] = mapped_column(String(400))

    store: Mapped[Store] = relationship(lazy="joined")
    staff: Mapped[Staff] = relationship(lazy="joined")


class EnrolmentCode(Base):
    """A one-time code that turns a browser into a tablet of a store; kept as a hash, valid for minutes."""

    __tablename__ = "enrolment_code"
    __table_args__ = (Index("ix_enrolment_code_expires_at", "expires_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("store.id"))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    scope: Mapped[str] = mapped_column(String(60))
    scope_reason: Mapped[str | None] = mapped_column(String(400))
    created_by: Mapped[str | None] = mapped_column(Id)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    store: Mapped[Store] = relationship(lazy="joined")
    staff: Mapped[Staff] = relationship(lazy="joined")
