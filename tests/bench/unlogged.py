"""The floor of `access_log_cost`: the app itself, but that nobody's look at a card is written down."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from backend.customers import routes
from wsgi import app

__all__ = ["app"]


class _Unwritten:
    """In the place of `audit` in the routes of customers."""

    @staticmethod
    def record_access(*_arguments: Any, **_options: Any) -> None:
        """Write nothing."""


vars(routes).update(audit=_Unwritten, unit_of_work=lambda **_options: nullcontext())
