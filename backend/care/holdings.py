"""What this feature holds about a member."""

from __future__ import annotations

from backend.care.events import EventVisit
from backend.care.models import Note
from backend.care.surveys import SurveyInvitation
from backend.care.tasks import Task
from backend.customers import of_table

SECTIONS = (
    of_table(
        Note,
        ("메모", "Notes"),
        shown={"written_at": ("때", "When"), "staff_id": ("직원", "Staff"), "text": ("내용", "Text")},
    ),
    of_table(
        Task,
        ("할 일", "Tasks"),
        shown={
            "created_at": ("때", "When"),
            "title": ("제목", "Title"),
            "outcome": ("결과", "Outcome"),
            "note": ("메모", "Note"),
        },
    ),
    of_table(
        EventVisit,
        ("행사 참석", "Events attended"),
        shown={"seen_at": ("때", "When"), "event_id": ("행사", "Event"), "how": ("방법", "How")},
    ),
    of_table(
        SurveyInvitation,
        ("설문", "Questionnaires"),
        shown={"asked_at": ("때", "When"), "score": ("만족도", "Satisfaction"), "answers": ("답", "Answers")},
        secret=("token_hash",),
    ),
)
