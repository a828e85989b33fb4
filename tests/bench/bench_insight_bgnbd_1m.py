"""`insight_bgnbd_1m`: BG/NBD and Gamma-Gamma of 1,000,000 members with 10,000,000 sales, against `lifetimes`.

Both begin with the same sales in memory, unordered, and end with both models fitted: summary and fit. Each runs alone
in a process of its own (`peers.py`). A second line, `insight_bgnbd_1m_memory`, is the greatest size of ours; its floor
is that of the package. Parameters that differ by more than a hundredth end the run: then one of the two is wrong.
`DANGOL_BENCH_MEMBERS` asks for another size. The package is one for developers (`lifetimes`, with pandas).
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from tests.bench import peers
from tests.bench.harness import report
from tests.bench.purchases import purchases

_MEMBERS = 1_000_000
_SALES_EACH = 10
_TARGET = 0.25
_TARGET_MEBIBYTES = 2048.0
_NEAR = 0.01


def main() -> bool:
    """Measure; print both lines; return whether both targets were reached."""
    members = int(os.environ.get("DANGOL_BENCH_MEMBERS") or _MEMBERS)
    with tempfile.TemporaryDirectory(prefix="dangol-bench-") as folder:
        path = Path(folder) / "purchases.npz"
        purchases(members, members * _SALES_EACH).save(path)
        ours, theirs = peers.run("dangol", path), peers.run("lifetimes", path)
    print(json.dumps({"dangol": ours.parameters, "lifetimes": theirs.parameters}), file=sys.stderr)
    apart = {
        name: (value, theirs.parameters[name])
        for name, value in ours.parameters.items()
        if abs(value / theirs.parameters[name] - 1) > _NEAR
    }
    if apart:
        message = f"The two found different models: {apart}."
        raise RuntimeError(message)
    ratio, size = ours.seconds / theirs.seconds, ours.mebibytes
    return all(
        [
            report(
                "insight_bgnbd_1m",
                value=ours.seconds,
                unit="s",
                floor=theirs.seconds,
                ratio=ratio,
                target=_TARGET,
                ok=ratio <= _TARGET,
            ),
            report(
                "insight_bgnbd_1m_memory",
                value=size,
                unit="MiB",
                floor=theirs.mebibytes,
                ratio=size / theirs.mebibytes,
                target=_TARGET_MEBIBYTES,
                ok=size <= _TARGET_MEBIBYTES,
            ),
        ]
    )


if __name__ == "__main__":
    raise SystemExit(not main())
