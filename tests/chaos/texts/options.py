"""What a run of texts is asked to do."""

from __future__ import annotations

import argparse
import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """One run; the seed decides the faults and when workers are killed, not the timing of the machine."""

    messages: int = 2_000
    kills: int = 8
    workers: int = 1
    database: str = "sqlite"
    seed: int = 0
    web_processes: int = 2
    quiet: bool = False


def parse(arguments: list[str]) -> Options:
    """Read the command line; ends the program with 2 when it cannot be read."""
    defaults = Options()
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.texts", description="Kill those who send texts.")
    parser.add_argument("--messages", type=_count, default=defaults.messages, help="texts to send (%(default)s)")
    parser.add_argument("--kills", type=_count, default=defaults.kills, help="times a worker is killed (%(default)s)")
    parser.add_argument("--workers", type=int, choices=[1, 2], default=defaults.workers, help="workers at a time")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default=defaults.database)
    parser.add_argument("--seed", type=int, default=None, help="repeat the choices of another run")
    given = vars(parser.parse_args(arguments))
    if given["seed"] is None:
        given["seed"] = secrets.randbelow(2**32)
    return Options(**given)


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number
