"""Bringing in what other systems know: importers today, duplicates and merging later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.unify.complete_journey import Figures, Outcome, figures, import_directory
from backend.unify.keys import derived_id, time_part
from backend.unify.models import ImportRun
from backend.unify.problems import Problem
from backend.unify.progress import Progress
from backend.unify.rows import write_rows
from backend.unify.values import time_text

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`: the command `import`."""
    from backend.unify.cli import import_group

    app.cli.add_command(import_group)


__all__ = [
    "Figures",
    "ImportRun",
    "Outcome",
    "Problem",
    "Progress",
    "derived_id",
    "figures",
    "import_directory",
    "init_app",
    "time_part",
    "time_text",
    "write_rows",
]
