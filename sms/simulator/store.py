"""What the simulator remembers: its own SQLite file, so that nothing of it mixes with the shop's data.

Several web processes write and one worker reads it, each with a short-lived connection.
"""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS message (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  sid TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  service TEXT,
  sender TEXT,
  recipient TEXT NOT NULL,
  body TEXT NOT NULL,
  segments INTEGER NOT NULL,
  status TEXT NOT NULL,
  error_code INTEGER,
  callback TEXT,
  created_at REAL NOT NULL,
  updated_at REAL NOT NULL,
  sent_at REAL
);
CREATE INDEX IF NOT EXISTS ix_message_recipient ON message (recipient, number);
CREATE TABLE IF NOT EXISTS step (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  sid TEXT NOT NULL,
  status TEXT NOT NULL,
  error_code INTEGER,
  due_at REAL NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS ix_step_due_at ON step (due_at);
"""
_COLUMNS: Final = (
    "sid, account, service, sender, recipient, body, segments, status, error_code, "
    "callback, created_at, updated_at, sent_at"
)
_PREPARED: Final[set[Path]] = set()
"""Files whose tables this process has seen to."""


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


class Store:
    """The simulator's file."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def take(
        self, order: Order, *, status: str, steps: Sequence[tuple[str, float, int | None]], now: float
    ) -> Received:
        """Keep a message and what will happen to it: (status, seconds from now, error code)."""
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
        offset: int = 0,
        limit: int = 50,
    ) -> list[Received]:
        """List messages, the newest first."""
        where = (
            "WHERE (?1 IS NULL OR recipient = ?1) AND (?2 IS NULL OR sender = ?2) "
            "AND created_at >= ?3 AND created_at < ?4"
        )
        return self._messages(
            f"{where} ORDER BY number DESC LIMIT ?5 OFFSET ?6", (recipient, sender, since, until, limit, offset)
        )

    def conversations(self, limit: int = 100) -> list[Received]:
        """Return the last message of each number that has any on its phone, the newest conversation first."""
        newest = "SELECT MAX(number) FROM message WHERE status IN ('sent', 'delivered') GROUP BY recipient"
        return self._messages(f"WHERE number IN ({newest}) ORDER BY number DESC LIMIT ?", (limit,))

    def on_phone(self, recipient: str, limit: int = 100) -> list[Received]:
        """Return what lies on one phone, the oldest first."""
        where = "WHERE recipient = ? AND status IN ('sent', 'delivered') ORDER BY number DESC LIMIT ?"
        return self._messages(where, (recipient, limit))[::-1]

    def due(self, now: float, limit: int = 100) -> list[tuple[Step, Received]]:
        """Return the steps whose time has come, in order, each with its message."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT number, sid, status, error_code, due_at, tries FROM step "
                "WHERE due_at <= ? ORDER BY due_at, number LIMIT ?",
                (now, limit),
            ).fetchall()
        steps = [Step(*row) for row in rows]
        return [(step, message) for step in steps if (message := self.get(step.sid)) is not None]

    def happen(self, step: Step, *, now: float) -> None:
        """Give the message the step's status."""
        with self._open() as connection:
            connection.execute(
                "UPDATE message SET status = ?, error_code = ?, updated_at = ?, "
                "sent_at = CASE WHEN ? = 'sent' THEN ? ELSE sent_at END WHERE sid = ?",
                (step.status, step.error_code, now, step.status, now, step.sid),
            )

    def forget(self, step: Step) -> None:
        """Drop a step that has been told."""
        with self._open() as connection:
            connection.execute("DELETE FROM step WHERE number = ?", (step.number,))

    def postpone(self, step: Step, *, until: float) -> None:
        """Tell a step again later."""
        with self._open() as connection:
            connection.execute("UPDATE step SET due_at = ?, tries = tries + 1 WHERE number = ?", (until, step.number))

    def forget_person(self, recipients: Sequence[str]) -> None:
        """Delete what lies on these phones, from the file and from its log as well."""
        if not self._path.exists():
            return
        with self._open() as connection:
            connection.execute("PRAGMA secure_delete=ON").close()
            for recipient in recipients:
                hers = "SELECT sid FROM message WHERE recipient = ?"
                connection.execute(f"DELETE FROM step WHERE sid IN ({hers})", (recipient,))  # noqa: S608 - a constant
                connection.execute("DELETE FROM message WHERE recipient = ?", (recipient,))
        with self._open() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def _messages(self, rest: str, values: tuple[object, ...]) -> list[Received]:
        with self._open() as connection:
            # `rest` is one of the constants above.
            rows = connection.execute(f"SELECT {_COLUMNS} FROM message {rest}", values).fetchall()  # noqa: S608 - constants
        return [Received(*row) for row in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        new = not self._path.exists()
        if new:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=30)
        try:
            connection.execute("PRAGMA synchronous=NORMAL").close()
            if new or self._path not in _PREPARED:
                connection.execute("PRAGMA journal_mode=WAL").close()
                connection.executescript(_SCHEMA).close()
                _PREPARED.add(self._path)
            with connection:
                yield connection
        finally:
            connection.close()
