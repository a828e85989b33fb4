"""One run: an outbox full of texts, a carrier at its worst, workers killed; then peace, and the truth."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from tests import postgres
from tests.chaos.texts.hands import Hands
from tests.chaos.texts.house import House
from tests.chaos.texts.judge import Row, Seen, Verdict, judge, states

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.chaos.texts.options import Options

_TURN = timedelta(minutes=4)
"""How far the clock goes after a kill: past the lease (two minutes), and less than what a list proves (ten)."""
_BETWEEN_TURNS = 3.5
"""Seconds between two turns: longer than a call may take and than the list is late, so that no turn hides a call."""
_PEACE = 2.5
_MOST_AT_ONCE = timedelta(hours=2)
_STUCK_AFTER = 240.0
_TOLD_EVERY = 10.0


class Outcome(NamedTuple):
    """The verdict, how the messages ended, and what the carrier did."""

    verdict: Verdict
    states: dict[str, int]
    calls: dict[str, int]


def script(seed: int) -> dict[str, Any]:
    """Return every fault at once."""
    return {
        "seed": seed,
        "segments_per_second": 150,
        "silence_seconds": 4,
        "slow": 0.02,
        "slow_seconds": 0.5,
        "answers": {
            "throttled": 0.02,
            "error_before": 0.01,
            "error_after": 0.02,
            "silent_before": 0.005,
            "silent_after": 0.005,
            "reset_before": 0.01,
            "reset_after": 0.02,
            "garbled_after": 0.01,
        },
        "callbacks": {"delay_seconds": 1, "shuffled": 0.3, "repeated": 0.1, "lost": 0.05},
        "listing": {"lag_seconds": 1, "failing": 0.05, "truncated": 0.05},
        "numbers": [
            {"pattern": "+8210*00", "code": 30003},
            {"pattern": "+8210*25", "code": 21614},
            {"pattern": "+8210*50", "code": 21610},
            {"pattern": "+8210*75", "code": 30008},
        ],
    }


def run(options: Options, folder: Path) -> Outcome:
    """Everything, in `folder`; raises `AssertionError` when it cannot even begin or does not end."""
    with _database(options, folder) as url:
        house = House(folder, url, Hands(folder / "clock"), web_processes=options.web_processes)
        try:
            house.prepare(options.messages)
            house.start()
            house.follow(script(options.seed % 2**32))
            left = _strike(house, options)
            _make_peace(house, options)
            return _look(house, options, left)
        finally:
            house.close()


@contextmanager
def _database(options: Options, folder: Path) -> Iterator[str]:
    with ExitStack() as kept:
        if options.database == "sqlite":
            yield f"sqlite:///{folder / 'dangol.sqlite3'}"
        else:
            yield kept.enter_context(postgres.running()).create("texts")


def _strike(house: House, options: Options) -> tuple[int, ...]:
    """Kill a worker each time that so many calls were made; how many messages each left under way."""
    random, left, turned = Random(f"{options.seed} kills"), [], 0.0
    for _ in range(options.workers):
        house.start_worker()
    for calls in sorted(random.sample(range(1, options.messages * 3 // 4), options.kills)):
        _wait_for_calls(house, calls, quiet=options.quiet)
        name = house.kill_worker(random.randrange(len(house.workers)))
        query = "SELECT count(*) FROM message WHERE state = 'sending' AND worker LIKE :name"
        left.append(int(house.rows(query, name=f"%{name}")[0][0]))
        house.start_worker()
        if time.monotonic() - turned > _BETWEEN_TURNS:
            house.clock.turn(_TURN)
            turned = time.monotonic()
    return tuple(left)


def _wait_for_calls(house: House, calls: int, *, quiet: bool) -> None:
    deadline, told = time.monotonic() + _STUCK_AFTER, time.monotonic()
    while (made := _calls(house)) < calls and time.monotonic() < deadline:
        time.sleep(0.02)
        if not quiet and time.monotonic() - told > _TOLD_EVERY:
            print(f"  {made} calls of {calls} until the next kill", file=sys.stderr, flush=True)  # noqa: T201 - progress
            told = time.monotonic()


def _calls(house: House) -> int:
    return int(house.carrier("SELECT count(*) FROM call WHERE fate NOT LIKE 'list%'")[0][0])


def _make_peace(house: House, options: Options) -> None:
    """End the faults, and turn the clock from one thing that is due to the next until nothing is."""
    deadline, quiet_since = time.monotonic() + _STUCK_AFTER + options.messages / 20, 0.0
    house.follow({})
    while time.monotonic() < deadline:
        time.sleep(0.1)
        alive = {f":{worker.pid}" for worker in house.workers}
        due = [(state, worker, _moment(at)) for state, worker, at in house.due()]
        now = house.clock.now
        if any(_is_under_way(state, worker, at, alive, now) for state, worker, at in due) or _is_telling(house):
            quiet_since = 0.0
            continue
        quiet_since = quiet_since or time.monotonic()
        if time.monotonic() - quiet_since < _PEACE / 5:
            continue
        waiting = [at for _, _, at in due if at is not None]
        if not waiting or min(waiting) - now > _MOST_AT_ONCE:
            return
        house.clock.turn(max(timedelta(), min(waiting) - now) + timedelta(seconds=1))
        quiet_since = 0.0


def _is_under_way(state: str, worker: str | None, at: datetime | None, alive: set[str], now: datetime) -> bool:
    if state == "sending":
        return any((worker or "").endswith(name) for name in alive) or (at is not None and at <= now)
    return state == "queued" or (at is not None and at <= now)


def _is_telling(house: House) -> bool:
    return bool(house.carrier("SELECT 1 FROM step LIMIT 1"))


def _moment(at: datetime | str | None) -> datetime | None:
    """Read what SQLite gives as text."""
    if at is None or isinstance(at, datetime):
        return at
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


def _look(house: House, options: Options, left: tuple[int, ...]) -> Outcome:
    found = house.rows("SELECT id, purpose, state, reason, address, body FROM message WHERE channel = 'sms'")
    rows = [Row(*row) for row in found]
    accepted = house.carrier("SELECT recipient, body, count(*) FROM message GROUP BY recipient, body")
    unheard = house.carrier(
        "SELECT recipient, body FROM message WHERE sid IN (SELECT sid FROM told WHERE fate IN ('lost', 'given_up'))"
    )
    listed = house.carrier("SELECT recipient, fate FROM call WHERE fate LIKE 'list%' ORDER BY number")
    seen = Seen(
        accepted={(number, body): times for number, body, times in accepted},
        unheard=frozenset((number, body) for number, body in unheard),
        listed={number: fate == "listed" for number, fate in listed},
        left_by_kills=left,
    )
    calls: list[Any] = house.carrier("SELECT fate, count(*) FROM call GROUP BY fate ORDER BY fate")
    return Outcome(judge(rows, seen, expected=options.messages), states(rows), dict(calls))
