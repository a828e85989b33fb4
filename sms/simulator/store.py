"""What the simulator remembers of messages: each that it accepted, and what is still to happen to it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sms.simulator import faults
from sms.simulator.file import SimulatorFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_COLUMNS: Final = (
    "sid, account, service, sender, recipient, body, segments, status, error_code, "
    "callback, created_at, updated_at, sent_at"
)
_HERS: Final = (("message", "recipient"), ("call", "recipient"), ("opt_out", "recipient"), ("reply", "phone"))


@dataclass(frozen=True, slots=True)
class Received:
    """A message that the simulator took. Times are seconds since 1970."""

    sid: str
    account: str
    service: str | None
    sender: str | None
    recipient: str
    body: str
    segments: int
    status: str
    error_code: int | None
    callback: str | None
    created_at: float
    updated_at: float
    sent_at: float | None

    @property
    def at(self) -> datetime:
        """When it was taken, aware, in UTC."""
        return datetime.fromtimestamp(self.created_at, UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """A change of status that is to happen, and to be told."""

    number: int
    sid: str
    status: str
    error_code: int | None
    due_at: float
    tries: int


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a callback; it is tried again at `until`, or never."""

    step: Step
    fate: str
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A message to be taken."""

    account: str
    service: str | None
    sender: str | None
    recipient: str
    body: str
    segments: int
    callback: str | None


class Store(SimulatorFile):
    """The messages in the simulator's file."""

    def take(self, order: Order, *, status: str, steps: faults.Steps, now: float, fate: str = faults.TAKEN) -> Received:
        """Keep a message, the call that brought it, and what will happen to it."""
        sid = f"SM{secrets.token_hex(16)}"
        first = (sid, order.account, order.service, order.sender, order.recipient, order.body, order.segments)
        with self._open() as connection:
            connection.execute(
                f"INSERT INTO message ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,NULL,?,?,?,NULL)",  # noqa: S608 - constants
                (*first, status, order.callback, now, now),
            )
            connection.executemany(
                "INSERT INTO step (sid, status, error_code, due_at) VALUES (?,?,?,?)",
                [(sid, following, code, now + wait) for following, wait, code in steps],
            )
            call = (order.recipient, faults.key_of(order.recipient, order.body), now, fate)
            connection.execute("INSERT INTO call (recipient, key, at, fate) VALUES (?,?,?,?)", call)
        return Received(*first, status, None, order.callback, now, now, None)

    def get(self, sid: str) -> Received | None:
        """Return one message."""
        found = self._messages("WHERE sid = ?", (sid,))
        return found[0] if found else None

    def find(
        self,
        *,
        recipient: str | None = None,
        sender: str | None = None,
        since: float = 0.0,
        until: float = 1e12,
        taken_before: float = 1e12,
        offset: int = 0,
        limit: int = 50,
    ) -> list[Received]:
        """List messages, the newest first."""
        where = (
            "WHERE (?1 IS NULL OR recipient = ?1) AND (?2 IS NULL OR sender = ?2) "
            "AND created_at >= ?3 AND created_at < ?4 AND created_at < ?5"
        )
        return self._messages(
            f"{where} ORDER BY number DESC LIMIT ?6 OFFSET ?7",
            (recipient, sender, since, until, taken_before, limit, offset),
        )

    def conversations(self, limit: int = 100) -> list[Received]:
        """Return the last message of each number that has any on its phone, the newest conversation first."""
        newest = "SELECT MAX(number) FROM message WHERE status IN ('sent', 'delivered') GROUP BY recipient"
        return self._messages(f"WHERE number IN ({newest}) ORDER BY number DESC LIMIT ?", (limit,))

    def on_phone(self, recipient: str, limit: int = 100) -> list[Received]:
        """Return what lies on one phone, the oldest first."""
        where = "WHERE recipient = ? AND status IN ('sent', 'delivered') ORDER BY number DESC LIMIT ?"
        return self._messages(where, (recipient, limit))[::-1]

    def due(self, now: float, *, hold: float = 0.0, limit: int = 200) -> list[tuple[Step, Received]]:
        """Take the steps whose time has come, in order, each with its message; nobody else gets them for `hold`."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE").close()
            rows = connection.execute(
                "SELECT number, sid, status, error_code, due_at, tries FROM step "
                "WHERE due_at <= ? ORDER BY due_at, number LIMIT ?",
                (now, limit),
            ).fetchall()
            steps = [Step(*row) for row in rows]
            held = [(now + hold, step.number) for step in steps if hold]
            connection.executemany("UPDATE step SET due_at = ? WHERE number = ?", held)
            query = f"SELECT {_COLUMNS} FROM message WHERE sid = ?"  # noqa: S608 - constants
            found = {step.sid: connection.execute(query, (step.sid,)).fetchone() for step in steps}
        return [(step, Received(*row)) for step in steps if (row := found[step.sid]) is not None]

    def happen(self, steps: Sequence[Step], *, now: float) -> None:
        """Give messages their steps' statuses; one that is further already stays there."""
        with self._open() as connection:
            for step in steps:
                (status,) = connection.execute("SELECT status FROM message WHERE sid = ?", (step.sid,)).fetchone()
                if faults.advances(status, step.status):
                    connection.execute(
                        "UPDATE message SET status = ?, error_code = ?, updated_at = ?, "
                        "sent_at = CASE WHEN ? IN ('sent', 'delivered') THEN COALESCE(sent_at, ?) ELSE sent_at END "
                        "WHERE sid = ?",
                        (step.status, step.error_code, now, step.status, now, step.sid),
                    )

    def settle(self, told: Iterable[Told], *, now: float) -> None:
        """Write down what became of callbacks: told and done with, or put off until later."""
        with self._open() as connection:
            for each in told:
                entry = (each.step.sid, each.step.status, each.fate, now)
                connection.execute("INSERT INTO told (sid, status, fate, at) VALUES (?,?,?,?)", entry)
                if each.until is None:
                    connection.execute("DELETE FROM step WHERE number = ?", (each.step.number,))
                else:
                    later = "UPDATE step SET due_at = ?, tries = tries + 1 WHERE number = ?"
                    connection.execute(later, (each.until, each.step.number))

    def forget(self, step: Step) -> None:
        """Drop a step that has been told."""
        with self._open() as connection:
            connection.execute("DELETE FROM step WHERE number = ?", (step.number,))

    def forget_person(self, recipients: Sequence[str]) -> None:
        """Delete what lies on these phones, from the file and from its log as well."""
        if not self._path.exists():
            return
        with self._open() as connection:
            connection.execute("PRAGMA secure_delete=ON").close()
            for recipient in recipients:
                hers = "SELECT sid FROM message WHERE recipient = ?"
                connection.execute(f"DELETE FROM step WHERE sid IN ({hers})", (recipient,))  # noqa: S608 - a constant
                connection.execute(f"DELETE FROM told WHERE sid IN ({hers})", (recipient,))  # noqa: S608 - a constant
                for table, column in _HERS:
                    connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (recipient,))  # noqa: S608 - constants
        with self._open() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def _messages(self, rest: str, values: tuple[object, ...]) -> list[Received]:
        with self._open() as connection:
            # `rest` is one of the constants above.
            rows = connection.execute(f"SELECT {_COLUMNS} FROM message {rest}", values).fetchall()  # noqa: S608 - constants
        return [Received(*row) for row in rows]
