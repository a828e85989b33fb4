"""The conditions as a builder needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backend.segments.language.conditions import GROUPS
from backend.segments.language.registry import OPS, conditions

if TYPE_CHECKING:
    from backend.segments.language.registry import Condition, Parameter, Value

_IN_NUMBERS = frozenset({"number", "money", "days"})
_IN_WORDS = frozenset({"text", "tag", "district", "brand", "category", "grade"})


def catalogue() -> list[dict[str, Any]]:
    """Every condition, by group: {"name", "group", "ko", "en", "ops", "value", "parameters"}, and the group's names.

    A value is {"kind"} and, where it has any, "choices" ({"value", "ko", "en"}), "unit", "many" (a list is taken, of
    which one must be so), "low" and "high", "length".
    """
    order = list(GROUPS)
    return sorted((_condition(each) for each in conditions().values()), key=lambda each: order.index(each["group"]))


def _condition(condition: Condition) -> dict[str, Any]:
    ko, en = GROUPS[condition.group]
    return {
        "name": condition.name,
        "group": condition.group,
        "group_ko": ko,
        "group_en": en,
        "ko": condition.ko,
        "en": condition.en,
        "ops": [OPS[name]._asdict() for name in condition.ops],
        "value": _value(condition.value),
        "parameters": [_parameter(each) for each in condition.parameters],
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    said = {"name": parameter.name, "required": parameter.required, "ko": parameter.ko, "en": parameter.en}
    return said | _value(parameter.value)


def _value(value: Value) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": value.kind}
    if value.choices:
        found["choices"] = [each._asdict() for each in value.choices]
    if value.unit:
        found["unit"] = value.unit
    if value.many:
        found["many"] = True
    if value.kind in _IN_NUMBERS:
        found |= {"low": value.low, "high": value.high}
    if value.kind in _IN_WORDS:
        found["length"] = value.length
    return found
