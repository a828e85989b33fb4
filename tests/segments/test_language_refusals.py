"""What a rule may not be: each wrong part is named by its path, and no text of a rule becomes SQL."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, literal, select, text

from backend.core.db import db, unit_of_work
from backend.core.errors import ValidationFailed
from backend.core.ids import new_id
from backend.segments import Segment, SegmentVersion
from backend.segments.language import Asked, TooSlow, catalogue, check_references, count, members, parse, run
from backend.segments.language.registry import BY_ID
from tests import factories
from tests.segments.world import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("app")
ASKED = Asked(NOW)
POINTS = {"is": "points", "op": "at_least", "value": 1}
HOSTILE = (
    "' OR '1'='1",
    "'; DROP TABLE customer; --",
    '" OR ""="',
    "%",
    "_",
    "\\",
    ":value",
    "%(value)s",
    "?",
    "{}",
    "강남구') UNION SELECT id FROM staff --",
    "x" * 5_000,
    "nul\x00",
    "\ud800",
    "1",
    "",
)


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ([], "rule"),
        ({}, "rule"),
        ("points", "rule"),
        ({"all": [], "any": []}, "rule"),
        ({"some": []}, "rule"),
        ({"all": {}}, "rule.all"),
        ({"not": []}, "rule.not"),
        ({"all": [POINTS, {"any": [{}]}]}, "rule.all.1.any.0"),
        ({"is": "shoe_size", "op": "is", "value": 1}, "rule.is"),
        ({"is": ["points"], "op": "is", "value": 1}, "rule.is"),
        (POINTS | {"op": "like"}, "rule.op"),
        (POINTS | {"op": None}, "rule.op"),
        (POINTS | {"op": ["is"]}, "rule.op"),
        ({"is": "points", "op": "is"}, "rule.value"),
        (POINTS | {"sql": "1 = 1"}, "rule.sql"),
        (POINTS | {"value": 1.5}, "rule.value"),
        (POINTS | {"value": True}, "rule.value"),
        (POINTS | {"value": -1}, "rule.value"),
        (POINTS | {"value": 10**12}, "rule.value"),
        ({"is": "sex", "op": "is", "value": []}, "rule.value"),
        ({"is": "sex", "op": "is", "value": ["f", "z"]}, "rule.value"),
        ({"is": "district", "op": "is", "value": [str(each) for each in range(51)]}, "rule.value"),
        ({"is": "joined", "op": "since", "value": "20261123"}, "rule.value"),
        ({"is": "joined", "op": "since", "value": "2026-02-29"}, "rule.value"),
        ({"is": "email", "op": "is", "value": 1}, "rule.value"),
        ({"is": "home_store", "op": "is", "value": "1"}, "rule.value"),
        ({"is": "nationality", "op": "is", "value": "kr"}, "rule.value"),
        ({"is": "points_expiring", "op": "at_least", "value": 1}, "rule.days"),
        ({"is": "points_expiring", "op": "at_least", "value": 1, "days": 9999}, "rule.days"),
        ({"is": "purchase_sum", "op": "at_least", "value": 1}, "rule.currency"),
        ({"is": "purchase_sum", "op": "at_least", "value": 1, "currency": "krw"}, "rule.currency"),
        (
            {"is": "purchase_count", "op": "is", "value": 1, "from": "2026-01-01", "until": "2026-01-01"},
            "rule.until",
        ),
        ({"all": [POINTS] * 51}, "rule.all.50"),
        (json.loads('{"not":' * 8 + "{}" + "}" * 8), "rule" + ".not" * 8),
    ],
)
def test_the_part_that_is_wrong_is_named(tree: Any, path: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        parse(tree)
    assert list(refused.value.fields) == [path]


def _refused(tree: object) -> list[str]:
    """The paths that are wrong."""
    try:
        parse(tree)
    except ValidationFailed as refused:
        return list(refused.fields)
    return []


def _places() -> Iterator[tuple[dict[str, Any], str]]:
    """Every condition as it should be, and each of its places that takes a value."""
    for described in catalogue():
        for op in described["ops"]:
            tree = {"is": described["name"], "op": op["name"], "value": _right(described["name"], described["value"])}
            tree |= {each["name"]: _right("", each) for each in described["parameters"] if each["required"]}
            for name in ("value", *(each["name"] for each in described["parameters"])):
                yield tree, name


def _right(name: str, value: dict[str, Any]) -> Any:
    if "choices" in value:
        return value["choices"][0]["value"]
    right = {"boolean": True, "date": "2026-11-23", "grade": "gold", "text": "KR" if name == "nationality" else "NRT"}
    if value["kind"] in BY_ID:
        return new_id() if value["kind"] != "segment" else _LISTED
    return right.get(value["kind"], value.get("low", "가"))


_LISTED = new_id()


def test_no_text_at_any_place_becomes_sql() -> None:
    with unit_of_work():
        factories.customer(district="강남구")
        db.session.add(Segment(id=_LISTED, name="목록", kind="list"))
    tried = 0
    for tree, place in _places():
        for hostile in HOSTILE:
            paths = _refused(tree | {place: hostile})
            if paths:
                assert paths[0].startswith(f"rule.{place}")
                continue
            rule, tried = parse(tree | {place: hostile}), tried + 1
            statement = members(rule, ASKED)
            assert hostile in "1%_?:" or hostile not in str(statement.compile(db.engine))
            assert count(rule, ASKED) in {0, 1}
    assert tried > 100


@settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from([POINTS, "points", "all"]),
        lambda inside: (
            st.lists(inside, max_size=4)
            | st.dictionaries(st.sampled_from(["all", "any", "not", "is", "op", "value", "x"]), inside, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused_with_a_path(tree: Any) -> None:
    assert all(path.startswith("rule") for path in _refused(tree))


def _saved(name: str, rule: Any = None) -> str:
    made = Segment(name=name, kind="list" if rule is None else "rule")
    db.session.add(made)
    db.session.flush()
    if rule is not None:
        db.session.add(SegmentVersion(segment_id=made.id, number=1, rule=rule))
        db.session.flush()
    return made.id


def _in(segment_id: str) -> dict[str, Any]:
    return {"is": "segment", "op": "in", "value": segment_id}


def test_segments_that_lead_back_to_themselves_are_refused_wherever_they_are_met() -> None:
    with unit_of_work():
        first = _saved("처음", {"all": []})
        second = _saved("다음", {"not": _in(first)})
        own = parse({"all": [POINTS, _in(second)]})
        check_references(own)
        with pytest.raises(ValidationFailed) as refused:
            check_references(own, own_id=first)
        assert list(refused.value.fields) == ["rule.all.1.value"]
        # However it came to be stored.
        db.session.get_one(SegmentVersion, (first, 1)).rule = _in(second)
        db.session.flush()
        for ask in (lambda: count(own, ASKED), lambda: check_references(own)):
            with pytest.raises(ValidationFailed, match="leads back to itself"):
                ask()


def test_segments_that_name_each_other_too_deep_or_are_not_there_are_refused() -> None:
    with unit_of_work():
        last = _saved("0", {"all": []})
        for number in range(5):
            last = _saved(str(number + 1), _in(last))
        with pytest.raises(ValidationFailed, match="5 deep"):
            count(parse(_in(last)), ASKED)
    with pytest.raises(ValidationFailed) as refused:
        check_references(parse({"any": [_in(new_id())]}))
    assert list(refused.value.fields) == ["rule.any.0.value"]


def test_what_takes_too_long_is_broken_off_and_the_next_question_is_answered() -> None:
    with unit_of_work():
        factories.customer()
    if db.engine.dialect.name == "sqlite":
        series = (
            "(WITH RECURSIVE many(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM many LIMIT 900000000) SELECT i FROM many)"
        )
    else:
        series = "generate_series(1, 900000000)"
    with pytest.raises(TooSlow):
        run(select(func.count()).select_from(text(f"{series} AS endless")), seconds=0.05)
    assert run(select(literal(1))) == [(1,)]
    assert count(parse({"all": []}), ASKED) == 1
