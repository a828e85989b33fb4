"""`python -m tests.chaos --tablets 50 --mutations 20000 --kills 20`: prints the seed, then one line of JSON."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos import options as asked
from tests.chaos.run import run

_SHOWN = 8


def main(arguments: list[str]) -> int:
    """Run and judge; 0 when nothing was lost, doubled, diverged or unexplained."""
    # So that the server ends, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options, began = asked.parse(arguments), time.monotonic()
    print(f"seed {options.seed}", flush=True)  # noqa: T201 - what repeats the run
    folder = Path(tempfile.mkdtemp(prefix="dangol-chaos-"))
    verdict = run(options, folder)
    for name in verdict.counts:
        for line in getattr(verdict, name)[:_SHOWN]:
            print(f"  {name}: {line[:400]}", file=sys.stderr)  # noqa: T201 - what to look into
    told = {"ok": verdict.ok, "seed": options.seed, "database": options.database, "tablets": options.tablets}
    told |= {"mutations": options.mutations, "kills": options.kills, "restores": options.restores}
    told |= verdict.counts | {"seconds": round(time.monotonic() - began, 1)}
    print(json.dumps(told), flush=True)  # noqa: T201 - the verdict
    if verdict.ok:
        shutil.rmtree(folder)
    else:
        print(f"  the database and the server's log are kept in {folder}", file=sys.stderr)  # noqa: T201
    return 0 if verdict.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
