"""Texts from a phone to us, and the words that Twilio heeds by itself: STOP, START, HELP."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from backend.core import clock
from sms.encoding import measure
from sms.simulator.file import SimulatorFile
from sms.simulator.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sms.simulator.store import Received

INCOMING_PATH: Final = "/api/v1/sms/incoming"
LONGEST: Final = 1600
TWO_WAY: Final = frozenset({"US", "CA", "GB", "AU"})
"""Countries in which Twilio carries answers. In Korea it does not: a STOP cannot arrive there."""

_WORDS: Final = {
    "STOP": {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"},
    "START": {"START", "YES", "UNSTOP"},
    "HELP": {"HELP", "INFO"},
}
ANSWERS: Final = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}
"""What Twilio answers by itself. It is shown on the phone and told to nobody."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A text that somebody wrote on her phone. `state` is waiting, taken (by our webhook) or given_up."""

    number: int
    sid: str
    phone: str
    ours: str
    service: str | None
    body: str
    word: str | None
    state: str
    at: float
    tries: int

    @property
    def segments(self) -> int:
        """How many segments it was."""
        return measure(self.body).segments


def word_of(body: str) -> str | None:
    """Return which of Twilio's words a text is. Only a text of that word alone is one."""
    said = body.strip().upper()
    return next((word for word, spellings in _WORDS.items() if said in spellings), None)


def answer(path: str, to: Received, body: str) -> Reply:
    """Send a text back to whoever sent the last one. STOP and START are heeded at once, as at Twilio."""
    word, ours = word_of(body), to.sender or ""
    if word in {"STOP", "START"}:
        Ledger(path).opt(to.service or ours, to.recipient, out=word == "STOP")
    return Replies(path).add(phone=to.recipient, ours=ours, service=to.service, body=body)


class Replies(SimulatorFile):
    """The texts from phones in the simulator's file."""

    def add(self, *, phone: str, ours: str, service: str | None, body: str) -> Reply:
        """Keep a text and have it brought to us."""
        sid, now = f"SM{secrets.token_hex(16)}", clock.now().timestamp()
        values = (sid, phone, ours, service, body, word_of(body), "waiting", now)
        with self._open() as connection:
            columns = "sid, phone, ours, service, body, word, state, at, due_at"
            statement = f"INSERT INTO reply ({columns}) VALUES (?,?,?,?,?,?,?,?,?)"  # noqa: S608 - constants
            number = connection.execute(statement, (*values, now)).lastrowid
        return Reply(number or 0, *values, 0)

    def of_phone(self, phone: str, limit: int = 100) -> list[Reply]:
        """Return what a phone wrote, the oldest first."""
        return self._replies("WHERE phone = ? ORDER BY number DESC LIMIT ?", (phone, limit))[::-1]

    def due(self, now: float, *, hold: float, limit: int = 50) -> list[Reply]:
        """Take the texts that are to be brought now; nobody else gets them for `hold` seconds."""
        where = "WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT ?"
        found = self._replies(where, (now, limit))
        if found:
            with self._open() as connection:
                held = [(now + hold, reply.number) for reply in found]
                connection.executemany("UPDATE reply SET due_at = ? WHERE number = ?", held)
        return found

    def settle(self, results: Iterable[tuple[Reply, str, float | None]]) -> None:
        """Write down what became of them: (text, state, when it is tried again)."""
        rows = [(state, until or 0.0, reply.number) for reply, state, until in results]
        if rows:
            with self._open() as connection:
                statement = "UPDATE reply SET state = ?, due_at = ?, tries = tries + 1 WHERE number = ?"
                connection.executemany(statement, rows)

    def _replies(self, rest: str, values: tuple[object, ...]) -> list[Reply]:
        columns = "number, sid, phone, ours, service, body, word, state, at, tries"
        with self._open() as connection:
            rows = connection.execute(f"SELECT {columns} FROM reply {rest}", values).fetchall()  # noqa: S608 - constants
        return [Reply(*row) for row in rows]
