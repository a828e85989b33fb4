"""`pwa_js_gz`: kilobytes of JavaScript, gzipped, that a first visit to the floor downloads.

The floor of this figure is the limit itself: there is nothing to compare with on the same machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from backend.settings import ROOT
from tests.bench.harness import report

_LIMIT_KB = 120.0


def main() -> bool:
    """Ask the PWA's own script; print the line; return whether the target was reached."""
    command = [str(Path(sys.executable).with_name("node")), "scripts/size.mjs", "--json"]
    asked = subprocess.run(  # noqa: S603 - our own script
        command, cwd=ROOT / "pwa", check=False, capture_output=True, text=True
    )
    if not asked.stdout:
        raise RuntimeError(asked.stderr)
    sizes: dict[str, Any] = json.loads(asked.stdout)
    value = sizes["total_gz"] / 1000
    ratio = value / _LIMIT_KB
    return report(
        "pwa_js_gz", value=value, unit="kB gz", floor=_LIMIT_KB, ratio=ratio, target=_LIMIT_KB, ok=value <= _LIMIT_KB
    )
