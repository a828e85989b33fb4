"""Prepare, run and check Dangol: what the Makefile's targets do. Standard library only; Python 3.11 or newer.

Each step of the preparation leaves a stamp in `.make/` that holds a fingerprint of the content it was made from. A step
whose fingerprint still fits is passed over without a word, so that nothing is done twice; a step that was interrupted
left no stamp and is done anew.
"""

from __future__ import annotations

import signal
import subprocess
import sys

import tasks
from steps import Failed

TASKS = {
    "setup": tasks.setup,
    "run": tasks.run,
    "test": tasks.test,
    "bench": tasks.bench,
    "chaos": tasks.chaos,
    "lint": tasks.lint,
    "format": tasks.reformat,
    "lock": tasks.lock,
}


def main(arguments: list[str]) -> int:
    """Do the task named first; the other arguments are its own. Returns the exit code."""
    if not arguments or arguments[0] not in TASKS:
        print(f"Say one of: {', '.join(TASKS)}", file=sys.stderr)
        return 2
    # So that what was started is ended, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return TASKS[arguments[0]](arguments[1:])
    except Failed as failure:
        print(f"✗ {failure}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failure:
        shown = failure.cmd if isinstance(failure.cmd, str) else " ".join(map(str, failure.cmd))
        print(f"✗ This command ended with {failure.returncode}: {shown}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
