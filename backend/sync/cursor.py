"""The cursor: an opaque string that says up to where a tablet has read. Changes are ordered by (v, collection, id)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import orjson

from backend.core.errors import ValidationFailed
from backend.core.ids import is_id

# Sorts after every collection name: a cursor with it has read all of its v.
END = "~"


@dataclass(frozen=True)
class Cursor:
    """Everything up to and including (v, collection, id) has been read, in this epoch, scope and schema.

    `since` is the `v` of the oldest thing that the copy was begun with. A copy that begins with no blocks reads its
    rows from `v` 0 on and never held what was deleted before `since`: it needs no tombstones of that time.
    """

    epoch: str
    v: int
    collection: str
    id: str
    scope: str
    schema: int
    since: int = 0

    def __str__(self) -> str:
        body = orjson.dumps([self.epoch, self.v, self.collection, self.id, self.scope, self.schema, self.since])
        return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def parse(text: str) -> Cursor:
    """The cursor that `text` stands for. Raises `ValidationFailed` (field `cursor`) when it stands for none."""
    try:
        # The alphabet is checked: the decoder of the standard library passes over what is not of it.
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return _cursor(orjson.loads(raw))
    except (ValueError, binascii.Error, UnicodeEncodeError):
        raise ValidationFailed({"cursor": ["This is no cursor that the server gave."]}) from None


def _cursor(parts: Any) -> Cursor:  # noqa: ANN401 - unknown JSON
    match parts:
        case [str(epoch), int(v), str(collection), str(row_id), str(scope), int(schema), *rest] if 0 <= v < 2**63:
            if isinstance(v, bool) or isinstance(schema, bool) or not (row_id == "" or is_id(row_id)):
                raise ValueError
            return Cursor(epoch, v, collection, row_id, scope, schema, _since(rest))
    raise ValueError


def _since(rest: list[Any]) -> int:
    match rest:
        case []:  # As cursors were before there were epochs to restore.
            return 0
        case [int(since)] if 0 <= since < 2**63 and not isinstance(since, bool):
            return since
    raise ValueError
