"""Segments as the desk shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from backend.core.db import db, table_of
from backend.core.errors import ValidationFailed
from backend.delivery import reach_of, reason_text
from backend.organization import BusinessUnit
from backend.segments import access, counting
from backend.segments.language import check_references, describe, first_figure, limited, members, parse
from backend.segments.language.running import SECONDS
from backend.segments.models import Segment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.segments.language import Rule

_COLUMNS = tuple(table_of(Segment).c.keys())


def read(tree: object) -> Rule:
    """Read a rule, and see that everything it names is there. Raises `ValidationFailed` with the path."""
    rule = parse(tree)
    check_references(rule)
    return rule


def said(rule: Rule) -> dict[str, str]:
    """The rule as a sentence in both languages."""
    return {language: describe(rule, language) for language in ("ko", "en")}


def detail(segment: Segment) -> dict[str, Any]:
    """A segment with its rule and that as a sentence."""
    rule = access.rule_of(segment.id)
    plain = {name: getattr(segment, name) for name in _COLUMNS}
    return plain | {"rule": rule.tree if segment.kind == "rule" else None, "sentence": said(rule)}


def versions(segment_id: str) -> list[dict[str, Any]]:
    """The versions of a segment's rule, the newest first."""
    return [
        {
            "number": each.number,
            "rule": each.rule,
            "sentence": said(parse(each.rule)),
            "created_by": each.created_by,
            "created_at": each.created_at,
        }
        for each in access.versions(segment_id)
    ]


def figure(tree: object, *, exactly: bool) -> dict[str, Any]:
    """How many a rule means: at once about, where there are many; or exactly. Raises `TooSlow`."""
    rule = read(tree)
    if exactly:
        counted = counting.count(rule)
        found = {"members": counted, "low": counted, "high": counted, "exact": True}
    else:
        about = first_figure(rule, counting.asked())
        found = {"members": about.members, "low": about.low, "high": about.high, "exact": about.exact}
    return found | {"sentence": said(rule)}


def reach(data: Mapping[str, Any]) -> dict[str, Any]:
    """How many of them a sender may reach, and why the others not, the commonest reason first (`ReachData`)."""
    rule = read(data["rule"])
    sender = db.session.scalar(select(BusinessUnit.id).where(BusinessUnit.code == data["sender"]))
    if sender is None:
        raise ValidationFailed({"sender": ["There is no such business unit."]})
    with limited(SECONDS):
        found = reach_of(members(rule, counting.asked()), sender, channel=data["channel"])
    ordered = sorted(found.reasons.items(), key=lambda each: (-each[1], each[0]))
    reasons = [{"reason": code, "members": number, "text": _words(code)} for code, number in ordered]
    return {"reachable": found.reachable, "reasons": reasons}


def _words(code: str) -> dict[str, str]:
    return {language: reason_text(code, language) for language in ("ko", "en")}
