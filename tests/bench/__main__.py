"""Run benchmarks: `python -m tests.bench [name]`. Each is a module `bench_<name>.py` with a `main()`.

`main()` prints one JSON line and returns whether the target was reached; the exit code is 1 when one was not, 2 for an
unknown name.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def names() -> list[str]:
    """Every benchmark there is."""
    return sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def main(arguments: list[str]) -> int:
    """Run the benchmarks that are named, or all."""
    known = names()
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(known) or 'none'}.", file=sys.stderr)
        return 2
    missed = [name for name in arguments or known if _run(name) is False]
    return 1 if missed else 0


def _run(name: str) -> object:
    return importlib.import_module(f"tests.bench.bench_{name}").main()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
