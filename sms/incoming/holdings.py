"""What is held about a member here."""

from __future__ import annotations

from backend.customers import of_table
from sms.incoming.models import Incoming

SECTIONS = (
    of_table(
        Incoming,
        ("받은 문자", "Texts received"),
        hers=lambda subject: (
            Incoming.customer_id.in_(subject.ids)
            | (Incoming.customer_id.is_(None) & Incoming.address.in_(subject.phones))
        ),
        shown={
            "received_at": ("때", "When"),
            "address": ("보낸 번호", "From"),
            "our_number": ("받은 번호", "To"),
            "body": ("내용", "Text"),
            "kind": ("종류", "Kind"),
        },
    ),
)
