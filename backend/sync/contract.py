"""What a feature gives the sync engine, and what the engine gives back. The engine knows no feature."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from backend.core.audit import Actor
from backend.core.errors import DangolError
from backend.core.reading import reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Collection as Collection_
    from datetime import datetime

    from marshmallow import Schema
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

EVERYONE = "all"
"""The scope that holds every row."""


@dataclass(frozen=True)
class Collection:
    """Rows that tablets hold a copy of.

    `load(session, ids)` returns a tuple for each id that exists, values in the order of `fields` (`id` first), ordered
    by id, made of JSON values. `scopes(session, ids)` says for each id which scopes hold it beside `all`; None for a
    collection that every tablet holds whole. `departed(session, now)` writes, within a unit of work and in parts, what
    time alone changes about scopes, and says whose; it is called daily until it says nobody. It announces the ids with
    `mark_changed`, as every writer does. `hold(ids)` keeps every other writer from these rows until the commit.
    """

    name: str
    fields: tuple[str, ...]
    load: Callable[[Session, Sequence[str]], list[tuple[Any, ...]]]
    personal: bool
    scopes: Callable[[Session, Sequence[str]], Mapping[str, set[str]]] | None = None
    departed: Callable[[Session, datetime], Collection_[str]] | None = None
    hold: Callable[[Collection_[str]], None] | None = None


@dataclass(frozen=True)
class Caller:
    """The tablet that calls. `scope` is its one customer scope: `store:ID`, `business_unit:ID` or `all`.

    `withdrawn` is a tablet whose unsent entries are still taken, and nothing else. `person_id` is who is signed in at a
    browser, until `session_ends`.
    """

    device_id: str
    store_id: str
    store_code: str
    business_unit_id: str
    scope: str
    staff_id: str
    staff_login: str
    withdrawn: bool = False
    person_id: str | None = None
    session_ends: datetime | None = None


@dataclass(frozen=True)
class StaffMember:
    """Who acted. `belongs` is whether this person works where the tablet stands."""

    id: str
    login: str
    role: str
    belongs: bool


@dataclass(frozen=True)
class Door:
    """How a tablet is let in that asks for nothing but whether there is anything new (`unchanged`).

    `query` gives (device id, scope) of a tablet that may read and was seen lately, for the `parameters` of its bearer
    token; whoever is not found takes the long way.
    """

    query: Select[str, str]
    parameters: Callable[[str], dict[str, Any]]


class StaffingPort(Protocol):
    """Who may call, as the organisation knows it."""

    def caller(self, *, reading: bool, withdrawn_too: bool = False) -> Caller:
        """The tablet behind the current request. Raises `NotSignedIn` (and for reads `SessionExpired`).

        With `withdrawn_too` a tablet that was withdrawn without haste is let in as well: to hand in what waits on it.
        """

    def gone(self, callers: Sequence[Caller]) -> set[str]:
        """The device ids of those who may no longer read: withdrawn since, or the person at it was."""

    def staff_member(self, login: str, caller: Caller) -> StaffMember | None:
        """The active staff member with this login, or None."""


class Mutation(NamedTuple):
    """One thing that was done on a tablet; `data` is what the kind's schema made of it."""

    id: str
    kind: str
    data: dict[str, Any]
    at: datetime
    seq: int
    caller: Caller
    staff: StaffMember | None
    received_at: datetime

    @property
    def actor(self) -> Actor:
        """Who acted, for the audit."""
        return Actor(staff_id=self.staff.id if self.staff else None, device_id=self.caller.device_id)


@dataclass(frozen=True)
class ConflictKept:
    """Published when an edit from a tablet of a store ran into another one at `fields` fields: a person chooses."""

    store_id: str
    fields: int


@dataclass(frozen=True)
class FieldConflict:
    """Two values for one field: what the tablet saw, what it wanted, what the server holds."""

    base: Any
    yours: Any
    server: Any


@dataclass(frozen=True)
class Outcome:
    """What became of a mutation: `flags` for what a person must look at, `conflicts` by field of the row `about`."""

    flags: tuple[str, ...] = ()
    about: tuple[str, str] = ("", "")
    conflicts: Mapping[str, FieldConflict] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A kind of mutation. `apply` writes within the open unit of work and raises `Rejected` for what cannot be taken.

    `roles` are those who may (empty: everybody). `always_taken` is for what has happened in the world, such as a sale:
    it is applied even when nobody by the staff login belongs to the store, with the flag `unknown_staff`.

    `apply_all` is `apply` for many at once, in order and to the same effect, for kinds that come in numbers. It may
    raise anything for the sake of one of them: what it wrote is undone and they are applied one by one.

    `writes_to` says which rows, by collection, mutations will hold (`Collection.hold`). A push holds those of its whole
    batch before it applies the first entry: taken one after the other, as the entries happen to lie, two tablets'
    batches would wait for each other in a ring.
    """

    name: str
    schema: Schema
    apply: Callable[[Mutation], Outcome]
    roles: frozenset[str] = frozenset()
    always_taken: bool = False
    apply_all: Callable[[Sequence[Mutation]], list[Outcome]] | None = None
    writes_to: Callable[[Sequence[Mutation]], Mapping[str, Collection_[str]]] | None = None

    @cached_property
    def read(self) -> Callable[[Any], dict[str, Any]]:
        """`schema.load`, sooner (`backend.core.reading`)."""
        return reader(self.schema)


class Rejected(DangolError):
    """This entry cannot be taken."""

    code = "rejected"
    status = 422

    def __init__(self, code: str, message: str) -> None:
        self.rejection = code
        super().__init__(message)
