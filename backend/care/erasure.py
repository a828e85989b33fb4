"""What is erased with a customer: whatever was written down about her."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from backend.care.events import EventVisit
from backend.care.models import Note
from backend.care.surveys import SurveyInvitation
from backend.care.tasks import Task
from backend.core.db import db

if TYPE_CHECKING:
    from backend.customers import CustomerErased


def erase(event: CustomerErased) -> None:
    """Delete the notes, her tasks, that she came, and what she answered."""
    for model in (Note, Task, EventVisit, SurveyInvitation):
        db.session.execute(delete(model).where(model.customer_id == event.customer_id))
