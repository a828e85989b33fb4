"""Who is due, who is leaving, what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.insight import cli

    app.cli.add_command(cli.insight_group)
