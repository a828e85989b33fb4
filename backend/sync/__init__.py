"""The sync engine (SYNC.md). It knows no feature; features register collections and kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.sync.blocks import ensure_built as prepare_scope
from backend.sync.clock import mark_changed
from backend.sync.contract import (
    EVERYONE,
    Caller,
    Collection,
    ConflictKept,
    FieldConflict,
    Kind,
    Mutation,
    Outcome,
    Rejected,
    StaffingPort,
    StaffMember,
)
from backend.sync.epochs import restored_since
from backend.sync.registry import SCHEMA, register_collection, register_kind, track

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the engine to `app`: registry, clock, routes, the worker's block job, commands."""
    from backend.core import db as database
    from backend.core import http, jobs
    from backend.sync import blocks, cli, clock, events, registry, retention, unchanged
    from backend.sync.routes import blueprint

    registry.attach(app)
    database.on_close(app, clock.close)
    with app.app_context():
        clock.install_guards(database.db.session.session_factory.class_)
    events.init_app(app)
    unchanged.init_app(app)
    http.register(app, blueprint)
    jobs.every(app, 2.0, "sync-blocks", blocks.rebuild_due)
    jobs.every(app, 3600.0, "sync-retention", retention.forget_old)
    jobs.every(app, 24 * 3600.0, "sync-departures", retention.leave_scopes)
    app.cli.add_command(cli.sync_group)
    app.cli.add_command(cli.sealing_key_command)


__all__ = [
    "EVERYONE",
    "SCHEMA",
    "Caller",
    "Collection",
    "ConflictKept",
    "FieldConflict",
    "Kind",
    "Mutation",
    "Outcome",
    "Rejected",
    "StaffMember",
    "StaffingPort",
    "init_app",
    "mark_changed",
    "prepare_scope",
    "register_collection",
    "register_kind",
    "restored_since",
    "track",
]
