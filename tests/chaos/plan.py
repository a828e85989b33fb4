"""When what happens: the faults of a run in the order of its progress, drawn from the seed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from tests.chaos.options import Options


class Event(StrEnum):
    """What befalls the whole."""

    KILL = "kill"
    BACKUP = "backup"
    RESTORE = "restore"
    RESTORE_DEAD = "restore while the server is down"
    REVOKE = "revoke"
    RESCOPE = "another scope"


@dataclass(frozen=True)
class Due:
    """An event and how many mutations have a receipt when it comes."""

    settled: int
    event: Event


def events(options: Options, random: Random) -> list[Due]:
    """Every event of a run, in order. Each restore has a backup of its own some way before it.

    Nothing is withdrawn or enrolled between a backup and its restore: a wiped tablet keeps no journal, and what it had
    sent since the backup would be gone with it. What happens to others in between is the point.
    """
    kinds = [Event.RESTORE] * options.restores + [Event.REVOKE] * options.revocations
    kinds += [Event.RESCOPE] * max(1, options.tablets // 5)
    random.shuffle(kinds)
    times = sorted(_somewhere(options, random) for _ in kinds)
    found = [Due(_somewhere(options, random), Event.KILL) for _ in range(options.kills)]
    before = 0
    for time, kind in zip(times, kinds, strict=True):
        if kind == Event.RESTORE:
            backup = before + int((time - before) * random.uniform(0.1, 0.9))
            found += [Due(backup, Event.BACKUP), Due(time, random.choice([Event.RESTORE, Event.RESTORE_DEAD]))]
        else:
            found.append(Due(time, kind))
        before = time
    # Stable: of events at the same moment, the one before stays before.
    return sorted(found, key=lambda due: due.settled)


def _somewhere(options: Options, random: Random) -> int:
    return int(options.mutations * random.uniform(0.04, 0.93))
