"""What this feature holds about a member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.customers import of_table
from backend.delivery.models import AddressBlock, Message, MessageAttempt, MessageReport, OwedNotice

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from backend.customers import Subject


def _about_hers(subject: Subject) -> ColumnElement[bool]:
    return MessageReport.message_id.in_(select(Message.id).where(Message.customer_id.in_(subject.ids)))


def _tries(subject: Subject) -> ColumnElement[bool]:
    return MessageAttempt.message_id.in_(select(Message.id).where(Message.customer_id.in_(subject.ids)))


SECTIONS = (
    of_table(
        Message,
        ("보낸 메시지", "Messages"),
        shown={
            "created_at": ("때", "When"),
            "channel": ("수단", "Channel"),
            "purpose": ("목적", "Purpose"),
            "address": ("받는 곳", "To"),
            "body": ("내용", "Text"),
            "state": ("상태", "State"),
            "basis": ("근거", "Ground"),
        },
    ),
    of_table(
        MessageAttempt,
        ("발송 시도", "Attempts to send"),
        hers=_tries,
        shown={"began_at": ("때", "When"), "outcome": ("결과", "Outcome"), "detail": ("내용", "Detail")},
    ),
    of_table(
        MessageReport,
        ("통신사 회신", "Carrier reports"),
        hers=_about_hers,
        shown={"received_at": ("때", "When"), "status": ("상태", "Status"), "raw": ("원문", "As received")},
    ),
    of_table(
        OwedNotice,
        ("동의에 대한 안내", "Notices about consents"),
        shown={
            "said_at": ("의사 표시", "Said"),
            "kind": ("종류", "Kind"),
            "channel": ("수단", "Channel"),
            "granted": ("동의", "Granted"),
            "due_by": ("기한", "Due by"),
            "state": ("상태", "State"),
            "ended_at": ("안내한 때", "Told"),
            "told_how": ("안내 방법", "How"),
            "told_note": ("증빙", "Evidence"),
        },
    ),
    of_table(
        AddressBlock,
        ("발송이 막힌 번호", "Numbers not written to"),
        hers=lambda subject: AddressBlock.address.in_(subject.phones),
        shown={"since": ("때", "Since"), "address": ("번호", "Number"), "kind": ("사유", "Reason")},
    ),
)
