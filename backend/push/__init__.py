"""Telling staff by push: their browsers, what they want to be told, and the channel `push` of `backend.delivery`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.push.kinds import Kind, register_kind
from backend.push.telling import note

if TYPE_CHECKING:
    from flask import Flask

    from backend.settings import Settings


def init_app(app: Flask) -> None:
    """Attach the feature to `app`. Without keys in the settings it says that push is off, and nothing is sent."""
    from backend import delivery
    from backend.core import events, http, jobs
    from backend.core.db import run_in_unit_of_work
    from backend.push import channel, cli, keys, kinds, routes, service, telling
    from backend.push.answers import Told
    from backend.sales import SalesFlagged
    from backend.sync import ConflictKept

    settings: Settings = app.extensions["dangol.settings"]
    keys.attach(app, settings)
    http.register(app, routes.blueprint)
    app.cli.add_command(cli.push_group)
    for kind in (kinds.REPLY, kinds.ATTENTION, kinds.CONFLICT, kinds.PAUSED, kinds.TRIAL):
        register_kind(app, kind)
    with app.app_context():
        pair = keys.current_keys()
    if pair is None:
        return
    delivery.register(app, channel.PushChannel(app, settings, pair))
    delivery.register_objections(app, "push", channel.objections)
    events.subscribe(app, Told, service.settle)
    events.subscribe(app, delivery.ReplyReceived, telling.on_reply)
    events.subscribe(app, delivery.SendingPaused, telling.on_pause)
    events.subscribe(app, ConflictKept, telling.on_conflict)
    events.subscribe(app, SalesFlagged, telling.on_flags)
    jobs.every(app, telling.EVERY, "push-telling", telling.tell_due)
    jobs.every(app, 3600.0, "push-tidying", lambda: run_in_unit_of_work(service.forget_old))


__all__ = ["Kind", "init_app", "note", "register_kind"]
