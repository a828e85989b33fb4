"""What the house's own records hold about a member: who looked, who changed what, refused entries of tablets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend import customers
from backend.core.audit import AccessEntry, AuditEntry
from backend.core.db import db
from backend.customers import Held, Subject, of_table
from backend.privacy.rules import mentions
from backend.sync import erasure as engine
from backend.sync.models import EditConflict, Receipt

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

_WHEN, _WHO = ("때", "When"), ("직원", "Staff")


def _disputed(subject: Subject) -> ColumnElement[bool]:
    return (EditConflict.collection == customers.COLLECTION) & EditConflict.row_id.in_(subject.ids)


def _changes(subject: Subject) -> ColumnElement[bool]:
    return (AuditEntry.subject_kind == "customer") & AuditEntry.subject_id.in_(subject.ids)


def _refused(subject: Subject) -> list[dict[str, Any]]:
    """Entries of tablets that were refused, and are kept as they came."""
    ids = engine.mentioning(lambda text: mentions(subject, text))
    found = db.session.execute(
        select(Receipt.created_at, Receipt.kind, Receipt.payload).where(Receipt.mutation_id.in_(ids))
    )
    return [dict(row) for row in found.mappings()]


SECTIONS = (
    of_table(
        AccessEntry,
        ("열람 기록", "Who looked"),
        shown={"at": _WHEN, "staff_id": _WHO, "what": ("무엇", "What"), "reason": ("사유", "Reason")},
    ),
    of_table(
        AuditEntry,
        ("변경 기록", "Who changed what"),
        hers=_changes,
        shown={"at": _WHEN, "staff_id": _WHO, "action": ("무엇", "What"), "detail": ("내용", "Detail")},
    ),
    of_table(
        EditConflict,
        ("값이 다른 항목", "Disputed fields"),
        hers=_disputed,
        shown={
            "created_at": _WHEN,
            "field": ("항목", "Field"),
            "yours": ("고친 값", "Wanted"),
            "server": ("남은 값", "Kept"),
        },
    ),
    Held(
        "receipt",
        ("받지 못한 입력", "Entries that were refused"),
        (Receipt.__tablename__,),
        _refused,
        {"created_at": _WHEN, "kind": ("종류", "Kind"), "payload": ("내용", "Content")},
    ),
)
