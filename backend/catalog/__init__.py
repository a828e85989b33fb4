"""What is sold: articles, barcodes, prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.catalog.models import ExchangeRate, Product
from backend.catalog.rates import Rates

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`."""
    from backend.catalog import sync
    from backend.catalog.routes import blueprint
    from backend.core import http

    http.register(app, blueprint)
    sync.init_app(app)


__all__ = ["ExchangeRate", "Product", "Rates", "init_app"]
