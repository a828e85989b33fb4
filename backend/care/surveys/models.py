"""Questionnaires that are answered on a page without sign-in, and what people answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base
from backend.core.ids import new_id
from backend.core.types import Id, Json, UtcDateTime
from backend.customers import Owned


class Survey(Base):
    """Questions, in Korean and English. `state`: draft, live or closed. Once live its questions do not change.

    `questions`: [{"key", "kind": "score" | "choice" | "choices" | "text", "ko", "en", "choices": [{"key", "ko", "en",
    "preference": {"kind", "value"} | None}]}, …]; exactly one is the score of satisfaction, 1 to 5.
    """

    __tablename__ = "survey"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    business_unit_id: Mapped[str] = mapped_column(ForeignKey("business_unit.id"))
    questions: Mapped[list[Any]] = mapped_column(Json, default=list)
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class SurveyInvitation(Owned, Base):
    """Somebody was asked. `token_hash`: of what stands in her link, as with a refusal's. One answer each.

    `score` is the satisfaction, 1 to 5; `answers`: {key: value}, values of the kinds above.
    """

    __tablename__ = "survey_invitation"
    __table_args__ = (
        Index("ix_survey_invitation_survey", "survey_id", "answered_at"),
        Index("ix_survey_invitation_customer", "customer_id"),
        Index("ix_survey_invitation_campaign", "campaign_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    survey_id: Mapped[str] = mapped_column(ForeignKey("survey.id"))
    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    campaign_id: Mapped[str | None] = mapped_column(Id)
    event_id: Mapped[str | None] = mapped_column(Id)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    score: Mapped[int | None]
    answers: Mapped[dict[str, Any] | None] = mapped_column(Json)
