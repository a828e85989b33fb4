"""What files may hold."""

from __future__ import annotations

from backend.unify.files.members_target import MEMBERS
from backend.unify.files.products import PRODUCTS
from backend.unify.files.sales import SALES

TARGETS = {target.kind: target for target in (MEMBERS, PRODUCTS, SALES)}
KINDS = tuple(TARGETS)
ALL_FIELDS = tuple(dict.fromkeys(name for target in TARGETS.values() for name in target.fields.names))
ALL_KEYS = tuple(dict.fromkeys(key for target in TARGETS.values() for key in target.keys))

__all__ = ["ALL_FIELDS", "ALL_KEYS", "KINDS", "MEMBERS", "TARGETS"]
