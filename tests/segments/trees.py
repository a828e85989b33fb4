"""Random rules over everything that the catalogue offers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from backend.segments.language import catalogue
from tests.segments import world as house

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import SearchStrategy

    from tests.segments.world import World

_NUMBERS = {
    "age": [0, 9, 36, 37, 57, 31],
    "points": [0, 10, 100, 500, 600],
    "points_expiring": [1, 100, 500],
    "overdue": [1, 90, 100, 150, 400],
    "return_chance": [0, 7, 29, 50, 57, 58, 100],
}
_DAYS = [0, 1, 2, 3, 30, 31, 200, 364, 365, 366]
_MONEY = [0, 1_000, 1_999, 6_000, 10_000, 25_000, 50_000]


def rules(world: World) -> SearchStrategy[dict[str, Any]]:
    """Rules of any shape."""
    return st.recursive(
        conditions(world),
        lambda inside: st.one_of(
            st.builds(lambda parts: {"all": parts}, st.lists(inside, max_size=3)),
            st.builds(lambda parts: {"any": parts}, st.lists(inside, max_size=3)),
            st.builds(lambda part: {"not": part}, inside),
        ),
        max_leaves=5,
    )


def conditions(world: World) -> SearchStrategy[dict[str, Any]]:
    """Any condition with any operator, and any of its parameters."""
    return st.one_of([condition(each, world) for each in catalogue()])


def condition(described: dict[str, Any], world: World) -> SearchStrategy[dict[str, Any]]:
    """One of the catalogue's."""
    further = [each["name"] for each in described["parameters"] if not each["required"]]
    ops = st.sampled_from([each["name"] for each in described["ops"]])
    chosen = st.sets(st.sampled_from(further), max_size=3) if further else st.just(set())
    return st.tuples(ops, chosen).flatmap(lambda each: exactly(described, world, each[0], each[1]))


def exactly(described: dict[str, Any], world: World, op: str, chosen: Iterable[str]) -> SearchStrategy[dict[str, Any]]:
    """One of the catalogue's with this operator and these of the parameters that may be left out."""
    parts = {"is": st.just(described["name"]), "op": st.just(op), "value": _value(described, described["value"], world)}
    for each in described["parameters"]:
        if each["required"] or each["name"] in chosen:
            parts[each["name"]] = _value(described, each, world)
    return st.fixed_dictionaries(parts).filter(lambda tree: tree.get("from", "") < tree.get("until", "~"))


def _value(described: dict[str, Any], value: dict[str, Any], world: World) -> SearchStrategy[Any]:
    one = _one(described["name"], value, world)
    return st.one_of(one, st.lists(one, min_size=1, max_size=2)) if value.get("many") else one


def _one(name: str, value: dict[str, Any], world: World) -> SearchStrategy[Any]:
    known: dict[str, Any] = {
        "boolean": [True, False],
        "money": _MONEY,
        "product": world.products,
        "brand": house.BRANDS[:2],
        "category": house.CATEGORIES[:2],
        "store": world.stores,
        "unit": world.units,
        "grade": house.GRADES,
        "coupon": world.coupons,
        "segment": world.segments,
        "district": house.DISTRICTS,
        "date": [(house.TODAY + timedelta(days=each)).isoformat() for each in (-90, -30, -1, 0, 1)],
    }
    kind = value["kind"]
    if value.get("name") == "currency":
        return st.sampled_from(["KRW", "USD"])
    if "choices" in value:
        return st.sampled_from([each["value"] for each in value["choices"]])
    if kind == "text":
        texts = {"nationality": ["KR", "CN"], "partner_card": house.ISSUERS, "trip": house.AIRPORTS}
        return st.sampled_from(texts.get(name, house.VALUES))
    if kind in {"number", "days"}:
        usual = _NUMBERS.get(name, [0, 1, 2, 3, 5]) if kind == "number" else _DAYS
        return st.sampled_from([each for each in usual if value["low"] <= each <= value["high"]])
    return st.sampled_from(known[kind])
