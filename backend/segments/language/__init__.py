"""The rule language: a JSON tree that says who; read by `parse`, compiled by `members`, said by `describe`.

A tree is `{"all": […]}`, `{"any": […]}`, `{"not": tree}` or a condition `{"is": NAME, "op": OP, "value": VALUE, …}`.
`backend/segments/README.md` lists the conditions.
"""

from __future__ import annotations

# Registers every condition.
from backend.segments.language import conditions as _conditions
from backend.segments.language.asked import Asked
from backend.segments.language.catalogue import catalogue
from backend.segments.language.compiling import members
from backend.segments.language.names import name_kind
from backend.segments.language.parsing import Rule, parse
from backend.segments.language.references import check_references
from backend.segments.language.registry import (
    Among,
    Asking,
    Choice,
    Condition,
    Given,
    Holds,
    Parameter,
    Phrase,
    Value,
    register_condition,
)
from backend.segments.language.running import About, TooSlow, count, first_figure, limited, run
from backend.segments.language.sentences import describe

GROUPS = _conditions.GROUPS

__all__ = [
    "GROUPS",
    "About",
    "Among",
    "Asked",
    "Asking",
    "Choice",
    "Condition",
    "Given",
    "Holds",
    "Parameter",
    "Phrase",
    "Rule",
    "TooSlow",
    "Value",
    "catalogue",
    "check_references",
    "count",
    "describe",
    "first_figure",
    "limited",
    "members",
    "name_kind",
    "parse",
    "register_condition",
    "run",
]
