"""What is erased with a customer: her points, what was corrected of them, and grades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from backend.core.db import db
from backend.loyalty.corrections.models import PointsCorrection
from backend.loyalty.grades.models import GradeChange, GradeProposal, MemberGrade
from backend.loyalty.models import PointsDebt, PointsEntry, PointsLot, PointsUse

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Delete the ledger's entries and what is worked out from them; they are worth nothing to anybody else."""
    points = (PointsCorrection, PointsUse, PointsDebt, PointsLot, PointsEntry)
    for model in (*points, GradeProposal, GradeChange, MemberGrade):
        db.session.execute(delete(model).where(model.customer_id == event.customer_id))
