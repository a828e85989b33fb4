"""Every message of every channel: the gate, the outbox, and the worker that empties it.

Other packages use what is named here. `may_contact` decides; `enqueue` puts a message into the outbox; a channel is
registered with `register`; `run_dispatcher(app, stop)` is the worker's loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.delivery.blackouts import register_blackout
from backend.delivery.blocks import accept_by_address, refuse_by_address, refused_by_address
from backend.delivery.channels import (
    Accepted,
    Channel,
    Companion,
    Consequence,
    Contact,
    Lookup,
    Missing,
    NotProcessed,
    Outcome,
    OutcomeUnknown,
    Outgoing,
    Refused,
    Route,
    Transport,
    register,
    register_companion,
    registered,
)
from backend.delivery.dispatcher import dispatch, run_dispatcher
from backend.delivery.drafts import AUTOMATIC, CAMPAIGN, ONE_TO_ONE, Draft
from backend.delivery.law_kr import frame_advert
from backend.delivery.models import Message, OwedNotice
from backend.delivery.news import ReplyReceived, SendingPaused
from backend.delivery.numbers import Number, describe
from backend.delivery.objections import register_objections
from backend.delivery.outcomes import MessageEnded, Report, apply_report
from backend.delivery.reach import Reach, reach_of, why_not
from backend.delivery.reasons import reason_text
from backend.delivery.rules import Allowed, ChannelName, Facts, Held, Purpose, Skipped, Verdict, may_contact
from backend.delivery.schemas import MessageSchema, VerdictSchema, verdict_view
from backend.delivery.sending.batches import open_batch
from backend.delivery.sending.filling import Filled, enqueue_many
from backend.delivery.sending.models import MessageBatch, SendingLane, SendingSwitch
from backend.delivery.service import cancel, decide, enqueue, note_opened
from backend.delivery.states import FINAL, State

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the feature to `app`: its routes, and its loop to the worker."""
    from backend.consent import ConsentRecorded
    from backend.core import events, http, jobs
    from backend.core.retention import keep
    from backend.customers import CustomerErased, holds
    from backend.delivery import after_restore, erasure, holdings, notices, retention
    from backend.delivery.limits.routes import blueprint as limits_blueprint
    from backend.delivery.routes import blueprint
    from backend.delivery.sending import batches
    from backend.delivery.sending.cli import messages_group
    from backend.delivery.sending.routes import blueprint as sending_blueprint
    from backend.sales import last_returns

    http.register(app, blueprint)
    http.register(app, limits_blueprint)
    register_blackout(app, "return", last_returns)
    http.register(app, sending_blueprint)
    app.cli.add_command(messages_group)
    holds(app, *holdings.SECTIONS)
    keep(app, *retention.RULES)
    jobs.loop(app, "dispatcher", run_dispatcher)
    jobs.every(app, batches.EVERY, "batches", batches.tend)
    jobs.every(app, notices.EVERY, "notices", notices.keep_duties)
    events.subscribe(app, ConsentRecorded, notices.owe_result)
    events.subscribe(app, CustomerErased, erasure.erase)
    events.subscribe(app, events.DatabaseRestored, after_restore.doubt_what_may_have_gone)


__all__ = [
    "AUTOMATIC",
    "CAMPAIGN",
    "FINAL",
    "ONE_TO_ONE",
    "Accepted",
    "Allowed",
    "Channel",
    "ChannelName",
    "Companion",
    "Consequence",
    "Contact",
    "Draft",
    "Facts",
    "Filled",
    "Held",
    "Lookup",
    "Message",
    "MessageBatch",
    "MessageEnded",
    "MessageSchema",
    "Missing",
    "NotProcessed",
    "Number",
    "Outcome",
    "OutcomeUnknown",
    "Outgoing",
    "OwedNotice",
    "Purpose",
    "Reach",
    "Refused",
    "ReplyReceived",
    "Report",
    "Route",
    "SendingLane",
    "SendingPaused",
    "SendingSwitch",
    "Skipped",
    "State",
    "Transport",
    "Verdict",
    "VerdictSchema",
    "accept_by_address",
    "apply_report",
    "cancel",
    "decide",
    "describe",
    "dispatch",
    "enqueue",
    "enqueue_many",
    "frame_advert",
    "init_app",
    "may_contact",
    "note_opened",
    "open_batch",
    "reach_of",
    "reason_text",
    "refuse_by_address",
    "refused_by_address",
    "register",
    "register_blackout",
    "register_companion",
    "register_objections",
    "registered",
    "run_dispatcher",
    "verdict_view",
    "why_not",
]
