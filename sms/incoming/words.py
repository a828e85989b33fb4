"""The words of the house, beside the fixed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core import audit
from backend.core.db import db
from backend.core.errors import Conflict, NotFound, ValidationFailed
from backend.core.ids import is_id, new_id
from sms.incoming import rules
from sms.incoming.models import Word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.core.audit import Actor


def known() -> rules.Words:
    """Every word that counts."""
    return rules.words((kind, compact) for kind, compact in db.session.execute(select(Word.kind, Word.compact)))


def listed() -> list[dict[str, Any]]:
    """Every word by kind and language, the fixed ones first; those have no id."""
    found: list[dict[str, Any]] = [
        {"id": None, "kind": kind, "language": language, "word": word}
        for kind, by_language in rules.FIXED.items()
        for language, each in by_language.items()
        for word in each
    ]
    own = db.session.scalars(select(Word).order_by(Word.kind, Word.language, Word.word))
    return found + [{"id": each.id, "kind": each.kind, "language": each.language, "word": each.word} for each in own]


def add(data: Mapping[str, Any], *, acting_staff: Actor) -> Word:
    """Add a word. Raises `ValidationFailed` for what is none, `Conflict` for one that counts already."""
    compact = rules.compact(data["word"])
    if not compact:
        raise ValidationFailed({"word": ["This has no letters."]})
    counting = known()
    if compact in counting.refusal | counting.grant:
        detail = "This word counts already."
        raise Conflict(detail)
    added = Word(id=new_id(), compact=compact, added_by=acting_staff.staff_id, **data)
    db.session.add(added)
    db.session.flush()
    _audit("sms.word_added", added, acting_staff)
    return added


def remove(word_id: str, *, acting_staff: Actor) -> None:
    """Let a word count no more. Raises `NotFound`; the fixed ones have no id and stay."""
    found = db.session.get(Word, word_id) if is_id(word_id) else None
    if found is None:
        raise NotFound
    _audit("sms.word_removed", found, acting_staff)
    db.session.delete(found)


def _audit(action: str, word: Word, actor: Actor) -> None:
    detail = {"word": word.word, "kind": word.kind}
    audit.record(actor, action, subject_kind="sms_word", subject_id=word.id, detail=detail)
