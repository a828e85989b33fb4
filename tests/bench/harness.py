"""What every benchmark shares: the line it prints, and a fresh database to run in."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from backend.app import create_app
from backend.core.db import Base, db, run_in_unit_of_work
from backend.settings import ROOT, load
from backend.sync.clock import ensure_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


def report(name: str, *, value: float, unit: str, floor: float, ratio: float, target: float, ok: bool) -> bool:
    """Print the one JSON line of a benchmark and return `ok`."""
    line = {"name": name, "value": round(value, 3), "unit": unit, "floor": round(floor, 3), "ratio": round(ratio, 4)}
    print(json.dumps(line | {"target": target, "ok": ok}), flush=True)
    return ok


def shared(*parts: str) -> Path:
    """A file of the shared data: `DANGOL_SHARED`, or `shared` beside the repository."""
    return Path(os.environ.get("DANGOL_SHARED") or ROOT.parent / "shared").joinpath("data", *parts)


@contextmanager
def fresh_app(database_url: str | None = None) -> Iterator[tuple[Flask, Path]]:
    """An app over an empty SQLite file in a folder of its own, or over the empty `database_url`, inside its context."""
    with tempfile.TemporaryDirectory(prefix="dangol-bench-") as folder:
        path = Path(folder) / "bench.sqlite3"
        simulator = str(Path(folder) / "simulator.sqlite3")
        app = create_app(
            load(
                {
                    "DANGOL_DEMO": "1",
                    "DANGOL_DATABASE_URL": database_url or f"sqlite:///{path}",
                    "DANGOL_SIMULATOR_DATABASE": simulator,
                }
            )
        )
        with app.app_context():
            Base.metadata.create_all(db.engine)
            run_in_unit_of_work(ensure_clock)
            yield app, path
            db.session.remove()
            db.engine.dispose()
