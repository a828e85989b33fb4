"""Identifiers: UUIDv7, made anywhere, carried as canonical lower-case text."""

from __future__ import annotations

import uuid

from uuid_utils import uuid7


def new_id() -> str:
    """A fresh UUIDv7 as canonical text (36 characters); later ids sort after earlier ones."""
    return str(uuid7())


def is_id(text: object) -> bool:
    """Whether `text` is a UUID in canonical lower-case form, of any version."""
    if not isinstance(text, str) or len(text) != 36:  # noqa: PLR2004 - the length of a canonical UUID
        return False
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def is_uuid7(text: object) -> bool:
    """Whether `text` is a canonical UUID of version 7, as tablets make them (RFC 9562)."""
    return is_id(text) and isinstance(text, str) and text[14] == "7"
