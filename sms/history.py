"""The versions of a template with the names of who wrote, asked, sent back and approved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from backend.core.db import db
from backend.organization import Staff

if TYPE_CHECKING:
    from sms.models import Template

_PEOPLE: Final = ("written_by", "asked_by", "sent_back_by", "approved_by")
_REST: Final = ("number", "body", "restored_from", "written_at", "asked_at", "sent_back_at", "approved_at", "remark")


def versions(found: Template) -> list[dict[str, Any]]:
    """Return every version, the newest first, in the shape of `TemplateVersionSchema`."""
    ids = {getattr(each, role) for each in found.versions for role in _PEOPLE} - {None}
    query = select(Staff.id, Staff.name).where(Staff.id.in_(ids))
    names: dict[str | None, str] = {row.id: row.name for row in db.session.execute(query)}
    return [
        {name: getattr(each, name) for name in _REST}
        | {role: names.get(getattr(each, role)) for role in _PEOPLE}
        | {"in_use": each.number == found.approved and found.body_in_use is not None}
        for each in reversed(found.versions)
    ]
