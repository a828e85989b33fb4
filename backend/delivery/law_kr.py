"""Korean law on commercial messages, each rule in one named place so that counsel can check it.

Source: Act on Promotion of Information and Communications Network Utilization and Information Protection, article 50,
its enforcement decree (articles 61 to 62-3) and the regulator's guide, read in November 2026. Not legal advice. What it
says of consents themselves (two years, six months, fourteen days) is in `backend.consent.law_kr`. Pure.
"""

from __future__ import annotations

import re
from datetime import datetime, time
from functools import lru_cache
from typing import Final

COUNTRY: Final = "KR"
NIGHT_BEGINS: Final = time(21)
NIGHT_ENDS: Final = time(8)
"""Article 50 (3): from 21:00 to 08:00 of the next day a commercial message needs a consent of its own."""

ADVERT_PREFIX: Final = "(광고)"
"""Decree, table 6: exactly so, at the very beginning; spaces or signs in between count as evasion."""

_FREE_REFUSAL: Final = re.compile(r"무료\s?(?:수신)?거부[ :]?\s?(?:080-?\d{3,4}-?\d{4}|https://\S+)\s*\Z")
_CONTACT: Final = re.compile(r"\d{2,4}-\d{3,4}-\d{4}|\d{4}-\d{4}|https://\S+|\S+@\S+\.\S+|\+\d{8,15}")


def is_night(local: datetime) -> bool:
    """Tell whether `local`, a time on the recipient's wall, lies within the hours that need a night consent."""
    return local.time() >= NIGHT_BEGINS or local.time() < NIGHT_ENDS


def has_advert_prefix(text: str) -> bool:
    """Tell whether the text begins with the exact mark."""
    return text.startswith(ADVERT_PREFIX)


def names_sender(text: str, sender_name: str) -> bool:
    """Tell whether the sender is named directly behind the mark."""
    return bool(sender_name) and text.removeprefix(ADVERT_PREFIX).lstrip().startswith(sender_name)


@lru_cache(maxsize=1024)
def advert_faults(text: str, *, sender_name: str) -> tuple[str, ...]:
    """Name what a commercial text lacks: `prefix`, `sender`, `contact`, `free_refusal`; none when its form is right."""
    refusal = _FREE_REFUSAL.search(text)
    before = text if refusal is None else text[: refusal.start()]
    if refusal and _CONTACT.search(before) and has_advert_prefix(text) and names_sender(text, sender_name):
        return ()
    checks = {
        "prefix": has_advert_prefix(text),
        "sender": names_sender(text, sender_name),
        "contact": bool(_CONTACT.search(before)),
        "free_refusal": refusal is not None,
    }
    return tuple(name for name, passed in checks.items() if not passed)


def frame_advert(body: str, *, sender_name: str, contact: str, free_refusal: str) -> str:
    """Put the legal frame around a commercial body: mark, sender and contact before it, the free refusal behind it.

    `free_refusal` is an 080 number or an https address. A mark that the writer put first already is not doubled.
    """
    bare = body.strip().removeprefix(ADVERT_PREFIX).lstrip()
    return f"{ADVERT_PREFIX}{sender_name} {contact}\n{bare}\n무료수신거부 {free_refusal}"
