"""Segments that rules name: read from their newest version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core.db import db
from backend.segments.language.parsing import Group, Node, Not, Rule, parse, refuse
from backend.segments.models import Segment, SegmentVersion

if TYPE_CHECKING:
    from collections.abc import Iterator

CONDITION = "segment"
"""The condition that names another segment."""
DEEPEST = 5
"""How many segments may name each other in a row."""


@dataclass(frozen=True)
class Named:
    """Another segment: its rule as it is now, None for a list."""

    id: str
    name: str
    rule: Rule | None


def segment(segment_id: str, *, path: str = "rule") -> Named:
    """The segment of that id. Raises `ValidationFailed` naming the `path`."""
    query = (
        select(Segment.name, Segment.kind, SegmentVersion.rule)
        .outerjoin(
            SegmentVersion, (SegmentVersion.segment_id == Segment.id) & (SegmentVersion.number == Segment.version)
        )
        .where(Segment.id == segment_id)
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        refuse("There is no such segment.", at=path)
    return Named(segment_id, found.name, parse(found.rule) if found.kind == "rule" else None)


def check_references(rule: Rule, *, own_id: str | None = None) -> None:
    """Look whether every segment that a rule names is there and none leads back to `own_id`, or to itself.

    Raises `ValidationFailed` naming the path. For whoever is about to save the rule as that of the segment `own_id`.
    """
    for segment_id, path in named(rule.root):
        _look(segment_id, path, (own_id,) if own_id else ())


def _look(segment_id: str, path: str, within: tuple[str, ...]) -> None:
    found = segment(segment_id, path=path)
    inside = enter(found, within, path=path)
    if found.rule is not None:
        for each, _ in named(found.rule.root):
            _look(each, path, inside)


def enter(found: Named, within: tuple[str, ...], *, path: str = "rule") -> tuple[str, ...]:
    """The segments that a rule is in, with one more. Raises `ValidationFailed` where it leads back, or too deep."""
    if found.id in within:
        message = f"The segment “{found.name}” leads back to itself."
        refuse(message, at=path)
    if len(within) >= DEEPEST:
        message = f"Segments name each other at most {DEEPEST} deep."
        refuse(message, at=path)
    return (*within, found.id)


def named(node: Node, path: str = "rule") -> Iterator[tuple[str, str]]:
    """The segments that a rule names, and where."""
    if isinstance(node, Not):
        yield from named(node.part, f"{path}.not")
    elif isinstance(node, Group):
        for place, each in enumerate(node.parts):
            yield from named(each, f"{path}.{'all' if node.every else 'any'}.{place}")
    elif node.name == CONDITION:
        yield str(node.value), f"{path}.value"
