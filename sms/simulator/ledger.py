"""The simulator's books: what it was asked for and accepted, how fast, its script, and who wants no more texts."""

from __future__ import annotations

from typing import Any, Final

from backend.core import clock
from sms.simulator.file import SimulatorFile
from sms.simulator.script import CALM, Script, from_text

_TWICE: Final = """
SELECT recipient, body, COUNT(*), GROUP_CONCAT(sid) FROM message
GROUP BY recipient, body HAVING COUNT(*) > 1 ORDER BY MIN(number) LIMIT ?
"""


class Ledger(SimulatorFile):
    """The books in the simulator's file."""

    def script(self) -> Script:
        """Return what is to go wrong; nothing unless somebody said so."""
        with self._open() as connection:
            row = connection.execute("SELECT text FROM script").fetchone()
        return from_text(row[0]) if row else CALM

    def keep_script(self, text: str) -> Script:
        """Follow this script from now on. Raises `ValidationFailed` naming each field in the way."""
        read = from_text(text)
        with self._open() as connection:
            connection.execute("INSERT OR REPLACE INTO script (id, text) VALUES (1, ?)", (text,))
            connection.execute("DELETE FROM bucket").close()
        return read

    def turn(self, key: str) -> int:
        """Return how often this text to this number came before, whatever became of it."""
        with self._open() as connection:
            (calls,) = connection.execute("SELECT COUNT(*) FROM call WHERE key = ?", (key,)).fetchone()
        return int(calls)

    def note_call(self, recipient: str, key: str, fate: str) -> None:
        """Write down a call that was not accepted."""
        call = (recipient, key, clock.now().timestamp(), fate)
        with self._open() as connection:
            connection.execute("INSERT INTO call (recipient, key, at, fate) VALUES (?,?,?,?)", call)

    def has_room(self, segments: int, *, per_second: float, now: float) -> bool:
        """Take so many segments out of the bucket that fills with `per_second`; False when it is empty.

        It holds one second's worth. A text larger than that goes when the bucket is full, and leaves a debt.
        """
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE").close()
            row = connection.execute("SELECT tokens, at FROM bucket").fetchone()
            tokens, at = row or (per_second, now)
            tokens = min(per_second, tokens + max(0.0, now - at) * per_second)
            enough = tokens >= min(segments, per_second)
            values = (tokens - segments if enough else tokens, now)
            connection.execute("INSERT OR REPLACE INTO bucket (id, tokens, at) VALUES (1, ?, ?)", values)
        return enough

    def acceptances(self, limit: int = 100) -> dict[str, Any]:
        """Count what was accepted, and list what was accepted more than once: the same text to the same number."""
        with self._open() as connection:
            (accepted,) = connection.execute("SELECT COUNT(*) FROM message").fetchone()
            rows = connection.execute(_TWICE, (limit,)).fetchall()
            fates = dict(connection.execute("SELECT fate, COUNT(*) FROM call GROUP BY fate ORDER BY fate").fetchall())
            told = dict(connection.execute("SELECT fate, COUNT(*) FROM told GROUP BY fate ORDER BY fate").fetchall())
        twice = [
            {"to": recipient, "body": body, "times": times, "sids": sids.split(",")}
            for recipient, body, times, sids in rows
        ]
        return {"accepted": accepted, "twice": twice, "calls": fates, "callbacks": told}

    def refuses(self, sender: str, recipient: str) -> bool:
        """Tell whether this phone said STOP to this sender."""
        query = "SELECT 1 FROM opt_out WHERE sender = ? AND recipient = ?"
        with self._open() as connection:
            return connection.execute(query, (sender, recipient)).fetchone() is not None

    def opt(self, sender: str, recipient: str, *, out: bool) -> None:
        """Write down that a phone wants no texts of a sender any more, or wants them again."""
        statement = (
            "INSERT OR IGNORE INTO opt_out (sender, recipient) VALUES (?, ?)"
            if out
            else "DELETE FROM opt_out WHERE sender = ? AND recipient = ?"
        )
        with self._open() as connection:
            connection.execute(statement, (sender, recipient))
