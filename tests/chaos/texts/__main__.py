"""`python -m tests.chaos.texts --messages 20000 --kills 50`: prints the seed, then one line of JSON."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.texts import options as asked
from tests.chaos.texts.run import run

_SHOWN = 8


def main(arguments: list[str]) -> int:
    """Run and judge; 0 when nothing was doubled, lost or left open."""
    # So that what was started ends, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options, began = asked.parse(arguments), time.monotonic()
    print(f"seed {options.seed}", flush=True)  # noqa: T201 - what repeats the run
    folder = Path(tempfile.mkdtemp(prefix="dangol-texts-"))
    outcome = run(options, folder)
    verdict = outcome.verdict
    for name in verdict.counts:
        for line in getattr(verdict, name)[:_SHOWN]:
            print(f"  {name}: {line[:400]}", file=sys.stderr)  # noqa: T201 - what to look into
    told = {"texts": True, "ok": verdict.ok, "seed": options.seed, "database": options.database}
    told |= {"messages": options.messages, "kills": options.kills, "workers": options.workers}
    told |= verdict.counts | {"states": outcome.states, "calls": outcome.calls}
    print(json.dumps(told | {"seconds": round(time.monotonic() - began, 1)}), flush=True)  # noqa: T201 - the verdict
    if verdict.ok:
        shutil.rmtree(folder)
    else:
        print(f"  both databases and the log are kept in {folder}", file=sys.stderr)  # noqa: T201
    return 0 if verdict.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
