"""The command that the worker starts for each run. Not for people: `dangol import members` is."""

from __future__ import annotations

import ctypes
import signal
import sys

import click
from flask.cli import with_appcontext

from backend.unify.desk import worker

_PR_SET_PDEATHSIG = 1


@click.command("work", hidden=True)
@click.argument("run")
@click.argument("word")
@with_appcontext
def work_command(run: str, word: str) -> None:
    """Carry out a run that the worker has claimed with WORD."""
    if sys.platform == "linux":
        # When the worker is killed, this ends too: another worker takes the run up.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    worker.work_on(worker.Claim(run, word))
