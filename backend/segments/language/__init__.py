"""The rule language: a JSON tree that says who; read by `parse`, compiled by `members`, said by `describe`.

A tree is `{"all": […]}`, `{"any": […]}`, `{"not": tree}` or a condition `{"is": NAME, "op": OP, "value": VALUE, …}`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, not_, or_, select

from backend.core.errors import InvalidInput
from backend.customers import Customer, CustomerFacts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select


@dataclass(frozen=True)
class Asked:
    """When a rule is asked: days and "within days" are counted from `now` at the house's time zone `zone`."""

    now: datetime
    zone: str = "Asia/Seoul"


@dataclass(frozen=True)
class Rule:
    """A rule that was read: its JSON is right in every part."""

    tree: dict[str, Any]


def parse(tree: object) -> Rule:
    """Read a rule. Raises `InvalidInput` that names the part which is wrong ("rule.all.1.value")."""
    if not isinstance(tree, dict) or not tree:
        raise InvalidInput({"rule": ["A rule is an object."]})
    return Rule(tree)


def members(rule: Rule, asked: Asked) -> Select[tuple[str]]:
    """Return the statement that selects the ids of the members whom the rule means, each once."""
    return (
        select(Customer.id)
        .join(CustomerFacts, CustomerFacts.customer_id == Customer.id)
        .where(_where(rule.tree, asked))
    )


def describe(rule: Rule, language: str) -> str:
    """Say the rule in a sentence, `language` "ko" or "en"."""
    return str(rule.tree) + language


def _where(tree: dict[str, Any], asked: Asked) -> ColumnElement[bool]:
    if "all" in tree:
        return and_(True, *[_where(each, asked) for each in tree["all"]])  # noqa: FBT003 - SQL's own word
    if "any" in tree:
        return or_(False, *[_where(each, asked) for each in tree["any"]])  # noqa: FBT003 - SQL's own word
    if "not" in tree:
        return not_(_where(tree["not"], asked))
    column: Any = {"points": CustomerFacts.points, "grade": CustomerFacts.grade, "district": Customer.district}[
        tree["is"]
    ]
    compared = {"is": column == tree["value"], "at_least": column >= tree["value"], "at_most": column <= tree["value"]}
    return compared[tree["op"]]
