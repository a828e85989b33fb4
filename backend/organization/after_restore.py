"""What must outlive a restore: tablets that were enrolled or withdrawn since the backup, and people who have left.

A backup knows less than the world does. A tablet enrolled since then still holds unsent sales, and without its row the
server would not know its token; one that was withdrawn, or a person who has left, must not come back with the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from backend.core.db import db
from backend.organization.models import Device, Staff, Store

if TYPE_CHECKING:
    from backend.core.events import DatabaseRestored, RestoreBegins

_CARRIED = "organization"


def carry_over(event: RestoreBegins) -> None:
    """Note the tablets and who has left, as the live data knows them."""
    if not event.readable:
        return
    tablets = [dict(row) for row in db.session.execute(select(*Device.__table__.columns)).mappings()]
    left = db.session.execute(select(Staff.id).where(~Staff.active)).scalars().all()
    event.carried[_CARRIED] = {"tablets": tablets, "left": list(left)}


def bring_back(event: DatabaseRestored) -> None:
    """Write into the restored data what the live data knew."""
    carried: dict[str, Any] = event.carried.get(_CARRIED, {"tablets": [], "left": []})
    known = set(db.session.execute(select(Device.id)).scalars())
    tablets = carried["tablets"]
    withdrawn = [each for each in tablets if each["revoked_at"] is not None and each["id"] in known]
    for each in withdrawn:
        changes = {name: each[name] for name in ("revoked_at", "revoked_hard", "revoked_reason")}
        db.session.execute(update(Device).where(Device.id == each["id"]).values(changes))
    places = set(db.session.execute(select(Store.id)).scalars())
    people = set(db.session.execute(select(Staff.id)).scalars())
    # A store or a person of after the backup is gone, and with them the tablets that stood there.
    new = [
        each
        for each in tablets
        if each["id"] not in known and each["store_id"] in places and each["staff_id"] in people
    ]
    if new:
        db.session.execute(insert(Device), new)
    db.session.execute(update(Staff).where(Staff.id.in_(carried["left"])).values(active=False))
    event.counts["tablets_withdrawn_again"] = len(withdrawn)
    event.counts["tablets_kept"] = len(new)
