"""What a tablet must know before it keeps anything: for how long, and whom its sealed entries are for."""

from __future__ import annotations

from typing import Any

from backend.core import clock as wall
from backend.settings import current_settings
from backend.sync import sealing
from backend.sync.registry import SCHEMA


def terms() -> dict[str, Any]:
    """The lease (hours), the wipe (days), the automatic lock (minutes), the public sealing key, the server's time."""
    settings = current_settings()
    key = sealing.keys(settings.sealing_key)[0]
    return {
        "schema": SCHEMA,
        "lease_hours": settings.lease_hours,
        "wipe_days": settings.wipe_days,
        "auto_lock_minutes": settings.auto_lock_minutes,
        "sealing_key": {"kid": key.kid, "jwk": key.jwk},
        "server_time": wall.rfc3339(wall.now()),
        "events": True,
    }
