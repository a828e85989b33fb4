"""What grows old across features: members whom nobody has dealt with, and what tablets left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, select, update

from backend.care import Note
from backend.consent import ConsentEntry
from backend.core.audit import SYSTEM
from backend.core.db import db
from backend.core.retention import Rule
from backend.customers import Customer
from backend.delivery import Message
from backend.privacy import service
from backend.sales import Sale
from backend.sync.models import EditConflict, Receipt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select

_BULK = {"synchronize_session": False}


def _away(before: datetime) -> Select[Any, Any]:
    """Whoever has neither bought, nor been written to, nor said or had anything said since, each by its index."""
    dealt = (
        exists().where(Sale.customer_id == Customer.id, Sale.occurred_at >= before),
        exists().where(Message.customer_id == Customer.id, Message.created_at >= before),
        exists().where(Note.customer_id == Customer.id, Note.written_at >= before),
        exists().where(ConsentEntry.customer_id == Customer.id, ConsentEntry.occurred_at >= before),
    )
    quiet = (Customer.created_at < before, Customer.updated_at < before, *(~each for each in dealt))
    return select(Customer.id, Customer.updated_at).where(*quiet)


def _erase(keys: Sequence[str]) -> None:
    for customer_id in keys:
        service.erase(customer_id, acting_staff=SYSTEM)


def _refused(before: datetime) -> Select[Any, Any]:
    kept = (Receipt.created_at < before, Receipt.payload.is_not(None))
    return select(Receipt.mutation_id, Receipt.created_at).where(*kept)


def _blank_refused(keys: Sequence[str]) -> None:
    blank = update(Receipt).where(Receipt.mutation_id.in_(keys)).values(payload=None)
    db.session.execute(blank, execution_options=_BULK)


def _settled(before: datetime) -> Select[Any, Any]:
    return select(EditConflict.id, EditConflict.settled_at).where(EditConflict.settled_at < before)


def _drop_settled(keys: Sequence[str]) -> None:
    db.session.execute(delete(EditConflict).where(EditConflict.id.in_(keys)), execution_options=_BULK)


RULES = (
    Rule(
        "members",
        ("구매도 연락도 없는 회원 (영구 삭제)", "Members without any purchase or contact (erased)"),
        _away,
        _erase,
        least_months=12,
    ),
    Rule("refused", ("받지 못한 태블릿 입력", "Entries of tablets that were refused"), _refused, _blank_refused),
    Rule("conflicts", ("정리된 값 다툼", "Settled disputes over a field"), _settled, _drop_settled),
)
