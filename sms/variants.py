"""Finding templates: for the desk, and the one to use for somebody who reads a language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from backend.core.db import db
from backend.core.errors import NotFound, ValidationFailed
from backend.core.ids import is_id
from sms.models import RETIRED, Template

if TYPE_CHECKING:
    from sqlalchemy import Select

LANGUAGES: Final = ("ko", "en", "zh", "ja")


def all_templates(state: str | None = None, name: str | None = None) -> Select[Template]:
    """Select templates, those in one state and of one name when given."""
    query = select(Template)
    query = query if name is None else query.where(Template.name == name)
    return query if state is None else query.where(Template.state == state)


def template(template_id: str) -> Template:
    """Return one template. Raises `NotFound`."""
    found = db.session.get(Template, template_id) if is_id(template_id) else None
    if found is None:
        raise NotFound
    return found


def approved_variant(name_or_id: str, language: str | None) -> tuple[Template, str]:
    """Return the template to use for somebody who reads `language`, with its approved body.

    An id names one variant; a name leaves the choice (`reading_order`). Raises `ValidationFailed` when nothing approved
    is found.
    """
    wanted = Template.id == name_or_id if is_id(name_or_id) else Template.name == name_or_id
    query = select(Template).where(wanted, Template.approved.is_not(None), Template.state != RETIRED)
    variants = {variant.language: variant for variant in db.session.scalars(query)}
    for choice in reading_order(language):
        if choice in variants:
            return variants[choice], variants[choice].body_in_use or ""
    raise ValidationFailed({"template": [f"There is no approved template {name_or_id}."]})


def reading_order(language: str | None) -> tuple[str, ...]:
    """Return the languages to try for a reader: her own, English for those who do not read Korean, Korean, the rest."""
    first = ("ko", "en") if language in {None, "ko"} else (language, "en", "ko")
    return tuple(dict.fromkeys((*first, *LANGUAGES)))
