"""Which fate a script gives to what: by its seed alone, so that a run can be repeated. Pure."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sms.simulator.script import Script

TAKEN: Final = "taken"
THROTTLED: Final = "throttled"
REFUSED: Final = "refused"

Steps = tuple[tuple[str, float, int | None], ...]
"""What happens to a message: (status, seconds from now, error code)."""

_HAPPENS: Final = (("queued", 0.05), ("sent", 0.25), ("delivered", 0.6))
_RANK: Final = {"accepted": 0, "queued": 1, "sending": 2, "sent": 3}
_LAST: Final = 4


def key_of(recipient: str, body: str) -> str:
    """Return what tells one text to one number from all others."""
    return blake2b(f"{recipient}\n{body}".encode(), digest_size=16).hexdigest()


def roll(script: Script, *about: object) -> float:
    """Return a number from 0 to 1 (excluded) that depends on the seed and on what it is about."""
    digest = blake2b(repr((script.seed, *about)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def fate_of_call(script: Script, key: str, turn: int) -> str:
    """Return the name of a share of `Answers`, or `taken`. `turn` counts the calls for the same text before."""
    rolled, upto = roll(script, "answer", key, turn), 0.0
    for name, share in asdict(script.answers).items():
        upto += share
        if rolled < upto:
            return name
    return TAKEN


def is_slow(script: Script, key: str, turn: int) -> bool:
    """Tell whether the answer to a call takes its time."""
    return roll(script, "slow", key, turn) < script.slow


def steps_of(script: Script, key: str, *, first: str, code: int | None) -> Steps:
    """Return what happens to an accepted message, and when. Shuffled means that the times change places."""
    ending = ("undelivered", 0.6) if code is not None else _HAPPENS[2]
    plan = [*_HAPPENS[:2], ending] if first == "accepted" else [_HAPPENS[1], ending]
    waits = [wait + roll(script, "delay", key, status) * script.callbacks.delay_seconds for status, wait in plan]
    waits = _shuffled(script, key, waits) if script.callbacks.shuffled else sorted(waits)
    return tuple(
        (status, wait, code if status == "undelivered" else None) for (status, _), wait in zip(plan, waits, strict=True)
    )


def _shuffled(script: Script, key: str, waits: Sequence[float]) -> list[float]:
    if roll(script, "shuffled", key) >= script.callbacks.shuffled:
        return sorted(waits)
    return sorted(waits, key=lambda wait: roll(script, "order", key, wait))


def is_lost(script: Script, key: str, status: str) -> bool:
    """Tell whether nobody hears of this change of status."""
    return roll(script, "lost", key, status) < script.callbacks.lost


def is_repeated(script: Script, key: str, status: str) -> bool:
    """Tell whether it is told twice."""
    return roll(script, "repeated", key, status) < script.callbacks.repeated


def advances(old: str, new: str) -> bool:
    """Tell whether a message goes from one status to another: never backwards, and an ending stays."""
    return _RANK.get(new, _LAST) > _RANK.get(old, _LAST)
