"""Which templates the floor may choose: one row for each, as tablets hold it (`sms.sync`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core import clock
from backend.core.db import db
from sms import fields, liquid_text
from sms.models import RETIRED, FloorTemplate, Template

if TYPE_CHECKING:
    from backend.core.events import DatabasePrepared


def show(template: Template) -> None:
    """Bring the floor's row of a template up to date; within the open unit of work."""
    shown = db.session.get(FloorTemplate, template.id)
    body = template.body_in_use
    if body is None or template.approved is None or not template.one_to_one:
        if shown is not None:
            db.session.delete(shown)
        return
    if shown is None:
        shown = FloorTemplate(id=template.id, name=template.name, language=template.language, purpose=template.purpose)
        db.session.add(shown)
    shown.title, shown.version, shown.body = template.title, template.approved, body
    shown.fields = fields.to_fill_in(liquid_text.fields_used(body))
    shown.updated_at = clock.now()


def prepare(_event: DatabasePrepared) -> None:
    """Add the rows of templates that were approved before tablets held any."""
    query = select(Template).outerjoin(FloorTemplate, FloorTemplate.id == Template.id)
    query = query.where(FloorTemplate.id.is_(None), Template.approved.is_not(None), Template.one_to_one)
    for template in db.session.scalars(query.where(Template.state != RETIRED)):
        show(template)
