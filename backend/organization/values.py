"""What goes into the organisation and what comes out of it, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - part of the public shape, read by tools
from enum import StrEnum
from typing import Literal


class ScopeKind(StrEnum):
    """How much of the customer book a tablet holds."""

    STORE = "store"
    BUSINESS_UNIT = "business_unit"
    ALL = "all"


@dataclass(frozen=True)
class NewBusinessUnit:
    """A business unit to add. `sender_name`, `contact` and `refusal_number` go into its advertising texts."""

    code: str
    name: str
    name_latin: str | None = None
    sender_name: str | None = None
    contact: str | None = None
    refusal_number: str | None = None


@dataclass(frozen=True)
class NewStore:
    """A store to add. `business_unit` is the unit's code, `time_zone` an IANA name, `currency` ISO 4217."""

    code: str
    name: str
    business_unit: str
    name_latin: str | None = None
    time_zone: str = "Asia/Seoul"
    currency: str = "KRW"
    phone: str | None = None


@dataclass(frozen=True)
class NewStaff:
    """A staff member to add. `store` is a store's code, None for head office."""

    login: str
    name: str
    role: str
    password: str = field(repr=False)
    store: str | None = None
    language: str = "ko"


@dataclass(frozen=True)
class ScopeWish:
    """Which part of the customer book a tablet is to hold; beyond its store a reason is needed."""

    kind: str = ScopeKind.STORE
    reason: str | None = None


@dataclass(frozen=True)
class Enrolled:
    """A tablet just enrolled. `token` is shown this once; only its hash is kept."""

    device_id: str
    token: str = field(repr=False)
    store: str
    scope: str


@dataclass(frozen=True)
class FreshCode:
    """An enrolment code just made, as people read it; only its hash is kept."""

    code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Person:
    """The staff member behind a request. `store_id` is None at head office."""

    id: str
    login: str
    name: str
    role: str
    store_id: str | None
    business_unit_id: str | None = None


@dataclass(frozen=True)
class Tablet:
    """The tablet behind a request. `scope`: `store:ID`, `business_unit:ID` or `all`; `staff_id`: who enrolled it.

    `person` is who enrolled it, while they work here.
    """

    id: str
    store_id: str
    store_code: str
    business_unit_id: str
    scope: str
    staff_id: str
    staff_login: str
    last_seen_at: datetime | None
    revoked_at: datetime | None
    revoked_hard: bool
    staff_role: str
    person: Person | None


@dataclass(frozen=True)
class Viewer:
    """Through whose eyes the present request looks at members; without a `role` it is the system itself.

    `books` are the scopes whose members are the viewer's own: the store's, and that of the tablet in hand.
    `business_unit_id` is where the viewer works; None with `everywhere` for head office, which no unit hides from.
    """

    role: str | None = None
    business_unit_id: str | None = None
    everywhere: bool = True
    books: frozenset[str] = frozenset()
    # Of whom it was asked in this request whether they are the viewer's own.
    own: dict[str, bool] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class DeviceCaller:
    """Who calls with a tablet's token: the tablet, and the signed-in person where there is a live session."""

    device: Tablet
    staff: Person | None
    via: Literal["bearer", "cookie"]
