"""What follows for grades when customers are merged or parted: each keeps her own row, the higher one is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from backend.core.db import db
from backend.customers import show_grades
from backend.loyalty.grades import standings
from backend.loyalty.grades.models import GradeProposal

if TYPE_CHECKING:
    from backend.customers import CustomersMerged, CustomersParted


def merged(event: CustomersMerged) -> None:
    """Together they are what the higher one was."""
    _show([event.survivor_id])


def parted(event: CustomersParted) -> None:
    """Each is what her own row says."""
    _show([event.survivor_id, event.parted_id])
    # What was found for the two together is neither one's.
    found = update(GradeProposal).where(GradeProposal.customer_id.in_([event.survivor_id, event.parted_id]))
    open_ones = found.where(GradeProposal.state == "open").values(state="skipped")
    db.session.execute(open_ones, execution_options={"synchronize_session": False})


def _show(customer_ids: list[str]) -> None:
    ladder = standings.ladder_of(standings.grades(), "earned")
    there = standings.standings(customer_ids, ladder)
    show_grades({customer_id: standing.code for customer_id, standing in there.items()})
