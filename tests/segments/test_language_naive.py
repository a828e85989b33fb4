"""A rule's statement finds exactly whom plain Python finds, member by member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings

from backend.core.db import db
from backend.segments.language import Asked, catalogue, count, members, parse
from backend.segments.language.compiling import SAMPLE, ids
from tests.segments import trees
from tests.segments.naive import Naive
from tests.segments.world import NOW, build

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

pytestmark = pytest.mark.usefixtures("app")
_SETTINGS = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=100)


@pytest.mark.parametrize(("seed", "keeps_own", "hidden"), [(1, False, False), (2, True, False), (3, True, True)])
def test_the_statement_means_what_plain_python_finds(seed: int, keeps_own: bool, hidden: bool) -> None:
    world = build(seed, keeps_own=keeps_own)
    asked = Asked(NOW, hidden=frozenset(world.units[2:]) if hidden else frozenset())
    naive = Naive(asked)

    @_SETTINGS
    @given(trees.rules(world))
    def agree(tree: dict[str, Any]) -> None:
        _compare(tree, naive)

    agree()


def test_every_operator_and_parameter_of_every_condition_means_what_plain_python_finds() -> None:
    world = build(4)
    naive = Naive(Asked(NOW))
    for described in catalogue():
        further = [each["name"] for each in described["parameters"] if not each["required"]]
        told = set()
        ops = [each["name"] for each in described["ops"]]
        alone = [(ops[0], [each]) for each in further]
        for op, chosen in [*((op, []) for op in ops), *alone, *((op, further) for op in ops if further)]:
            told |= _agree(trees.exactly(described, world, op, chosen), naive)
        if len(told) == 1:
            told |= _agree(trees.condition(described, world), naive, examples=50)
        # Data of which a condition tells nobody from anybody would prove nothing.
        assert told == {False, True}, described["name"]


def _agree(rules: SearchStrategy[dict[str, Any]], naive: Naive, examples: int = 3) -> set[bool]:
    """Compare both for some of the rules, and what each says with "not"; what members were told."""
    told: set[bool] = set()

    @settings(_SETTINGS, max_examples=examples)
    @given(rules)
    def agree(tree: dict[str, Any]) -> None:
        told.update(naive.holds(tree, each) for each in naive.members.values())
        for whole in (tree, {"any": [{"not": tree}, {"is": "sex", "op": "is", "value": "f"}]}):
            _compare(whole, naive)

    agree()
    return told


def _compare(tree: dict[str, Any], naive: Naive) -> None:
    rule, expected = parse(tree), naive.ids(tree)
    found = list(db.session.scalars(members(rule, naive.asked)))
    assert (set(found), len(found)) == (expected, len(expected))
    assert count(rule, naive.asked) == len(expected)
    some = sorted(naive.members)[::3]
    sampled = list(db.session.scalars(ids(rule, naive.asked, sampled=True), {SAMPLE: some}))
    assert sorted(sampled) == sorted(expected & set(some))
