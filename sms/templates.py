"""What is done to templates. Each write is one function; the edge's unit of work commits it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import Conflict, NotFound, ValidationFailed
from backend.core.ids import is_id, new_id
from sms import liquid_text
from sms.models import Template, TemplateVersion

if TYPE_CHECKING:
    from sqlalchemy import Select

    from backend.core.audit import Actor

LANGUAGES: Final = ("ko", "en", "zh", "ja")
PURPOSES: Final = ("commercial", "service")
DRAFT, APPROVED, RETIRED = "draft", "approved", "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTemplate:
    """A template to add. `name` is what commands and tablets call it; variants in other languages share it."""

    name: str
    language: str
    purpose: str
    body: str
    title: str | None = None


def all_templates(state: str | None = None) -> Select[Template]:
    """Select templates, those in one state when given."""
    query = select(Template)
    return query if state is None else query.where(Template.state == state)


def template(template_id: str) -> Template:
    """Return one template. Raises `NotFound`."""
    found = db.session.get(Template, template_id) if is_id(template_id) else None
    if found is None:
        raise NotFound
    return found


def add(new: NewTemplate, *, acting_staff: Actor) -> Template:
    """Add a draft. Raises `ValidationFailed` for a body that would not work, `Conflict` for a name that is taken."""
    body = _checked(new.body)
    if db.session.scalar(select(Template.id).where(Template.name == new.name, Template.language == new.language)):
        detail = f"There is a template {new.name} in this language already; write a new version of it."
        raise Conflict(detail)
    added = Template(
        id=new_id(),
        name=new.name,
        title=new.title,
        language=new.language,
        purpose=new.purpose,
        state=DRAFT,
        newest=1,
        approved=None,
    )
    added.versions.append(_version(1, body, acting_staff))
    db.session.add(added)
    db.session.flush()
    audit.record(acting_staff, "template.add", subject_kind="template", subject_id=added.id, detail={"name": new.name})
    return added


def rewrite(found: Template, *, body: str, title: str | None, acting_staff: Actor) -> Template:
    """Write a new version as a draft; the approved one stays in use until the new one is approved."""
    checked = _checked(body)
    found.title = title
    if checked != body_of(found):
        found.newest += 1
        found.versions.append(_version(found.newest, checked, acting_staff))
        found.state = DRAFT
    audit.record(
        acting_staff, "template.write", subject_kind="template", subject_id=found.id, detail={"version": found.newest}
    )
    return found


def approve(found: Template, *, acting_staff: Actor) -> Template:
    """Make the newest version the one that is sent."""
    version = found.versions[-1]
    version.approved_at = clock.now()
    version.approved_by = acting_staff.staff_id
    found.approved = version.number
    found.state = APPROVED
    audit.record(
        acting_staff,
        "template.approve",
        subject_kind="template",
        subject_id=found.id,
        detail={"version": version.number, "written_by": version.written_by},
    )
    return found


def approved_variant(name_or_id: str, language: str | None) -> tuple[Template, str]:
    """Return the template to use for somebody who reads `language`, with its approved body.

    An id names one variant; a name leaves the choice: her language, then English for those who do not read Korean, then
    Korean, then what there is. Raises `ValidationFailed` when nothing approved is found.
    """
    wanted = Template.id == name_or_id if is_id(name_or_id) else Template.name == name_or_id
    query = select(Template).where(wanted, Template.approved.is_not(None), Template.state != RETIRED)
    variants = {variant.language: variant for variant in db.session.scalars(query)}
    order = ("ko", "en") if language in {None, "ko"} else (language, "en", "ko")
    for choice in (*order, *variants):
        if choice in variants:
            chosen = variants[choice]
            return chosen, next(each.body for each in chosen.versions if each.number == chosen.approved)
    raise ValidationFailed({"template": [f"There is no approved template {name_or_id}."]})


def body_of(found: Template) -> str:
    """Return the newest body."""
    return found.versions[-1].body


def _checked(body: str) -> str:
    text = liquid_text.normalised(body)
    problems = liquid_text.faults(text)
    if problems:
        raise ValidationFailed({"body": problems})
    return text


def _version(number: int, body: str, actor: Actor) -> TemplateVersion:
    return TemplateVersion(number=number, body=body, written_at=clock.now(), written_by=actor.staff_id)
