"""A demo to try Dangol on: invented shops, people and two years of their purchases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.demo.load import DemoFigures, DemoSeeded, load_demo

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`: the command `demo`."""
    from backend.demo.cli import demo_command

    app.cli.add_command(demo_command)


__all__ = ["DemoFigures", "DemoSeeded", "init_app", "load_demo"]
