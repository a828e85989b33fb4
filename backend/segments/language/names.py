"""What things that rules name by id or code are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.catalog import Product
from backend.core.db import db
from backend.loyalty import Grade, coupons
from backend.organization import BusinessUnit, Store
from backend.segments.models import Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MODELS: dict[str, tuple[Any, str]] = {
    "product": (Product, "id"),
    "store": (Store, "id"),
    "unit": (BusinessUnit, "id"),
    "coupon": (coupons.Coupon, "id"),
    "segment": (Segment, "id"),
    "grade": (Grade, "code"),
}
_others: dict[str, Callable[[str], str | None]] = {}
_AND = {"ko": " 또는 ", "en": " or "}


def name_kind(kind: str, called: Callable[[str], str | None]) -> None:
    """Have values of a kind that another feature owns (campaigns) called what `called(id)` says."""
    _others[kind] = called


class Names:
    """Names in one language, each read once. What is not there any more is called so."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._known: dict[tuple[str, str], str] = {}

    def of(self, kind: str, value: str) -> str:
        """What a value of that kind is called; of kinds without names (brand, category, district) the value itself."""
        if kind not in _MODELS and kind not in _others:
            return value
        if (kind, value) not in self._known:
            self._known[kind, value] = self._read(kind, value) or self._gone()
        return self._known[kind, value]

    def any_of(self, kind: str, values: Sequence[str]) -> str:
        """“A”, “A or B”, “A, B or C”."""
        *others, last = [self.of(kind, each) for each in values]
        return f"{', '.join(others)}{_AND[self.language]}{last}" if others else last

    def _read(self, kind: str, value: str) -> str | None:
        if kind in _others:
            return _others[kind](value)
        model, key = _MODELS[kind]
        row = db.session.scalars(select(model).where(getattr(model, key) == value)).one_or_none()
        if row is None:
            return None
        latin: str | None = getattr(row, "name_latin", None) if self.language == "en" else None
        return latin or str(row.name)

    def _gone(self) -> str:
        return "(더는 없음)" if self.language == "ko" else "(no longer there)"
