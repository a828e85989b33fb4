"""Putting the API together: a flat list of what it is made of."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from flask import Flask

from backend import (
    campaigns,
    care,
    catalog,
    consent,
    customers,
    delivery,
    demo,
    health,
    insight,
    logs,
    loyalty,
    migrations,
    openapi,
    organization,
    privacy,
    push,
    pwa,
    sales,
    segments,
    settings,
    sync,
    unify,
)
from backend.core import db as database
from backend.core import http

if TYPE_CHECKING:
    from backend.settings import Settings


def create_app(configured: Settings | None = None) -> Flask:
    """The API with every feature, for the settings given or those of the environment. Raises `SettingsError`."""
    values = configured or settings.load()
    app = Flask("dangol", static_folder=None)
    settings.attach(app, values)
    logs.init_app(app)
    app.config.update(
        SECRET_KEY=values.secret_key,
        SQLALCHEMY_DATABASE_URI=values.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(values.database_url),
    )
    http.init_app(app, version=version("dangol"), proxies=values.behind_proxy)
    database.init_app(app)
    migrations.init_app(app)
    sync.init_app(app)
    for feature in (
        organization,
        customers,
        consent,
        catalog,
        sales,
        loyalty,
        care,
        delivery,
        push,
        insight,
        segments,
        campaigns,
        unify,
        privacy,
    ):
        feature.init_app(app)
    demo.init_app(app)
    health.init_app(app)
    openapi.init_app(app)
    pwa.init_app(app)
    return app
