"""/messages and what concerns one customer of them."""

from __future__ import annotations

from typing import Any

from backend.core import audit
from backend.core.db import run_in_unit_of_work
from backend.core.http import Blueprint, PageArgs, page
from backend.delivery import access, contact, notice_list, notices, service
from backend.delivery.models import Message, OwedNotice
from backend.delivery.schemas import (
    ContactSchema,
    MessageListArgs,
    MessagePage,
    MessageSchema,
    NoticeArgs,
    NoticePage,
    NoticeSchema,
    ToldData,
)
from backend.organization import StaffRole, current_actor, require_staff

blueprint = Blueprint("messages", __name__, description="Messages of every channel")


@blueprint.route("/messages")
@blueprint.arguments(MessageListArgs, location="query")
@blueprint.response(200, MessagePage)
@blueprint.alt_response(401, description="Nobody is signed in")
def list_messages(args: dict[str, Any]) -> dict[str, Any]:
    """Messages, the newest first."""
    require_staff()
    items, after = page(access.messages(args["customer"]), keys=[Message.id], args=args, newest_first=True)
    return {"items": items, "next": after}


@blueprint.route("/messages/<message_id>")
@blueprint.response(200, MessageSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such message")
def get_message(message_id: str) -> Message:
    """One message."""
    require_staff()
    return access.message(message_id)


@blueprint.route("/messages/<message_id>/cancel", methods=["POST"])
@blueprint.response(200, MessageSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such message")
@blueprint.alt_response(409, description="It has left already")
def cancel_message(message_id: str) -> Message:
    """Take back a message that waits."""
    require_staff(StaffRole.MANAGER, StaffRole.MARKETER, StaffRole.ADMIN)
    actor = current_actor()
    return run_in_unit_of_work(lambda: service.cancel(access.message(message_id), actor=actor))


@blueprint.route("/customers/<customer_id>/messages")
@blueprint.arguments(PageArgs, location="query")
@blueprint.response(200, MessagePage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such customer")
def list_messages_of_customer(args: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """What was, or was not, said to one customer; the view is recorded."""
    require_staff()
    actor, customer = current_actor(), access.customer_id(customer_id)
    items, after = page(access.messages(customer), keys=[Message.id], args=args, newest_first=True)
    run_in_unit_of_work(lambda: audit.record_access(actor, customer_id=customer, what="messages"), synced=False)
    return {"items": items, "next": after}


@blueprint.route("/customers/<customer_id>/contact")
@blueprint.response(200, ContactSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(404, description="No such customer")
def get_contact(customer_id: str) -> dict[str, Any]:
    """Whether she may be sent an offer or called with one now, by whom, and why not; the view is recorded."""
    require_staff()
    actor, customer = current_actor(), access.customer(customer_id)
    run_in_unit_of_work(lambda: audit.record_access(actor, customer_id=customer.id, what="contact"), synced=False)
    return {"items": contact.of_customer(customer)}


@blueprint.route("/notices")
@blueprint.arguments(NoticeArgs, location="query")
@blueprint.response(200, NoticePage)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
def list_notices(args: dict[str, Any]) -> dict[str, Any]:
    """What people are owed to be told about their consents, the most urgent first (manager, marketer, admin).

    Of those who were told, the last first. The view of each page is recorded.
    """
    require_staff(StaffRole.MANAGER, StaffRole.MARKETER, StaffRole.ADMIN)
    actor, told = current_actor(), args["state"] == "told"
    items, after = page(access.notices(args), keys=[OwedNotice.due_by, OwedNotice.id], args=args, newest_first=told)
    answer, seen = notice_list.described(items), sorted({each.customer_id for each in items})
    run_in_unit_of_work(lambda: audit.record_accesses(actor, seen, what="notices"), synced=False)
    return {"items": answer, "next": after}


@blueprint.route("/notices/<notice_id>/told", methods=["POST"])
@blueprint.arguments(ToldData)
@blueprint.response(200, NoticeSchema)
@blueprint.alt_response(401, description="Nobody is signed in")
@blueprint.alt_response(403, description="Another role is needed")
@blueprint.alt_response(404, description="No such notice")
@blueprint.alt_response(409, description="A text is on its way, or she was told")
def post_told(data: dict[str, Any], notice_id: str) -> dict[str, Any]:
    """Note that somebody of the house told her what no text could tell, how, and what shows it (manager, admin)."""
    require_staff(*notice_list.TELLERS)
    actor = current_actor()
    run_in_unit_of_work(lambda: notices.note_told(access.notice(notice_id), data, acting_staff=actor))
    return notice_list.described([access.notice(notice_id)])[0]
