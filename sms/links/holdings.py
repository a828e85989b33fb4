"""What links hold about a member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.customers import of_table
from sms.links.models import LinkClick, ShortLink

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from backend.customers import Subject


def _hers(subject: Subject) -> ColumnElement[bool]:
    return LinkClick.code.in_(select(ShortLink.code).where(ShortLink.customer_id.in_(subject.ids)))


SECTIONS = (
    of_table(
        ShortLink,
        ("문자 속 링크", "Links in texts"),
        shown={"created_at": ("때", "When"), "target": ("주소", "Address"), "expires_at": ("기한", "Until")},
    ),
    of_table(
        LinkClick,
        ("열어 본 링크", "Links opened"),
        hers=_hers,
        shown={"at": ("때", "When"), "kind": ("누가", "By whom"), "device": ("기기", "Device")},
    ),
)
