"""Bringing in what other systems know, and one member for each person: importers, duplicates, merges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.unify.complete_journey import Figures, Outcome, figures, import_directory
from backend.unify.files import CannotUndo, Undone, Wishes, import_file, undo
from backend.unify.files import Outcome as FileOutcome
from backend.unify.files.moments import in_zone, read_moment
from backend.unify.files.tables import open_table
from backend.unify.keys import derived_id, time_part
from backend.unify.models import ImportChange, ImportEntry, ImportProblem, ImportProfile, ImportRun, ImportUpload, Merge
from backend.unify.problems import Problem
from backend.unify.progress import Progress
from backend.unify.rows import write_rows
from backend.unify.values import time_text

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.core import events, http
    from backend.core.retention import keep
    from backend.customers import CustomerErased, holds
    from backend.unify import desk, duplicates, erasure, holdings, merges, retention
    from backend.unify.cli import import_group
    from backend.unify.merges_cli import merges_group
    from backend.unify.routes import blueprint

    http.register(app, blueprint)
    holds(app, *holdings.SECTIONS)
    keep(app, *retention.RULES)
    events.subscribe(app, CustomerErased, merges.forget)
    app.cli.add_command(import_group)
    app.cli.add_command(merges_group)
    duplicates.init_app(app)
    desk.init_app(app)
    events.subscribe(app, CustomerErased, erasure.erase)


__all__ = [
    "CannotUndo",
    "Figures",
    "FileOutcome",
    "ImportChange",
    "ImportEntry",
    "ImportProblem",
    "ImportProfile",
    "ImportRun",
    "ImportUpload",
    "Merge",
    "Outcome",
    "Problem",
    "Progress",
    "Undone",
    "Wishes",
    "derived_id",
    "figures",
    "import_directory",
    "import_file",
    "in_zone",
    "init_app",
    "open_table",
    "read_moment",
    "time_part",
    "time_text",
    "undo",
    "write_rows",
]
