"""Refuse lock files that hold download addresses: they would tie everybody to one registry."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_ADDRESS = re.compile(
    r'"resolved": *"https?:|^ *--(?:extra-)?index-url|(?:registry|url) *= *"?https?:|@ https?://', re.MULTILINE
)


def main() -> int:
    """Print each lock that holds an address. Returns 1 when there is one."""
    locks = [
        *sorted((ROOT / "requirements").glob("*.txt")),
        ROOT / "pwa" / "package-lock.json",
        ROOT / "pwa" / ".npmrc",
    ]
    bad = [path for path in locks if path.exists() and _ADDRESS.search(path.read_text(encoding="utf-8"))]
    for path in bad:
        print(f"{path.relative_to(ROOT)} holds download addresses; run `make lock`.", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
