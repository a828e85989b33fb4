"""What grows old here: outcomes of long ago."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from backend.core.db import db
from backend.core.retention import Rule
from backend.insight.outreach.models import Outreach

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select


def _old(before: datetime) -> Select[Any, Any]:
    return select(Outreach.id, Outreach.occurred_at).where(Outreach.occurred_at < before)


def _drop(keys: Sequence[str]) -> None:
    db.session.execute(delete(Outreach).where(Outreach.id.in_(keys)), execution_options={"synchronize_session": False})


# Half a year is how long the longest outcome keeps somebody off the list.
RULES = (Rule("outreach", ("지난 연락 결과", "Outcomes of past calls"), _old, _drop, least_months=6),)
