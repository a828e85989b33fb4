"""Segments: choosing members by a rule, in one SQL statement, or by a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.segments.access import rule_of
from backend.segments.language import (
    Asked,
    Rule,
    TooSlow,
    catalogue,
    count,
    describe,
    members,
    parse,
    register_condition,
    run,
)
from backend.segments.models import Segment, SegmentMember, SegmentMove, SegmentVersion
from backend.segments.watching import SegmentEntered, SegmentLeft

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.core import events, http, jobs
    from backend.core.retention import keep
    from backend.customers import CustomerErased, holds
    from backend.segments import cli, erasure, holdings, retention, watching
    from backend.segments.routes import blueprint

    http.register(app, blueprint)
    holds(app, *holdings.SECTIONS)
    keep(app, *retention.RULES)
    events.subscribe(app, CustomerErased, erasure.erase)
    jobs.every(app, watching.EVERY, "segments", watching.look_at_all)
    app.cli.add_command(cli.segment_group)


__all__ = [
    "Asked",
    "Rule",
    "Segment",
    "SegmentEntered",
    "SegmentLeft",
    "SegmentMember",
    "SegmentMove",
    "SegmentVersion",
    "TooSlow",
    "catalogue",
    "count",
    "describe",
    "init_app",
    "members",
    "parse",
    "register_condition",
    "rule_of",
    "run",
]
