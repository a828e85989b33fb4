"""What grows old here: links that lead nowhere any more, with who opened them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from backend.core.db import db
from backend.core.retention import Rule
from sms.links.models import LinkClick, ShortLink

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select

_BULK = {"synchronize_session": False}


def _links(before: datetime) -> Select[Any, Any]:
    return select(ShortLink.code, ShortLink.expires_at).where(ShortLink.expires_at < before)


def _drop(keys: Sequence[str]) -> None:
    db.session.execute(delete(LinkClick).where(LinkClick.code.in_(keys)), execution_options=_BULK)
    db.session.execute(delete(ShortLink).where(ShortLink.code.in_(keys)), execution_options=_BULK)


RULES = (Rule("links", ("기한이 지난 문자 속 링크", "Links in texts that have expired"), _links, _drop),)
