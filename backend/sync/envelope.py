"""Reading what a tablet sent: from an item of a batch to a `Mutation`, or to why it cannot be one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from backend.core import clock as wall
from backend.core.ids import is_uuid7
from backend.sync.contract import Caller, Kind, Mutation, Rejected, StaffMember
from backend.sync.registry import current_registry, staffing

_MEMBERS = frozenset({"id", "kind", "staff", "at", "seq", "data"})
_FUTURE = timedelta(minutes=5)


class Envelopes:
    """Reads the items of one batch; each login is looked up once."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._staff: dict[str, StaffMember | None] = {}
        self._received = wall.now()
        self._kinds = current_registry().kinds

    def read(self, item: dict[str, Any]) -> tuple[Kind, Mutation, tuple[str, ...]]:
        """The item's kind, itself, and its envelope's flags. Raises `Rejected` or marshmallow's `ValidationError`."""
        kind = self._kind(item)
        if not is_uuid7(item["id"]):
            raise Rejected("bad_id", "The entry's id is no UUIDv7.")
        unknown = item.keys() - _MEMBERS
        if unknown:
            names = ", ".join(sorted(ascii(name) for name in unknown))
            raise Rejected("invalid_data", f"Unknown member: {names}.")
        at, seq, data = _time(item.get("at")), item.get("seq"), item.get("data")
        if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq < 2**63:
            raise Rejected("invalid_data", "seq: this must be a whole number from 0.")
        if not isinstance(data, dict):
            raise Rejected("invalid_data", "data: this must be an object.")
        member, flags = self._acting(item.get("staff"), kind)
        loaded = kind.read(data)
        if at > self._received + _FUTURE:
            flags = (*flags, "clock_skew")
        return kind, Mutation(item["id"], kind.name, loaded, at, seq, self._caller, member, self._received), flags

    def _kind(self, item: dict[str, Any]) -> Kind:
        name = item.get("kind")
        kind = self._kinds.get(name) if isinstance(name, str) else None
        if kind is None:
            raise Rejected("unknown_kind", "The server does not know this kind of entry.")
        return kind

    def _acting(self, login: object, kind: Kind) -> tuple[StaffMember | None, tuple[str, ...]]:
        member = self._member(self._caller.staff_login if login is None else login)
        if member is None or not member.belongs:
            if kind.always_taken:
                return member, ("unknown_staff",)
            raise Rejected("unknown_staff", "The person who made this entry does not work at this store.")
        if kind.roles and member.role not in kind.roles:
            if kind.always_taken:
                return member, ("role_not_allowed",)
            raise Rejected("forbidden", "The role of the person who made this entry does not allow it.")
        return member, ()

    def _member(self, login: object) -> StaffMember | None:
        if not isinstance(login, str):
            return None
        if login not in self._staff:
            self._staff[login] = staffing().staff_member(login, self._caller)
        return self._staff[login]


def _time(text: Any) -> datetime:  # noqa: ANN401 - unknown JSON
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Rejected("invalid_data", "at: this must be a time in RFC 3339.") from None
    if moment.tzinfo is None:
        raise Rejected("invalid_data", "at: the time needs a zone.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Rejected("invalid_data", "at: this time is out of range.") from None
