"""Identifiers: UUIDv7, made anywhere, carried as canonical lower-case text."""

from __future__ import annotations

import re

from uuid_utils import uuid7

_CANONICAL = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

BEFORE_ALL = "00000000-0000-0000-0000-000000000000"
"""Smaller than every id: where reading in the order of ids begins."""


def new_id() -> str:
    """A fresh UUIDv7 as canonical text (36 characters); later ids sort after earlier ones."""
    return str(uuid7())


def is_id(text: object) -> bool:
    """Whether `text` is a UUID in canonical lower-case form, of any version."""
    return isinstance(text, str) and _CANONICAL.fullmatch(text) is not None


def is_uuid7(text: object) -> bool:
    """Whether `text` is a canonical UUID of version 7, as tablets make them (RFC 9562)."""
    return is_id(text) and isinstance(text, str) and text[14] == "7"
