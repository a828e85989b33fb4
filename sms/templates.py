"""What is done to templates: written, asked for, approved by a second person, sent back, retired, restored.

Each write is one function; the edge's unit of work commits it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from backend.core import audit, clock
from backend.core.db import db
from backend.core.errors import Conflict, Forbidden, NotFound, ValidationFailed
from backend.core.ids import new_id
from sms import floor, liquid_text
from sms.models import APPROVED, DRAFT, RETIRED, WAITING, Template, TemplateVersion

if TYPE_CHECKING:
    from backend.core.audit import Actor

PURPOSES: Final = ("commercial", "service")


class OwnTemplate(Forbidden):
    """You wrote this version yourself. Another marketer or an admin has to approve it."""

    code = "own_template"


class TemplateMoved(Conflict):
    """Meanwhile this template was changed or decided on. Read it again."""

    code = "template_moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTemplate:
    """A template to add. `name` is what commands and tablets call it; variants in other languages share it."""

    name: str
    language: str
    purpose: str
    body: str
    title: str | None = None
    one_to_one: bool = True


def add(new: NewTemplate, *, acting_staff: Actor) -> Template:
    """Add a draft. Raises `ValidationFailed` for a body that would not work, `Conflict` for a name that is taken."""
    body = _checked(new.body)
    purposes = dict(
        db.session.execute(select(Template.language, Template.purpose).where(Template.name == new.name)).all()
    )
    if new.language in purposes:
        detail = f"There is a template {new.name} in this language already; write a new version of it."
        raise Conflict(detail)
    if purposes and new.purpose not in purposes.values():
        raise ValidationFailed({"purpose": ["The template's other languages have another purpose."]})
    added = Template(
        id=new_id(),
        name=new.name,
        title=new.title,
        language=new.language,
        purpose=new.purpose,
        one_to_one=new.one_to_one,
        state=DRAFT,
        newest=1,
        approved=None,
    )
    added.versions.append(_version(1, body, acting_staff))
    db.session.add(added)
    db.session.flush()
    audit.record(acting_staff, "template.add", subject_kind="template", subject_id=added.id, detail={"name": new.name})
    return added


def rewrite(
    found: Template, *, body: str, title: str | None, one_to_one: bool | None = None, acting_staff: Actor
) -> Template:
    """Write the newest words; what is approved stays in use until these are approved, too.

    They go into a new version, or into the newest one while its own writer has not asked for approval: an editor that
    saves by itself would otherwise fill the history with half sentences. Raises `Conflict` for a retired template.
    """
    if found.state == RETIRED:
        detail = "This template is retired; bring it back before you change it."
        raise Conflict(detail)
    checked, newest = _checked(body), found.versions[-1]
    found.title = title
    if one_to_one is not None:
        found.one_to_one = one_to_one
    floor.show(found)
    if checked == newest.body:
        return found
    if newest.asked_at is None and newest.approved_at is None and newest.written_by == acting_staff.staff_id:
        newest.body, newest.written_at, newest.restored_from = checked, clock.now(), None
        found.updated_at = clock.now()
        return found
    append(found, checked, acting_staff=acting_staff)
    return found


def append(found: Template, body: str, *, restored_from: int | None = None, acting_staff: Actor) -> TemplateVersion:
    """Add a version as a draft."""
    found.newest += 1
    version = _version(found.newest, body, acting_staff)
    version.restored_from = restored_from
    found.versions.append(version)
    found.state = DRAFT
    audit.record(
        acting_staff,
        "template.write",
        subject_kind="template",
        subject_id=found.id,
        detail={"version": found.newest, "restored_from": restored_from},
    )
    return version


def body_of(found: Template) -> str:
    """Return the newest body."""
    return found.versions[-1].body


def ask(found: Template, *, version: int | None = None, acting_staff: Actor) -> Template:
    """Ask for approval of the newest version; from now on its words stay. Raises `TemplateMoved`."""
    newest = _newest(found, version)
    _only(found, DRAFT)
    newest.asked_at, newest.asked_by = clock.now(), acting_staff.staff_id
    found.state = WAITING
    _note(found, "ask", acting_staff, newest)
    return found


def send_back(found: Template, *, version: int | None = None, remark: str, acting_staff: Actor) -> Template:
    """Return what waits to its writer, with what is to be changed. Raises `TemplateMoved`."""
    newest = _newest(found, version)
    _only(found, WAITING)
    newest.sent_back_at, newest.sent_back_by, newest.remark = clock.now(), acting_staff.staff_id, remark
    found.state = DRAFT
    _note(found, "send_back", acting_staff, newest)
    return found


def approve(found: Template, *, version: int | None = None, acting_staff: Actor) -> Template:
    """Make the version that waits the one that is sent. Raises `OwnTemplate` for its writer, and `TemplateMoved`.

    The system (the command line, the demo) may approve what nobody asked for; its audit rows say so.
    """
    if found.state == DRAFT and acting_staff.staff_id is None:
        ask(found, version=version, acting_staff=acting_staff)
    newest = _newest(found, version)
    _only(found, WAITING)
    if acting_staff.staff_id is not None and newest.written_by == acting_staff.staff_id:
        raise OwnTemplate
    newest.approved_at, newest.approved_by = clock.now(), acting_staff.staff_id
    found.approved = newest.number
    found.state = APPROVED
    floor.show(found)
    _note(found, "approve", acting_staff, newest)
    return found


def retire(found: Template, *, acting_staff: Actor) -> Template:
    """Let nobody choose it any more. What is in the outbox already goes: its words were approved."""
    if found.state == RETIRED:
        raise TemplateMoved
    found.state = RETIRED
    floor.show(found)
    _note(found, "retire", acting_staff, found.versions[-1])
    return found


def bring_back(found: Template, *, acting_staff: Actor) -> Template:
    """Undo `retire`: what was approved is in use again, what was not is a draft. Raises `TemplateMoved`."""
    _only(found, RETIRED)
    found.state = APPROVED if found.approved == found.newest else DRAFT
    floor.show(found)
    _note(found, "bring_back", acting_staff, found.versions[-1])
    return found


def restore(found: Template, *, version: int, acting_staff: Actor) -> Template:
    """Take up an old version's words as a new draft, approved like any other. Raises `NotFound`, `TemplateMoved`."""
    old = next((each for each in found.versions if each.number == version), None)
    if old is None:
        raise NotFound
    if found.state == RETIRED or old.body == found.versions[-1].body:
        raise TemplateMoved
    append(found, old.body, restored_from=version, acting_staff=acting_staff)
    return found


def _checked(body: str) -> str:
    text = liquid_text.normalised(body)
    problems = liquid_text.faults(text)
    if problems:
        raise ValidationFailed({"body": [str(each) for each in problems]})
    return text


def _version(number: int, body: str, actor: Actor) -> TemplateVersion:
    return TemplateVersion(number=number, body=body, written_at=clock.now(), written_by=actor.staff_id)


def _newest(found: Template, version: int | None) -> TemplateVersion:
    """Return the newest version, which is the one that whoever decides has read."""
    if version is not None and version != found.newest:
        raise TemplateMoved
    return found.versions[-1]


def _only(found: Template, state: str) -> None:
    if found.state != state:
        raise TemplateMoved


def _note(found: Template, action: str, actor: Actor, version: TemplateVersion) -> None:
    by_system = {"by": "system"} if actor.staff_id is None else {}
    audit.record(
        actor,
        f"template.{action}",
        subject_kind="template",
        subject_id=found.id,
        detail={"version": version.number, "written_by": version.written_by} | by_system,
    )
