"""What makes a score go at once: consent withdrawn, use of the data suspended, and two members becoming one or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from backend.core.db import db
from backend.customers import hold
from backend.insight.scoring.models import InsightModel, MemberScore
from backend.insight.scoring.permitted import PURPOSE
from backend.insight.scoring.rules import UNDER_WAY

if TYPE_CHECKING:
    from backend.customers import ConsentWithdrawn, CustomersMerged, CustomersParted, CustomerSuspended


def consent_withdrawn(event: ConsentWithdrawn) -> None:
    """Delete the score of who no longer agrees to profiling."""
    if event.purpose == PURPOSE:
        _forget(event.customer_id)


def suspended(event: CustomerSuspended) -> None:
    """Delete the score of whose data may not be made use of."""
    _forget(event.customer_id)


def merged(event: CustomersMerged) -> None:
    """Neither score is one of both together: the next refresh works it out."""
    _forget(event.survivor_id, event.merged_id)
    _leave_out(event.survivor_id, event.merged_id)


def parted(event: CustomersParted) -> None:
    """The score of both together is nobody's."""
    _forget(event.survivor_id, event.parted_id)
    _leave_out(event.survivor_id, event.parted_id)


def _forget(*customer_ids: str) -> None:
    # A refresh that writes her score right now asks for her consent while it holds her.
    hold(customer_ids)
    bulk = {"synchronize_session": False}
    db.session.execute(delete(MemberScore).where(MemberScore.customer_id.in_(customer_ids)), execution_options=bulk)


def _leave_out(*customer_ids: str) -> None:
    """What a refresh under way has read of them is of somebody else."""
    query = select(InsightModel).where(InsightModel.state.in_(UNDER_WAY)).order_by(InsightModel.id).with_for_update()
    for run in db.session.scalars(query):
        run.left_out = sorted({*run.left_out, *customer_ids})
