"""Pushes as a channel of `backend.delivery`: whom a message reaches, and what delays it."""

from __future__ import annotations

from collections import defaultdict
from contextlib import asynccontextmanager
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from backend.core import clock
from backend.core.db import db
from backend.delivery import Held, Skipped
from backend.organization import Device, Staff
from backend.push import rules
from backend.push.kinds import kinds
from backend.push.models import PushDelivery, PushNotice, PushSubscription, PushWish
from backend.push.targets import PushRoute, Target

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Sequence
    from datetime import datetime

    from flask import Flask

    from backend.delivery import ChannelName, Contact, Route, Transport
    from backend.push.keys import PushKeys
    from backend.settings import Settings

GATHER: Final = timedelta(seconds=30)
"""After a push the next of its kind waits this long: what comes meanwhile is told together."""


class PushChannel:
    """The channel `push`, to staff, over the push services of their browsers."""

    def __init__(self, app: Flask, settings: Settings, keys: PushKeys) -> None:
        self._app = app
        self._settings = settings
        self._keys = keys

    @property
    def name(self) -> ChannelName:
        """The channel's name everywhere."""
        return "push"

    def routes(self, contacts: Sequence[Contact]) -> list[Route | None]:
        """Find the browsers of each recipient that have not had the message, in two statements."""
        now = clock.now()
        browsers = _browsers({contact.recipient_id for contact in contacts if contact.recipient_id})
        had = _had({contact.id for contact in contacts if contact.id})
        return [
            _route(browsers.get(each.recipient_id or "", []), had.get(each.id or "", set()), now) for each in contacts
        ]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Transport]:
        """Open connections. The modules that this takes are loaded here, in the worker only."""
        from backend.push.transport import PushTransport, Services, open_session  # noqa: PLC0415 - see above

        services = Services(self._settings.push_services, self._settings.push_local_services)
        with self._app.app_context():
            known = dict(kinds())
        async with open_session(services) as session:
            yield PushTransport(session, keys=self._keys, services=services, kinds=known)


class _Waits(NamedTuple):
    """What is looked at to know whether a message has to wait, for all of a claim."""

    wishes: dict[str, Any]
    notices: dict[str, Any]
    browsers: dict[str, list[Any]]
    had: dict[str, set[str]]


def objections(contacts: Sequence[Contact], now: datetime) -> list[Held | Skipped | None]:
    """Say of each message to staff what speaks against it now, in a fixed number of statements."""
    people = {contact.recipient_id for contact in contacts if contact.recipient_id}
    if not people:
        return [None] * len(contacts)
    wishes = select(PushWish.staff_id, PushWish.quiet_from, PushWish.quiet_until, PushWish.time_zone)
    notices = select(PushNotice.id, PushNotice.kind, PushNotice.message_id, PushNotice.told_at)
    known = _Waits(
        {row.staff_id: row for row in db.session.execute(wishes.where(PushWish.staff_id.in_(people)))},
        {row.id: row for row in db.session.execute(notices.where(PushNotice.staff_id.in_(people)))},
        _browsers(people),
        _had({contact.id for contact in contacts if contact.id}),
    )
    return [_objection(contact, known, now) if contact.recipient_id else None for contact in contacts]


def _objection(contact: Contact, known: _Waits, now: datetime) -> Held | Skipped | None:
    browsers = known.browsers.get(contact.recipient_id or "", [])
    left = [row for row in browsers if row.id not in known.had.get(contact.id or "", set())]
    if not left:
        return Skipped("no_device")
    notice = known.notices.get(contact.source_id or "")
    if notice is None or (kind := kinds().get(notice.kind)) is None or not kind.chosen:
        return None
    quiet = _quiet_until(known.wishes.get(contact.recipient_id or ""), now)
    if quiet is not None:
        return Held(quiet, "quiet_hours")
    if all(row.waits_until is not None and row.waits_until > now for row in left):
        return Held(min(row.waits_until for row in left), "push_busy")
    again = None if notice.told_at is None or notice.message_id == contact.id else notice.told_at + GATHER
    return Held(again, "gathered") if again is not None and now < again else None


def _quiet_until(wish: Any, now: datetime) -> datetime | None:  # noqa: ANN401 - a row
    if wish is None or wish.quiet_from is None or wish.quiet_until is None:
        return None
    begins, ends = time.fromisoformat(wish.quiet_from), time.fromisoformat(wish.quiet_until)
    return rules.quiet_until(now, begins=begins, ends=ends, zone=wish.time_zone)


def _route(browsers: Sequence[Any], had: Collection[str], now: datetime) -> PushRoute | None:
    left = [row for row in browsers if row.id not in had]
    waits = [row.waits_until for row in left if row.waits_until is not None and row.waits_until > now]
    ready = [row for row in left if row.waits_until is None or row.waits_until <= now]
    targets = tuple(Target(row.id, row.endpoint, row.p256dh, row.auth, row.surface, row.language) for row in ready)
    if not left:
        return None
    wait = (min(waits) - now).total_seconds() if waits else None
    return PushRoute("webpush", targets=targets, told=len(left) < len(browsers), wait=wait)


def _browsers(people: Collection[str]) -> dict[str, list[Any]]:
    """The browsers of staff who work here, on tablets that were not withdrawn (ix_push_subscription_staff)."""
    found: dict[str, list[Any]] = defaultdict(list)
    if not people:
        return found
    its = PushSubscription
    query = (
        select(its.id, its.staff_id, its.endpoint, its.p256dh, its.auth, its.surface, its.language, its.waits_until)
        .join(Staff, Staff.id == its.staff_id)
        .outerjoin(Device, Device.id == its.device_id)
        .where(its.staff_id.in_(people), Staff.active, Device.revoked_at.is_(None))
        .order_by(its.id)
    )
    for row in db.session.execute(query):
        found[row.staff_id].append(row)
    return found


def _had(messages: Collection[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    if messages:
        query = select(PushDelivery.message_id, PushDelivery.subscription_id)
        for message_id, subscription_id in db.session.execute(query.where(PushDelivery.message_id.in_(messages))):
            found[message_id].add(subscription_id)
    return found
