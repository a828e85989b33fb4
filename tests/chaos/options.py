"""What a run is asked to do."""

from __future__ import annotations

import argparse
import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """One run; the seed decides every choice, not the timing of the machine."""

    tablets: int = 12
    mutations: int = 2_000
    kills: int = 4
    restores: int = 2
    revocations: int = 2
    browsers: int = 0
    database: str = "sqlite"
    seed: int = 0
    web_processes: int = 2
    quiet: bool = False


def parse(arguments: list[str]) -> Options:
    """Read the command line; ends the program with 2 when it cannot be read."""
    defaults = Options()
    parser = argparse.ArgumentParser(prog="make chaos ARGS=…", description="Kill, cut, restore, revoke; then compare.")
    for name, meaning in (
        ("tablets", "simulated tablets"),
        ("mutations", "mutations that they record altogether"),
        ("kills", "times that the server is killed while they push"),
        ("restores", "times that the database is restored from a backup"),
        ("revocations", "tablets that are withdrawn with unsent sales"),
        ("browsers", "real Chromium beside them"),
        ("web_processes", "web processes of the server"),
    ):
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=_count, default=getattr(defaults, name), help=f"{meaning} (%(default)s)"
        )
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
