"""What grows old here: texts from people that somebody has seen to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from backend.core.db import db
from backend.core.retention import Rule
from sms.incoming.models import Incoming

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select


def _handled(before: datetime) -> Select[Any, Any]:
    old = Incoming.received_at < before, Incoming.handled_at.is_not(None)
    return select(Incoming.id, Incoming.received_at).where(*old)


def _drop(keys: Sequence[str]) -> None:
    gone = delete(Incoming).where(Incoming.id.in_(keys))
    db.session.execute(gone, execution_options={"synchronize_session": False})


RULES = (Rule("replies", ("처리한 받은 문자", "Texts received and seen to"), _handled, _drop),)
