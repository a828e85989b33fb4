"""The same summary and fit by Dangol's models and by the package `lifetimes`, each alone in a process.

`python -m tests.bench.peers dangol|lifetimes PURCHASES` reads purchases that `Purchases.save` wrote and prints one JSON
line: seconds from sales in memory to both fitted models, the greatest size of the process in MiB, and the parameters.
`lifetimes` must be importable: it is a package for developers, with pandas.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from backend.insight.statistics import bgnbd, gamma_gamma
from backend.insight.statistics.histories import histories
from backend.settings import ROOT
from tests.bench.purchases import LAST_DAY, Purchases

Parameters = dict[str, float]


@dataclass(frozen=True)
class Run:
    """What one of the two took, and what it found."""

    seconds: float
    mebibytes: float
    parameters: Parameters


def run(which: str, path: Path) -> Run:
    """Let `which` fit the purchases of a file, in a process of its own. RuntimeError with its words when it fails."""
    command = [sys.executable, "-m", "tests.bench.peers", which, str(path)]
    # Threads of the linear algebra wait for each other longer than such small fits take.
    alone = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if done.returncode:
        message = f"{which} did not come to an end: {done.stderr[-2000:]}"
        raise RuntimeError(message)
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def dangol(sold: Purchases) -> Parameters:
    """Summary and fit by the project."""
    summary = histories(sold.members, sold.days, sold.spend).summary(LAST_DAY)
    buying = bgnbd.fit(summary.frequency, summary.recency, summary.age)
    spending = gamma_gamma.fit(summary.frequency, summary.spend)
    found = {"r": buying.r, "alpha": buying.alpha, "a": buying.a, "b": buying.b}
    return found | {"p": spending.p, "q": spending.q, "gamma": spending.gamma}


def lifetimes(sold: Purchases) -> Parameters:
    """Summary and fit by the package, as its documentation does it."""
    import pandas as pd  # noqa: PLC0415 - not needed by the other process
    from lifetimes import BetaGeoFitter, GammaGammaFitter  # noqa: PLC0415 - the same
    from lifetimes.utils import summary_data_from_transaction_data  # noqa: PLC0415 - the same

    epoch = date(1970, 1, 1).toordinal()
    days = (sold.days.astype(np.int64) - epoch).astype("datetime64[D]")
    frame = pd.DataFrame({"member": sold.members, "day": days, "spend": sold.spend.astype(np.float64)})
    last = str(date.fromordinal(LAST_DAY))
    summary = summary_data_from_transaction_data(frame, "member", "day", "spend", observation_period_end=last)
    buying = BetaGeoFitter().fit(summary["frequency"], summary["recency"], summary["T"])
    repeating = summary[summary["frequency"] > 0]
    spending = GammaGammaFitter().fit(repeating["frequency"], repeating["monetary_value"])
    found: dict[str, Any] = {**buying.params_, **spending.params_}
    return {"gamma" if name == "v" else str(name): float(value) for name, value in found.items()}


def main(which: str, path: Path) -> None:
    """Fit and print."""
    sold = Purchases.load(path)
    fit = {"dangol": dangol, "lifetimes": lifetimes}[which]
    if which == "lifetimes":
        # What it imports, it imports before the time runs.
        importlib.import_module("lifetimes.utils")
    begun = time.perf_counter()
    found = fit(sold)
    took = time.perf_counter() - begun
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": took, "mebibytes": size, "parameters": found}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
