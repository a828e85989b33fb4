"""What this feature holds about a member."""

from __future__ import annotations

from backend.consent.models import ConsentEntry
from backend.customers import of_table

SECTIONS = (
    of_table(
        ConsentEntry,
        ("동의와 거부", "Consents and refusals"),
        shown={
            "occurred_at": ("때", "When"),
            "purpose": ("목적", "Purpose"),
            "channel": ("수단", "Channel"),
            "granted": ("동의", "Granted"),
            "night": ("야간", "Night"),
            "wording_version": ("안내 문구", "Wording"),
            "store_id": ("매장", "Store"),
            "evidence": ("증빙", "Evidence"),
        },
    ),
)
