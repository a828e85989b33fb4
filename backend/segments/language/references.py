"""Segments that rules name: read from their newest version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.core.db import db
from backend.core.errors import ValidationFailed
from backend.segments.language.parsing import Group, Node, Not, Rule, parse
from backend.segments.models import Segment, SegmentVersion

if TYPE_CHECKING:
    from collections.abc import Iterator

CONDITION = "segment"
"""The condition that names another segment."""


@dataclass(frozen=True)
class Named:
    """Another segment: its rule as it is now, None for a list."""

    id: str
    name: str
    rule: Rule | None


def segment(segment_id: str) -> Named:
    """The segment of that id. Raises `ValidationFailed`."""
    query = (
        select(Segment.name, SegmentVersion.rule)
        .outerjoin(
            SegmentVersion, (SegmentVersion.segment_id == Segment.id) & (SegmentVersion.number == Segment.version)
        )
        .where(Segment.id == segment_id)
        .add_columns(Segment.kind)
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise ValidationFailed({"rule": ["There is no such segment any more."]})
    return Named(segment_id, found.name, parse(found.rule) if found.kind == "rule" else None)


def check_references(rule: Rule, *, own_id: str | None = None) -> None:
    """Look whether every segment that a rule names is there and none leads back to `own_id`, or to itself.

    Raises `ValidationFailed`. For whoever is about to save the rule as that of the segment `own_id`.
    """
    _look(rule, (own_id,) if own_id else ())


def _look(rule: Rule, within: tuple[str, ...]) -> None:
    for segment_id in dict.fromkeys(named(rule.root)):
        found = segment(segment_id)
        if segment_id in within:
            raise ValidationFailed({"rule": [f"The segment “{found.name}” leads back to itself."]})
        if found.rule is not None:
            if len(within) > DEEPEST:
                raise ValidationFailed({"rule": [f"Segments name each other more than {DEEPEST} deep."]})
            _look(found.rule, (*within, segment_id))


def named(node: Node) -> Iterator[str]:
    """The segments that a rule names."""
    if isinstance(node, Not):
        yield from named(node.part)
    elif isinstance(node, Group):
        for each in node.parts:
            yield from named(each)
    elif node.name == CONDITION:
        yield str(node.value)


DEEPEST = 5
"""How many segments may name each other in a row."""
