"""Forgetting a person: what the law asks to be erased is erased everywhere, and stays so after a restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.privacy.models import Erasure

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""


__all__ = ["Erasure", "init_app"]
