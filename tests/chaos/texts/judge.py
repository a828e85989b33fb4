"""What must hold after a run, judged by what the carrier saw. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GOES_AGAIN: Final = True
"""The engine sends again what a whole list lacks; one that stays unknown although its list was whole is `stuck`."""

UNKNOWN_BY_ONE_KILL: Final = 64
FINAL: Final = frozenset({"delivered", "undelivered", "failed", "skipped", "canceled"})
_HANDED_OVER: Final = frozenset({"accepted", "sent", "delivered", "undelivered"})
_NEEDS_REASON: Final = frozenset({"failed", "undelivered", "skipped", "canceled", "unknown"})


@dataclass(frozen=True)
class Row:
    """A message of the outbox at the end."""

    id: str
    purpose: str
    state: str
    reason: str | None
    address: str
    body: str


@dataclass(frozen=True)
class Seen:
    """What the carrier saw. Keys are (number, text).

    `accepted` counts acceptances, `unheard` are those of which a callback was lost or given up, `listed` says of each
    number whether the last list of its messages was whole.
    """

    accepted: Mapping[tuple[str, str], int]
    unheard: frozenset[tuple[str, str]] = frozenset()
    listed: Mapping[str, bool] = field(default_factory=dict)
    left_by_kills: tuple[int, ...] = ()


@dataclass
class Verdict:
    """What is wrong, a line each."""

    doubled: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    imagined: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    overdrawn: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {each.name: len(getattr(self, each.name)) for each in fields(self)}

    @property
    def ok(self) -> bool:
        """Whether nothing is."""
        return not any(self.counts.values())


def judge(rows: Iterable[Row], seen: Seen, *, expected: int, goes_again: bool = GOES_AGAIN) -> Verdict:
    """Compare the outbox with the carrier's books."""
    verdict, known, count = Verdict(), set(), 0
    for row in rows:
        count += 1
        key = (row.address, row.body)
        known.add(key)
        _judge_row(row, seen.accepted.get(key, 0), verdict, heard=key not in seen.unheard)
        whole = seen.listed.get(row.address, False)
        if goes_again and row.state == "unknown" and whole and not seen.accepted.get(key):
            verdict.stuck.append(f"{row.id} is in no list and did not go again")
    if count < expected:
        verdict.lost.append(f"{expected - count} messages are not in the outbox any more")
    verdict.imagined += [f"{number} got {body!r}, which nobody wrote" for number, body in set(seen.accepted) - known]
    for left in seen.left_by_kills:
        if left > UNKNOWN_BY_ONE_KILL:
            verdict.overdrawn.append(f"one kill left {left} messages under way")
    return verdict


def _judge_row(row: Row, accepted: int, verdict: Verdict, *, heard: bool) -> None:
    told = f"{row.id} ({row.purpose}, {row.state}, {row.reason}) was accepted {accepted} times"
    if accepted > 1 and row.purpose == "commercial":
        verdict.doubled.append(told)
    if row.state not in FINAL | {"unknown"} and (heard or row.state not in _HANDED_OVER):
        verdict.unsettled.append(told)
    if row.state in _HANDED_OVER and not accepted:
        verdict.lost.append(told)
    if row.state in {"skipped", "canceled"} and accepted:
        verdict.imagined.append(told)
    if row.state in _NEEDS_REASON and not row.reason:
        verdict.unexplained.append(told)


def states(rows: Iterable[Row]) -> dict[str, int]:
    """Count the endings."""
    return dict(sorted(Counter(row.state for row in rows).items()))
