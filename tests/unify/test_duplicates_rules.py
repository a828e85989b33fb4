"""Whether two records are one person's: by tables of what registering again does to a record, and of traps."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest

from backend.unify.duplicates.blocking import blocking_keys
from backend.unify.duplicates.comparison import birth_dates, names
from backend.unify.duplicates.names import spelling
from backend.unify.duplicates.record import Record, make_record
from backend.unify.duplicates.rules import CONTRADICTION, may_reach, score
from backend.unify.duplicates.weights import CONTRADICTED_AT_MOST, DEFAULT_AUTOMATIC, LOWEST_AUTOMATIC, REVIEW

WHO: dict[str, Any] = {
    "name": "김민지",
    "phone": "+821048213355",
    "birth_date": date(1990, 4, 12),
    "sex": "f",
    "nationality": "KR",
}


def record(**values: Any) -> Record:
    return make_record("0190a000-0000-7000-8000-000000000000", **WHO | values)


def agreement(first: str, second: str) -> str | None:
    one, other = spelling(first), spelling(second)
    return names((one,) if one else (), (other,) if other else ())


def contradictions(**values: Any) -> set[str]:
    found = score(record(), record(**values))
    assert found.total <= CONTRADICTED_AT_MOST < LOWEST_AUTOMATIC
    return {reason.agreement for reason in found.reasons if reason.field == CONTRADICTION}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("김민지", "김민지", "same"),
        ("김민지", "민지김", "same"),
        ("김 민지", "민지 김", "same"),
        ("남궁별하", "별하 남궁", "same"),
        ("Kim Minji", "MINJI KIM", "same"),
        ("佐藤 陽菜", "陽菜佐藤", "same"),
        ("이수정", "Lee Soojung", "romanised"),
        ("이수정", "Yi Su-jeong", "romanised"),
        ("이수정", "SUJEONG RHEE", "romanised"),
        ("김현우", "Gim Hyeon U", "romanised"),
        ("김현우", "Kim Hyunwoo", "romanised"),
        ("박준영", "Pak Joon Young", "romanised"),
        ("류승희", "Yoo Seunghee", "romanised"),
        ("Kim Hyunwoo", "Gim Hyeonu", "romanised"),
        ("김민지", "김밍지", "near"),
        ("Kim Minji", "Kim Mniji", "near"),
        ("김지은", "김지윤", "near"),
        ("김민지", "김?지", "partial"),
        ("김민지", "김\ufffd지", "partial"),
        ("김민지", "김지", "partial"),
        ("김민지", "이민지", "given"),
        ("김민지", "김서윤", "surname"),
        ("김민지", "Kim Seoyoon", "surname"),
        ("김민지", "박준호", "different"),
        ("王丽", "王芳", "surname"),
        ("王丽", "Alice Harlow", "different"),
        ("김민지", "???", None),
    ],
)
def test_names_agree_in_any_script_order_and_spelling(first: str, second: str, expected: str | None) -> None:
    assert agreement(first, second) == expected
    assert agreement(second, first) == expected


@pytest.mark.parametrize(
    "broken",
    [
        "김민지".encode("cp949").decode("latin-1"),
        "김민지".encode().decode("latin-1"),
    ],
)
def test_a_name_that_an_encoding_broke_is_mended(broken: str) -> None:
    assert agreement("김민지", broken) == "same"


def test_names_of_twins_stay_apart_though_they_sound_alike_in_latin_letters() -> None:
    one = record(name="김서연", name_latin="Kim Seoyeon").spellings
    other = record(name="김서윤", name_latin="Kim Seoyun").spellings
    assert names(one, other) == "near"


def test_a_typing_error_in_one_script_is_none_when_the_other_agrees() -> None:
    one = record(name="김민지", name_latin="Kim Minji").spellings
    other = record(name="김밍지", name_latin="Kim Minji").spellings
    assert names(one, other) == "same"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (date(1990, 4, 12), date(1990, 4, 12), "same"),
        (date(1990, 4, 12), date(1990, 12, 4), "near"),
        (date(1990, 4, 12), date(1990, 4, 13), "near"),
        (date(1990, 4, 12), date(1990, 4, 21), "near"),
        (date(1990, 4, 12), date(1971, 8, 30), "different"),
        (date(1990, 4, 12), None, None),
    ],
)
def test_birth_dates(first: date, second: date | None, expected: str | None) -> None:
    assert birth_dates(first, second) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "Kim Minji"},
        {"name": "민지 김"},
        {"phone": "+821048213356"},
        {"birth_date": date(1990, 12, 4)},
        {"sex": None, "nationality": None},
    ],
)
def test_one_person_with_one_slip_is_merged_without_a_question(changes: dict[str, Any]) -> None:
    assert score(record(), record(**changes)).total >= DEFAULT_AUTOMATIC


@pytest.mark.parametrize(
    "changes",
    [
        {"phone": "+821099998888"},
        {"name": "김밍지"},
        {"name": "김?지"},
        {"birth_date": None},
        {"phone": None},
        {"name": "이민지"},
    ],
)
def test_what_may_be_one_person_waits_for_a_look(changes: dict[str, Any]) -> None:
    assert REVIEW <= score(record(), record(**changes)).total < DEFAULT_AUTOMATIC


@pytest.mark.parametrize(
    ("why", "changes"),
    [
        ("birth_dates_differ", {"birth_date": date(1961, 8, 30)}),
        ("names_differ", {"name": "박준호"}),
        ("names_differ", {"name": "김서윤"}),
        ("names_unsure", {"name": "김민주"}),
        ("sexes_differ", {"name": "김민준", "sex": "m"}),
        ("no_contact_shared", {"phone": "+821099998888"}),
        ("no_contact_shared", {"phone": None}),
    ],
)
def test_a_contradiction_keeps_a_pair_from_being_merged(why: str, changes: dict[str, Any]) -> None:
    assert why in contradictions(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "박준호", "sex": "m", "birth_date": date(1961, 8, 30)},
        {"name": "김서윤", "birth_date": date(2015, 8, 30)},
        {"name": "김서윤", "birth_date": None},
    ],
)
def test_a_family_on_one_phone_is_not_even_asked_about(changes: dict[str, Any]) -> None:
    assert score(record(), record(**changes)).total < REVIEW


def test_a_card_of_both_settles_an_unsure_name_and_is_read_in_any_spelling() -> None:
    found = score(record(cards=("8801-7771",)), record(name="김민주", cards=("88017771",)))
    assert found.total >= DEFAULT_AUTOMATIC


def test_an_email_counts_where_there_is_one() -> None:
    one, other = record(phone=None, email="Minji@example.com"), record(phone=None, email="minji@example.com ")
    assert score(one, other).total >= DEFAULT_AUTOMATIC
    assert set(blocking_keys(one)) == set(blocking_keys(other))


@pytest.mark.parametrize("changes", [{}, {"name": "박준호"}, {"birth_date": None, "phone": None}, {"name": "김밍지"}])
def test_the_reasons_add_up_to_the_score_and_tell_no_value(changes: dict[str, Any]) -> None:
    found = score(record(), record(**changes))
    assert sum(reason.weight for reason in found.reasons) == found.total
    told = str([reason.as_json() for reason in found.reasons])
    assert not any(str(value) in told for value in ("김민지", "48213355", "1990", *changes.values()) if value)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "밍지", "birth_date": None},
        {"name": "Gim Minji", "phone": "+821099998888"},
        {"phone": "+821048213356", "birth_date": None},
        {"phone": "+821084213355", "birth_date": None},
        {"phone": None, "name": "김밍지"},
        {"phone": "+821099998888", "birth_date": date(1990, 12, 4)},
        {"phone": "+821099998888", "name": "?민지"},
    ],
)
def test_who_may_be_one_person_shares_a_block(changes: dict[str, Any]) -> None:
    assert set(blocking_keys(record())) & set(blocking_keys(record(**changes)))


def test_strangers_share_no_block() -> None:
    stranger = record(name="박준호", phone="+821011112222", birth_date=date(1971, 8, 30), sex="m")
    assert not set(blocking_keys(record())) & set(blocking_keys(stranger))


def test_no_pair_is_left_before_its_names_that_would_reach_the_threshold() -> None:
    values = {
        "name": ("김민지", "김민자", "박준호"),
        "phone": ("+821048213355", "+821048213356", "+821099998888", None),
        "birth_date": (date(1990, 4, 12), date(1990, 4, 13), date(1971, 8, 30), None),
        "cards": (("8800000001",), ()),
        "email": ("minji@example.com", "minjo@example.com", None),
        "sex": ("f", "m"),
    }
    first = record(cards=("8800000001",), email="minji@example.com")
    others = [record(**dict(zip(values, each, strict=True))) for each in product(*values.values())]
    reached = [score(first, other).total for other in others]
    may = [may_reach(first, other, REVIEW) for other in others]
    assert all(allowed for total, allowed in zip(reached, may, strict=True) if total >= REVIEW)
    assert 0 < may.count(False) < len(others)
