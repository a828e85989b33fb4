"""Who is due, who is leaving, what they are worth, what to offer them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.insight.scoring import MemberScore

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.insight import cli

    app.cli.add_command(cli.insight_group)


__all__ = ["MemberScore", "init_app"]
