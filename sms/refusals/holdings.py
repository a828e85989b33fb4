"""What is held about a member here."""

from __future__ import annotations

from backend.customers import of_table
from sms.refusals.models import RefusalLink

SECTIONS = (
    of_table(
        RefusalLink,
        ("수신 거부 링크", "Links to refuse texts"),
        hers=lambda subject: (
            RefusalLink.customer_id.in_(subject.ids)
            | (RefusalLink.customer_id.is_(None) & RefusalLink.address.in_(subject.phones))
        ),
        shown={"created_at": ("때", "When"), "channel": ("수단", "Channel"), "code": ("주소", "Link")},
    ),
)
