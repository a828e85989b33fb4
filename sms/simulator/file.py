"""The simulator's own SQLite file, so that nothing of it mixes with the shop's data.

Several web processes write and workers read it, each with a short-lived connection.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

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
CREATE TABLE IF NOT EXISTS call (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  recipient TEXT NOT NULL,
  key TEXT NOT NULL,
  at REAL NOT NULL,
  fate TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_call_key ON call (key);
CREATE INDEX IF NOT EXISTS ix_call_recipient ON call (recipient);
CREATE TABLE IF NOT EXISTS told (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  sid TEXT NOT NULL,
  status TEXT NOT NULL,
  fate TEXT NOT NULL,
  at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_told_sid ON told (sid);
CREATE TABLE IF NOT EXISTS reply (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  sid TEXT NOT NULL UNIQUE,
  phone TEXT NOT NULL,
  ours TEXT NOT NULL,
  service TEXT,
  body TEXT NOT NULL,
  word TEXT,
  state TEXT NOT NULL,
  at REAL NOT NULL,
  due_at REAL NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS ix_reply_phone ON reply (phone, number);
CREATE INDEX IF NOT EXISTS ix_reply_waiting ON reply (due_at) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS opt_out (
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  PRIMARY KEY (sender, recipient)
);
CREATE TABLE IF NOT EXISTS bucket (id INTEGER PRIMARY KEY CHECK (id = 1), tokens REAL NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS script (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT NULL);
"""
_PREPARED: Final[set[Path]] = set()
"""Files whose tables this process has seen to."""


class SimulatorFile:
    """A way into the file; what is in it is told by its subclasses."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction; it is committed at the end of the block."""
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
