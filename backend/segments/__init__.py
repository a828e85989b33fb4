"""Segments: choosing members by a rule, in one SQL statement, or by a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.segments.models import Segment, SegmentMember, SegmentMove, SegmentVersion

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""


__all__ = ["Segment", "SegmentMember", "SegmentMove", "SegmentVersion", "init_app"]
