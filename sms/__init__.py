"""Direct marketing by text, a plug-in above `backend`: templates, one-to-one texts, providers, the simulator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sms.models import FloorTemplate, Price, Template, TemplateVersion

if TYPE_CHECKING:
    import threading

    from flask import Flask

    from backend.settings import Settings


def init_app(app: Flask) -> None:
    """Attach the plug-in to `app`: the channel `sms`, routes, commands; in demo mode the simulator, too."""
    from backend import delivery, migrations
    from backend.campaigns import effect
    from backend.core import events, http
    from backend.demo import DemoSeeded
    from sms import (
        campaign_costs,
        channel,
        cli,
        config,
        demo,
        floor,
        incoming,
        links,
        refusals,
        relay_webhook,
        routes,
        sync,
        template_routes,
        webhooks,
    )
    from sms.routing import routes as register_routes

    settings: Settings = app.extensions["dangol.settings"]
    config.attach(app, settings)
    migrations.add_branch(app, versions=Path(__file__).parent / "migrations", table_prefixes=("template", "sms_"))
    delivery.register(app, channel.SmsChannel(settings, config.providers_of(app)))
    http.register(app, routes.blueprint)
    http.register(app, register_routes.blueprint)
    http.register(app, template_routes.blueprint)
    sync.init_app(app)
    app.register_blueprint(webhooks.blueprint)
    links.init_app(app)
    app.register_blueprint(relay_webhook.blueprint)
    effect.register_costs(app, campaign_costs.costs)
    incoming.init_app(app)
    refusals.init_app(app)
    app.cli.add_command(cli.template_group)
    app.cli.add_command(cli.sms_group)
    events.subscribe(app, DemoSeeded, demo.seed_with)
    events.subscribe(app, events.DatabasePrepared, floor.prepare)
    if settings.demo and "simulator" in settings.sms_providers:
        _init_simulator(app)


def _init_simulator(app: Flask) -> None:
    from backend import delivery
    from backend.core import events
    from backend.customers import CustomerErased
    from sms.simulator import api, cli, control, erasure, phone

    async def tell_of_progress(app: Flask, stop: threading.Event) -> None:
        # Needed in the worker only, and with aiohttp a seventh of what every command takes to start.
        from sms.simulator import callbacks

        await callbacks.tell_of_progress(app, stop)

    events.subscribe(app, CustomerErased, erasure.erase)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(phone.blueprint)
    app.register_blueprint(control.blueprint)
    app.cli.add_command(cli.simulator_group)
    delivery.register_companion(app, tell_of_progress)


__all__ = ["FloorTemplate", "Price", "Template", "TemplateVersion", "init_app"]
