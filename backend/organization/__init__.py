"""Business units, stores, staff, roles, tablets and sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.organization.access import (
    DEVICE_COOKIE,
    current_actor,
    current_device,
    current_viewer,
    hidden_units,
    look_as_system,
    require_device,
    require_session,
    require_staff,
    require_store,
    signed_in,
)
from backend.organization.demo_sign_ins import DEMO_LOGINS, DEMO_PASSWORD, DemoSignIn, demo_sign_ins
from backend.organization.errors import DeviceRevoked, EnrolmentCodeUnusable, TooManyAttempts
from backend.organization.models import BusinessUnit, Device, EnrolmentCode, Staff, StaffRole, Store
from backend.organization.passwords import hash_password
from backend.organization.policies import at_hidden, unshared_stores
from backend.organization.security import init_security
from backend.organization.service import (
    add_business_unit,
    add_staff,
    add_store,
    business_unit,
    business_units,
    staff_member,
    store,
    stores,
)
from backend.organization.tablets import enrol
from backend.organization.values import (
    DeviceCaller,
    Enrolled,
    NewBusinessUnit,
    NewStaff,
    NewStore,
    Person,
    ScopeWish,
    Tablet,
    Viewer,
)

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the organisation to `app`: sign-in, limits, routes, commands, sync. After `core.http` and `sync`."""
    from backend.core import events, http
    from backend.organization import access, after_restore, cli, limits, routes, sync

    init_security(app)
    app.register_error_handler(DeviceRevoked, access.turn_away)
    app.after_request(access.forget_browser)
    app.teardown_request(access.forget_caller)
    limits.init_limits(app)
    http.register(app, routes.blueprint)
    sync.init_sync(app)
    events.subscribe(app, events.RestoreBegins, after_restore.carry_over)
    events.subscribe(app, events.DatabaseRestored, after_restore.bring_back)
    for group in (cli.staff_group, cli.store_group, cli.unit_group, cli.tablet_group):
        app.cli.add_command(group)


__all__ = [
    "DEMO_LOGINS",
    "DEMO_PASSWORD",
    "DEVICE_COOKIE",
    "BusinessUnit",
    "DemoSignIn",
    "Device",
    "DeviceCaller",
    "DeviceRevoked",
    "Enrolled",
    "EnrolmentCode",
    "EnrolmentCodeUnusable",
    "NewBusinessUnit",
    "NewStaff",
    "NewStore",
    "Person",
    "ScopeWish",
    "Staff",
    "StaffRole",
    "Store",
    "Tablet",
    "TooManyAttempts",
    "Viewer",
    "add_business_unit",
    "add_staff",
    "add_store",
    "at_hidden",
    "business_unit",
    "business_units",
    "current_actor",
    "current_device",
    "current_viewer",
    "demo_sign_ins",
    "enrol",
    "hash_password",
    "hidden_units",
    "init_app",
    "init_security",
    "look_as_system",
    "require_device",
    "require_session",
    "require_staff",
    "require_store",
    "signed_in",
    "staff_member",
    "store",
    "stores",
    "unshared_stores",
]
