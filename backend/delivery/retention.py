"""What grows old here: what providers told, the words of messages, and last the messages themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast, delete, func, or_, select, update

from backend.core.db import db
from backend.core.retention import Rule
from backend.delivery.models import Message, MessageAttempt, MessageReport, OwedNotice
from backend.delivery.states import WAITING, State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select

_BULK = {"synchronize_session": False}


def _reports(before: datetime) -> Select[Any, Any]:
    told = cast(MessageReport.raw, Text) != "{}"
    return select(MessageReport.id, MessageReport.received_at).where(MessageReport.received_at < before, told)


def _blank_reports(keys: Sequence[str]) -> None:
    blank = update(MessageReport).where(MessageReport.id.in_(keys)).values(raw={})
    db.session.execute(blank, execution_options=_BULK)


def _texts(before: datetime) -> Select[Any, Any]:
    said = (Message.ended_at < before, (Message.body != "") | Message.address.is_not(None))
    return select(Message.id, Message.ended_at).where(*said)


def _blank_texts(keys: Sequence[str]) -> None:
    blank = update(Message).where(Message.id.in_(keys)).values(body="", address=None, digest=None)
    db.session.execute(blank, execution_options=_BULK)
    tries = update(MessageAttempt).where(MessageAttempt.message_id.in_(keys)).values(detail=None)
    db.session.execute(tries, execution_options=_BULK)


def _messages(before: datetime) -> Select[Any, Any]:
    """Whole messages that ended, or of which nothing more was heard; what waits or is being sent is none."""
    silent = Message.ended_at.is_(None) & Message.state.not_in([*map(str, WAITING), State.SENDING.value])
    old = or_(Message.ended_at < before, silent & (Message.created_at < before))
    return select(Message.id, func.coalesce(Message.ended_at, Message.created_at)).where(old)


def _drop_messages(keys: Sequence[str]) -> None:
    for model, column in ((MessageReport, MessageReport.message_id), (MessageAttempt, MessageAttempt.message_id)):
        db.session.execute(delete(model).where(column.in_(keys)), execution_options=_BULK)
    db.session.execute(delete(Message).where(Message.id.in_(keys)), execution_options=_BULK)


def _notices(before: datetime) -> Select[Any, Any]:
    return select(OwedNotice.id, OwedNotice.ended_at).where(OwedNotice.ended_at < before)


def _drop_notices(keys: Sequence[str]) -> None:
    db.session.execute(delete(OwedNotice).where(OwedNotice.id.in_(keys)), execution_options=_BULK)


RULES = (
    Rule("webhooks", ("통신사 회신의 원문", "Carrier reports as received"), _reports, _blank_reports),
    Rule("texts", ("끝난 메시지의 내용과 번호", "Words and numbers of ended messages"), _texts, _blank_texts),
    # What a member was told within two years of a consent is what proves that she was.
    Rule("messages", ("끝난 메시지 전체", "Ended messages, whole"), _messages, _drop_messages, least_months=24),
    Rule("notices", ("끝난 동의 안내", "Notices about consents that ended"), _notices, _drop_notices, least_months=24),
)
